"""A machine whose data differ from the server's takes no job, and says why; once they are the same it does."""

from pathlib import Path
from tempfile import mkdtemp

import pyarrow.ipc

from bus.contract.events import TableRows
from bus.contract.vocabulary import ENDED, State
from bus.wire.commands import ReadStats
from bus.wire.replies import Stats
from tests.cluster.conftest import CLUSTER
from tests.cluster.harness.machines import Machine, Machines
from tests.cluster.harness.people import has, nodes
from tests.harness.servers import OPERATOR, Supervisor, eventually, running_supervisor

FILE = "cities.csv"


async def test_a_machine_with_other_data_joins_once_they_are_the_same(machines: Machines, tmp_path: Path) -> None:
    data = Path(mkdtemp(prefix="data-"))
    (data / FILE).write_text("city,people\nOslo,700000\n")
    one, other = machines.there[:2]
    _write(one, data, "city,people\nOslo,700001\n")
    async with running_supervisor(tmp_path, {**CLUSTER, "data.folder": str(data)}) as supervisor:
        await eventually(lambda: _says(supervisor, one, "other names or contents"), "one digit is seen", within_s=120)
        await eventually(lambda: _says(supervisor, other, "0 files"), "no file is seen", within_s=120)
        job_id = await supervisor.submit("select people from cities", "sql")
        assert (await supervisor.record(job_id)).summary.state == "queued"
        _write(one, data, (data / FILE).read_text())
        await eventually(lambda: has(supervisor, "ready", one.address), "it takes jobs")
        (rows,) = [event for _, event in await supervisor.events(job_id) if isinstance(event, TableRows)]
        assert pyarrow.ipc.open_stream(rows.arrow).read_all().to_pylist() == [{"people": 700_000}]
        assert (await supervisor.record(job_id)).summary.node == one.address
        assert await has(supervisor, "joining", other.address)
        await eventually(lambda: _reads(supervisor, 0), "the catalog is read here, for what was found there")
        before = await _succeeded(supervisor)
        for _ in range(3):
            await supervisor.events(await supervisor.submit("select people from cities", "sql"))
        await eventually(lambda: _reads(supervisor, 0), "nothing runs")
        assert await _succeeded(supervisor) == before + 3, (
            "a copy's other times are no reason to read it again and again"
        )


async def _succeeded(supervisor: Supervisor) -> int:
    return (await supervisor.client.request(ReadStats(OPERATOR), Stats)).jobs.get("succeeded", 0)


async def _reads(supervisor: Supervisor, number: int) -> bool:
    """Whether so many jobs are under way, the server's own included."""
    jobs = (await supervisor.client.request(ReadStats(OPERATOR), Stats)).jobs
    return sum(count for state, count in jobs.items() if State(state) not in ENDED) == number


def _write(machine: Machine, folder: Path, text: str) -> None:
    there = machine.path(folder)
    there.mkdir(exist_ok=True)
    (there / FILE).write_text(text)


async def _says(supervisor: Supervisor, machine: Machine, words: str) -> bool:
    node = (await nodes(supervisor)).get(machine.address)
    return node is not None and node.state == "joining" and words in node.why
