"""What cannot be found by looking for descendants dies with its control group all the same; and no worker leaves it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bus.contract.events import Status
from bus.contract.vocabulary import Proof, Rung
from bus.system.cgroupfs import ControlGroup
from tests.harness.jobs.graces import ENDING_ON
from tests.harness.jobs.stopping import ROOMY, ended, told_pids
from tests.harness.servers import Supervisor, running_supervisor
from tests.harness.zoo import ZOO

pytestmark = pytest.mark.asyncio(loop_scope="module")

BEGUN = ("all are there", "fleeing")
SANDBOXED = {"agents.sandboxed": {"entrypoint": ZOO["enters_a_group"]}}


@pytest.fixture(scope="module", autouse=True)
def containment(cgroups: Path) -> Path:
    return cgroups


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def supervisor(tmp_path_factory: pytest.TempPathFactory, containment: Path) -> AsyncIterator[Supervisor]:
    settings = {**ROOMY, **SANDBOXED, **ENDING_ON[Rung.CANCEL]}
    held = {"containment.form": "cgroup", "containment.group": str(containment)}
    async with running_supervisor(tmp_path_factory.mktemp("s"), {**settings, **held}) as running:
        yield running


@pytest.mark.parametrize("rung", [Rung.CANCEL, Rung.KILL])
@pytest.mark.parametrize("animal", ["double_forks", "hops_sessions"])
async def test_nobody_outlives_the_group(supervisor: Supervisor, animal: str, rung: Rung, containment: Path) -> None:
    job_id = await supervisor.submit("go", animal)
    await supervisor.until_seen(job_id, lambda event: isinstance(event, Status) and event.message in BEGUN)
    await supervisor.stop(job_id, rung)
    job = await ended(supervisor, job_id)
    assert job.killed.rung is rung
    assert job.killed.proof is job.record.proof is Proof.CGROUP
    assert len(told_pids(job.events)) == (200 if animal == "double_forks" else 0)
    assert not interpreters(containment)


async def test_who_has_left_the_group_is_ended_too(supervisor: Supervisor, containment: Path) -> None:
    elsewhere = ControlGroup(containment / "elsewhere")
    elsewhere.make()
    job_id = await supervisor.running("leaves_its_group", str(elsewhere.path))
    (pid,) = told_pids(await supervisor.until(job_id, Status))
    assert elsewhere.pids() == [pid]
    await supervisor.stop(job_id)
    await ended(supervisor, job_id)
    assert not elsewhere.populated


async def test_within_the_sandbox_no_group_is_to_be_entered_or_made(supervisor: Supervisor, containment: Path) -> None:
    job_id = await supervisor.submit(str(containment), "sandboxed")
    said = await supervisor.until_seen(job_id, lambda event: isinstance(event, Status) and "mount" in event.message)
    assert [event.message for event in said if isinstance(event, Status)] == [
        "enter EACCES",
        "make EACCES",
        "mount EPERM",
    ]
    await supervisor.stop(job_id)
    await ended(supervisor, job_id)


def interpreters(tree: Path) -> list[int]:
    """Small interpreters that the animals have started, in the groups of all workers."""
    groups = [worker for root in ControlGroup(tree).beneath() for worker in root.beneath()]
    return [pid for group in groups for pid in group.pids() if b"-S" in Path(f"/proc/{pid}/cmdline").read_bytes()]
