"""A low limit for open files caps what is started; it ends neither the supervisor nor a job."""

import resource
from pathlib import Path

import pytest

from bus.client import CommandRefused
from bus.contract.events import Completed, JobEvent, Queue
from bus.contract.vocabulary import Refusal
from bus.wire.commands import ReadStats
from bus.wire.replies import Stats
from tests.harness.jobs.stopping import ROOMY, ended
from tests.harness.servers import OPERATOR, Supervisor, eventually, running_supervisor


def few(pid: int, *, beyond: int) -> None:
    """So many descriptors more than are open now, as `ulimit -n` gives them."""
    opened = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (opened + beyond, opened + beyond))


async def nothing_runs(supervisor: Supervisor) -> bool:
    return not (await supervisor.client.request(ReadStats(OPERATOR), Stats)).gauges["running"]


def waits_for_a_descriptor(event: JobEvent) -> bool:
    return isinstance(event, Queue) and "file descriptors open" in event.note


async def test_twelve_at_once_take_turns_where_there_are_descriptors_for_a_few(tmp_path: Path) -> None:
    async with running_supervisor(tmp_path, {**ROOMY, "worker.warm_workers": 2}) as supervisor:
        first = await supervisor.running("sleeps")
        few(supervisor.process.pid, beyond=26)
        jobs = [await supervisor.submit("hello", "echoes") for _ in range(12)]
        held = [await supervisor.submit("go", "sleeps") for _ in range(8)]
        for job_id in jobs:
            assert isinstance((await ended(supervisor, job_id)).last, Completed)
        await supervisor.until_seen(held[-1], waits_for_a_descriptor)
        assert supervisor.process.returncode is None
        for job_id in [first, *held]:
            await supervisor.stop(job_id)
            await ended(supervisor, job_id)


async def test_where_none_can_start_the_refusal_says_why(tmp_path: Path) -> None:
    async with running_supervisor(tmp_path, ROOMY) as supervisor:
        await ended(supervisor, await supervisor.submit("hello", "echoes"))
        await eventually(lambda: nothing_runs(supervisor), "the data are still read")
        few(supervisor.process.pid, beyond=10)
        with pytest.raises(CommandRefused) as caught:
            await supervisor.submit("hello", "echoes")
        refused = caught.value.refused
        assert refused.code == Refusal.QUEUE_FULL
        assert "no job can be started: the server has" in refused.error
        assert "in reserve" in refused.error
        assert "ulimit -n" in refused.hint
