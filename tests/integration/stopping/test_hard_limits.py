"""Where there are controllers, no job gets beyond its limits for a moment, and the record tells what the kernel did."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bus.contract.vocabulary import Reason, Rung, State
from tests.harness.jobs.graces import ENDING_ON
from tests.harness.jobs.stopping import ROOMY, ended, small_interpreters
from tests.harness.servers import Supervisor, running_supervisor
from tests.harness.zoo import ZOO

pytestmark = pytest.mark.asyncio(loop_scope="module")

MIB = 1 << 20
LIMITS = {"limits.max_memory_bytes": 128 * MIB, "limits.max_scratch_bytes": 32 * MIB, "limits.max_processes": 100}
BREEDERS = ("fork_bomb", "double_forks")
MANY = {f"agents.{name}": {"entrypoint": ZOO[name], "sandbox": False, "max_memory_bytes": 1 << 32} for name in BREEDERS}
"""What is shared between processes is counted for each when memory is sampled."""

LINE = (128 + 64 + 32) * MIB


@pytest.fixture(scope="module", autouse=True)
def containment(controllers: Path) -> Path:
    return controllers


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def supervisor(tmp_path_factory: pytest.TempPathFactory, containment: Path) -> AsyncIterator[Supervisor]:
    held = {"containment.form": "cgroup", "containment.group": str(containment)}
    settings = {**ROOMY, **MANY, **ENDING_ON[Rung.CANCEL], **LIMITS, **held}
    async with running_supervisor(tmp_path_factory.mktemp("s"), settings) as running:
        yield running


@pytest.mark.parametrize(("animal", "question"), [("holds_memory", "900"), ("feeds_children", "go")])
async def test_memory(supervisor: Supervisor, animal: str, question: str) -> None:
    """One that is deaf while it takes memory is ended by the kernel; one that obeys may be stopped before that."""
    neighbour = await supervisor.running("sleeps")
    job = await ended(supervisor, await supervisor.submit(question, animal))
    assert (job.failed.code, job.record.summary.reason) == (Reason.MEMORY, Reason.MEMORY)
    assert "the limit is 128 MiB" in job.failed.error or "than the 128 MiB that it may have" in job.failed.error
    assert job.record.counted.get("memory_oom_kill") or animal == "feeds_children"
    assert job.record.counted["memory_peak_bytes"] <= LINE
    assert not small_interpreters(supervisor)
    assert (await supervisor.record(neighbour)).summary.state is State.RUNNING
    await supervisor.stop(neighbour)
    await ended(supervisor, neighbour)


@pytest.mark.parametrize("animal", BREEDERS)
async def test_processes(supervisor: Supervisor, animal: str) -> None:
    job = await ended(supervisor, await supervisor.submit("go", animal))
    assert (job.failed.code, job.record.summary.reason) == (Reason.PROCESSES, Reason.PROCESSES)
    assert job.record.counted["pids_max"] >= 1
    assert not small_interpreters(supervisor)
