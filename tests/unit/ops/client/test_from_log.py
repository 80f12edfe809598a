"""Jobs of a log whose server has gone: which are listed, what a prefix means, and what a stream without an end says."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bus.contract.events import Accepted, Failed, Status
from bus.contract.vocabulary import Reason, Role, State
from bus.transport.codec import encode
from bus.transport.sockets import BusError
from bus.wire.commands import Caller, Submit
from bus.wire.job_record import JobRecord, JobSummary
from bus.wire.topics import Published
from ops.client.access import AskRequest, Declined
from ops.client.from_log import LoggedJobs
from ops.errors import OpsError
from supervisor.storage.store import Store

JOBS = (("7f3a", "ann", State.RUNNING), ("7f3b", "ann", State.FAILED), ("c0de", "bob", State.SUCCEEDED))


@pytest_asyncio.fixture
async def jobs(tmp_path: Path) -> AsyncIterator[LoggedJobs]:
    """The log of `JOBS`. The stream of the failed one has an end, that of the running one has none."""
    store = Store(tmp_path)
    for job_id, user, state in JOBS:
        summary = JobSummary(job_id, f"s-{job_id}", user, "sql", "q", "", state, None, 1.0, None, None, None, 3, None)
        number = store.accept(Submit(Caller(user, Role.USER), summary.session_id, "q"), JobRecord(summary, [], []))
        store.append(number, Published(1, 2, 1.0, False, encode([Accepted(0), Status("planning")])))
        if state is State.FAILED:
            failed = Failed("no such table", Reason.AGENT_ERROR, "", retryable=False)
            store.append(number, Published(3, 3, 2.0, True, encode([failed])))
    store.commit()
    logged = LoggedJobs(tmp_path, store.path)
    yield logged
    await logged.close()
    store.close()


async def test_ended_jobs_are_listed_when_asked_for(jobs: LoggedJobs) -> None:
    assert [job.job_id for job in await jobs.list()] == ["7f3a"]
    assert [job.job_id for job in await jobs.list(user="bob")] == []
    assert {job.job_id for job in await jobs.list(ended=True)} == {"7f3a", "7f3b", "c0de"}
    assert [job.job_id for job in await jobs.list(state=State.FAILED, ended=True)] == ["7f3b"]


@pytest.mark.parametrize(("prefix", "code"), [("7f3", "ambiguous"), ("beef", "not_found"), ("", "not_found")])
async def test_a_prefix_that_means_no_one_job_is_declined(jobs: LoggedJobs, prefix: str, code: str) -> None:
    with pytest.raises(Declined) as declined:
        await jobs.show(prefix)
    assert declined.value.code == code
    assert (await jobs.show("c0"))["job_id"] == "c0de"


async def test_a_stream_goes_on_after_what_was_seen_to_its_end(jobs: LoggedJobs) -> None:
    (failed,) = await jobs.list(state=State.FAILED, ended=True)
    assert [item["event"] async for item in jobs.follow(failed, 1)] == ["agent_chunk", "agent_error"]
    assert [event.at async for event in jobs.timed_events(failed)] == [1.0, 1.0, 2.0]


async def test_a_stream_without_an_end_says_so_after_what_there_is(jobs: LoggedJobs) -> None:
    (running,) = await jobs.list()
    items = aiter(jobs.follow(running))
    assert [(await anext(items))["event"] for _ in range(2)] == ["agent_accepted", "agent_chunk"]
    with pytest.raises(OpsError, match="has no end"):
        await anext(items)


async def test_what_needs_a_supervisor_says_how_to_start_one(jobs: LoggedJobs) -> None:
    with pytest.raises(BusError, match="start `deadstop serve`"):
        await jobs.submit(AskRequest("q"))
