"""Only the supervisor ends a job, or tells of its queue and its stop: a worker that does is stopped, not believed."""

import pytest

from bus.contract.events import Failed, Status
from bus.contract.vocabulary import State
from tests.harness.jobs.stopping import ROOMY, ended
from tests.harness.servers import Supervisor
from tests.programs.forges import BLOBS, FORGED, RESULTS, USED

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTINGS = {**ROOMY, "agents.forges": {"entrypoint": "tests.programs.forges:run", "sandbox": False}}


async def failure(supervisor: Supervisor, question: str) -> tuple[Failed, list[object]]:
    """How the job ended, and what was told of it between its beginning and the stop or the end."""
    job = await ended(supervisor, await supervisor.submit(question, "forges"))
    assert (job.record.summary.state, job.record.summary.reason) == (State.FAILED, "agent_error")
    assert job.record.summary.pid is not None
    assert isinstance(job.last, Failed)
    assert [type(event) for event in job.events].count(type(job.last)) == 1
    return job.last, [event for event in job.events if isinstance(event, Status)]


@pytest.mark.parametrize("name", FORGED)
async def test_an_event_of_the_supervisor_that_an_agent_yields_fails_the_job(supervisor: Supervisor, name: str) -> None:
    last, told = await failure(supervisor, f"yields {name}")
    assert f"The agent said {name}, which only the supervisor says" in last.error
    assert (last.code, told) == ("agent_error", [Status("forging")])


async def test_an_agent_that_swallows_the_refusal_has_failed_all_the_same(supervisor: Supervisor) -> None:
    last, told = await failure(supervisor, "swallows Killed")
    assert "The agent said Killed" in last.error
    assert told == [Status("forging"), Status("swallowed")]


@pytest.mark.parametrize("name", BLOBS)
async def test_what_no_worker_may_send_is_neither_logged_nor_shown(supervisor: Supervisor, name: str) -> None:
    last, told = await failure(supervisor, f"sends {name}")
    assert last.error.startswith("The worker sent")
    assert told == [Status("forging")]
    assert last.stop is not None


@pytest.mark.parametrize("name", RESULTS)
async def test_a_result_that_nobody_can_be_shown_ends_the_job_as_failed(supervisor: Supervisor, name: str) -> None:
    last, told = await failure(supervisor, f"finishes {name}")
    assert last.error.startswith("The worker sent a result that")
    assert told == [Status("forging")]


@pytest.mark.parametrize("name", USED)
async def test_a_use_that_cannot_be_ends_the_job_and_is_not_counted(supervisor: Supervisor, name: str) -> None:
    last, told = await failure(supervisor, f"uses {name}")
    assert last.error.startswith("The worker says that it has used")
    assert told == [Status("forging")]
