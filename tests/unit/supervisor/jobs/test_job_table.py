"""The jobs that have not ended, and what is asked of them."""

import asyncio

from supervisor.jobs.job_table import JobTable
from tests.harness.jobs.entries import new_entry


def test_jobs_are_found_by_each_of_their_names() -> None:
    jobs = JobTable()
    first = new_entry("ab1", conversation_id="c1")
    other = new_entry("ab2", "bob", conversation_id="c1", agent="slow", session_id="s-ab1")
    jobs.add(first)
    jobs.add(other)
    assert (len(jobs), list(jobs)) == (2, [first, other])
    assert jobs.get("ab1") is first
    assert jobs.get("ab") is None
    assert jobs.get(None) is None
    assert jobs.of_session("bob", "s-ab1") is other
    assert jobs.of_session("cid", "s-ab1") is None
    assert jobs.running_in("bob", "c1") is other
    assert jobs.running_in("bob", "c2") is None
    assert jobs.beginning_with("ab") == [first, other]
    assert (jobs.has_agent("slow"), jobs.has_agent("fast")) == (True, False)
    assert jobs.last_numbers() == {"ab1": 0, "ab2": 0}
    assert jobs.accepted_at(["ab1", "gone"]) == [0.0]


def test_a_job_whose_end_is_not_in_the_log_yet_does_not_run() -> None:
    jobs, ended = JobTable(), new_entry("ab1", conversation_id="c1")
    running = new_entry("ab2")
    for entry in (ended, running):
        jobs.add(entry)
    ended.job.launch(1.0)
    ended.job.worker_gone(2.0)
    assert jobs.running_in("ann", "c1") is None
    assert jobs.count_by_state() == {"failed": 1, "queued": 1}


def test_the_jobs_of_a_moment_can_be_gone_through_while_they_end() -> None:
    jobs = JobTable()
    for number in range(3):
        jobs.add(new_entry(f"a{number}"))
    for entry in jobs:
        jobs.remove(entry.job_id)
    assert not len(jobs)


async def test_who_waits_for_the_last_job_also_waits_for_one_that_follows_it_at_once() -> None:
    jobs = JobTable()
    jobs.add(new_entry("a1"))
    waiting = asyncio.create_task(jobs.until_empty())
    await asyncio.sleep(0)
    jobs.remove("a1")
    jobs.add(new_entry("a2"))
    for _ in range(3):
        await asyncio.sleep(0)
    assert not waiting.done()
    jobs.remove("a2")
    await waiting
