"""Workers that break the rules cost themselves their job, and nobody else anything."""

import pytest

from bus.contract.events import Completed, Failed, Status
from bus.contract.vocabulary import Reason, State
from tests.harness.jobs.stopping import ROOMY, ended
from tests.harness.servers import Supervisor

SETTINGS = {**ROOMY, "agents.unsendable": {"entrypoint": "tests.workers.lies._unsendable:run", "sandbox": False}}

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(("animal", "words"), [("cancels_itself", "though nobody"), ("blames_the_user", "not me")])
async def test_an_end_that_nobody_asked_for_is_the_agents_fault(
    supervisor: Supervisor, animal: str, words: str
) -> None:
    job = await ended(supervisor, await supervisor.submit("go", animal))
    assert isinstance(job.last, Failed)
    assert words in job.last.error
    assert (job.record.summary.state, job.record.summary.reason) == (State.FAILED, Reason.AGENT_ERROR)


async def test_numbers_that_cannot_be_filed_do_not_stop_the_log(supervisor: Supervisor) -> None:
    job_id = await supervisor.submit("go", "miscounts")
    await said(supervisor, job_id, "miscounted")
    other = await ended(supervisor, await supervisor.submit("hello", "echoes"))
    assert isinstance(other.last, Completed)
    await supervisor.stop(job_id)
    assert (await ended(supervisor, job_id)).killed.reason == Reason.USER


async def said(supervisor: Supervisor, job_id: str, words: str) -> None:
    """Wait until the job has said these words."""
    async for batch, skip in supervisor.client.follow(job_id):
        if any(isinstance(event, Status) and event.message == words for _, event in batch.events(skip)):
            return


@pytest.mark.parametrize(("question", "code"), [("go", "agent_error"), ("large", "output_limit")])
async def test_an_event_that_cannot_be_sent_fails_the_job_and_costs_no_other(
    supervisor: Supervisor, question: str, code: str
) -> None:
    events = [event for _, event in await supervisor.events(await supervisor.submit(question, "unsendable"))]
    assert [event.message for event in events if isinstance(event, Status)] == ["before", "after"]
    assert isinstance(events[-1], Failed)
    assert events[-1].code == code
