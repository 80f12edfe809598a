"""The catalog: read once for all questions, by a job of its own, and again when the data change."""

import asyncio
from contextlib import suppress
from pathlib import Path

import duckdb
import pytest

from bus.client import CommandRefused
from bus.contract.agents import LOOK_FURTHER
from bus.contract.catalog import Catalog
from bus.contract.events import Killed, Status
from bus.contract.vocabulary import Rung, State
from bus.wire.commands import ListJobs, ReadCatalog
from bus.wire.job_record import JobSummary
from bus.wire.replies import CatalogRead, Jobs
from tests.fakes.scripts import flights, in_pieces, plan_json
from tests.harness.asking import ask, serving, write_parquet
from tests.harness.jobs.graces import ENDING_ON
from tests.harness.jobs.stopping import Ended
from tests.harness.servers import OPERATOR, PATIENCE_S, Supervisor, eventually, running_supervisor

CHANGED = "the data have changed: reading the catalog anew"


async def catalog(supervisor: Supervisor, tables: set[str], within_s: float = PATIENCE_S) -> Catalog:
    """The supervisor's catalog, once it tells of just these tables; nothing says when it does."""

    async def tells() -> bool:
        with suppress(CommandRefused):  # while it is read for the first time
            return {table.name for table in (await read(supervisor)).tables} == tables
        return False

    await eventually(tells, f"the catalog does not tell of {tables}", within_s)
    return await read(supervisor)


async def read(supervisor: Supervisor) -> Catalog:
    return (await supervisor.client.request(ReadCatalog(OPERATOR), CatalogRead)).catalog


async def catalog_jobs(supervisor: Supervisor) -> list[JobSummary]:
    """But for those that go on where the machine was too busy for all of it at once."""
    jobs = (await supervisor.client.request(ListJobs(OPERATOR, ended=True), Jobs)).jobs
    return [job for job in jobs if job.agent == "catalog" and job.question != LOOK_FURTHER]


def first_cell(job: Ended) -> object:
    return job.rows[0][0]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    write_parquet(tmp_path / "data" / "cities.parquet", "SELECT 'Oslo' AS name, 700000 AS people")
    return tmp_path / "data"


async def test_changed_data_are_noticed_told_and_read_anew_for_everybody(tmp_path: Path, data: Path) -> None:
    async with running_supervisor(tmp_path, {"data.folder": str(data)}) as supervisor:
        await catalog(supervisor, {"cities"})
        before = await ask(supervisor, "How many cities?")
        assert CHANGED not in before.statuses
        assert first_cell(before) == 1

        write_parquet(data / "cities.parquet", "SELECT 'city ' || range AS name, range AS people FROM range(25)")
        write_parquet(data / "rivers.parquet", "SELECT 'Rhine' AS name, 1233 AS km")
        changed = await ask(supervisor, "How many rivers?")
        assert CHANGED in changed.statuses
        assert first_cell(changed) == 1

        renewed = await catalog(supervisor, {"cities", "rivers"})
        assert renewed.table("cities") is not None
        after = await ask(supervisor, "How many cities?")
        assert CHANGED not in after.statuses
        assert first_cell(after) == 25
        assert len(await catalog_jobs(supervisor)) == 2


async def test_a_folder_without_data_says_so_until_there_are_some(tmp_path: Path) -> None:
    folder = tmp_path / "later"
    async with running_supervisor(tmp_path, {"data.folder": str(folder)}) as supervisor:
        none = await ask(supervisor, "How many cities?")
        assert none.failed.code == "bad_data"
        assert str(folder) in none.failed.error
        write_parquet(folder / "cities.parquet", "SELECT 'Oslo' AS name")
        assert first_cell(await ask(supervisor, "How many cities?")) == 1
        await catalog(supervisor, {"cities"})


async def test_many_who_notice_at_once_have_it_read_once(tmp_path: Path, data: Path) -> None:
    async with running_supervisor(tmp_path, {"data.folder": str(data)}) as supervisor:
        await catalog(supervisor, {"cities"})
        write_parquet(data / "rivers.parquet", "SELECT 'Rhine' AS name, 1233 AS km")
        jobs = await asyncio.gather(*(ask(supervisor, "How many rivers?") for _ in range(4)))
        assert [first_cell(job) for job in jobs] == [1] * 4
        await catalog(supervisor, {"cities", "rivers"})
        assert len(await catalog_jobs(supervisor)) <= 3
        assert all(job.state is State.SUCCEEDED for job in await catalog_jobs(supervisor) if job.ended_at)


async def test_a_stop_while_the_catalog_is_read_waits_for_nothing(tmp_path: Path) -> None:
    """The thread that reads cannot be told to end; the process can."""
    data = tmp_path / "data"
    for table in range(8):
        write_parquet(data / f"t{table}.parquet", "SELECT range AS a, 'v' || range AS b FROM range(50000)")
    async with running_supervisor(tmp_path, {**ENDING_ON[Rung.CANCEL], "data.folder": str(data)}) as supervisor:
        await catalog(supervisor, {f"t{table}" for table in range(8)})
        write_parquet(data / "more.parquet", "SELECT 1 AS a")
        job_id = await supervisor.submit("how many more?")
        said = await supervisor.until(job_id, Status)
        assert said[-1] == Status(CHANGED)
        await supervisor.stop(job_id)
        *_, (_, killed) = await supervisor.events(job_id)
        assert isinstance(killed, Killed)
        assert killed.rung is Rung.CANCEL


SLOW = pytest.mark.slow


@pytest.mark.parametrize("millions", [1, pytest.param(100, marks=[SLOW, pytest.mark.timeout(600)])])
async def test_five_hundred_files_and_a_thousand_columns_cost_a_question_nothing(tmp_path: Path, millions: int) -> None:
    data = tmp_path / "data"
    write_many(data, millions * 1_000_000)
    async with serving(tmp_path, flights(), data__folder=str(data)) as served:
        names = {"events", *(f"wide{number}" for number in range(WIDE_TABLES))}
        known = await catalog(served.supervisor, names, within_s=2 * PATIENCE_S)
        assert sum(len(table.files) for table in known.tables) == 500
        assert sum(len(table.columns) for table in known.tables) >= 1_000
        assert known.tables[0].row_count == millions * 1_000_000
        for _ in range(3):
            job = await served.ask("everything", lambda r: in_pieces(plan_json("SELECT count(*) AS n FROM events")))
            assert job.rows == [[millions * 1_000_000]]
            assert not [said for said in job.statuses if "reading the catalog" in said]
            wait_s = served.requests[0].began_at - job.started_at
            print(f"from a job's start to its model call: {wait_s * 1000:.0f} ms")
        assert len(await catalog_jobs(served.supervisor)) == 1


WIDE_TABLES = 20


def write_many(data: Path, rows: int) -> None:
    """One table of 480 files, and 20 of 50 columns and one file each."""
    with duckdb.connect() as connection:
        (data / "events").mkdir(parents=True)
        each, rest = divmod(rows, 480)
        for number in range(480):
            part = each + (number < rest)
            sql = f"SELECT range AS id, range % 97 AS kind, 'c' || range % 50 AS city FROM range({part})"
            connection.execute(f"COPY ({sql}) TO '{data}/events/{number:03}.parquet' (FORMAT parquet)").fetchall()
        columns = ", ".join(f"range * {number} AS c{number}" for number in range(50))
        for number in range(WIDE_TABLES):
            sql = f"SELECT {columns} FROM range(100)"
            connection.execute(f"COPY ({sql}) TO '{data}/wide{number}.parquet' (FORMAT parquet)").fetchall()
