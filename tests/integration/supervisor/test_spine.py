"""A question's whole way through a real supervisor: served by a fresh process, numbered, stopped for certain."""

import asyncio
from pathlib import Path

import pytest

from bus.client import CommandRefused
from bus.contract.events import Accepted, Completed, Failed, Killed, ResponseChunk, Sql, Status, Stopping
from bus.contract.vocabulary import Reason, Rung, State
from tests.harness.jobs.graces import SupervisorFor
from tests.harness.servers import Supervisor, is_gone
from tests.harness.zoo import FLIGHTS, zoo_settings

SETTINGS = {**zoo_settings(), **FLIGHTS, "limits.max_running": 30, "limits.max_running_per_user": 30}

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_sql_over_the_sample_data_gives_the_right_rows(supervisor: Supervisor) -> None:
    job_id = await supervisor.submit("select carrier, count(*) as n from flights group by all order by n desc")
    events = [event for _, event in await supervisor.events(job_id)]
    assert isinstance(events[0], Accepted)
    assert isinstance(events[-1], Completed)
    table = events[-1].result.final_output["raw_table"]
    assert table["row_count"] == 16
    assert table["rows"][0] == ["UA", 58665]


async def test_a_question_in_words_is_answered_without_a_model(supervisor: Supervisor) -> None:
    job_id = await supervisor.submit("How many flights per airline?")
    *_, (_, last) = await supervisor.events(job_id)
    assert isinstance(last, Completed)
    rows = last.result.final_output["raw_table"]["rows"]
    assert len(rows) == 16
    assert rows[0] == ["UA", "United Air Lines Inc.", 58665]


async def test_each_job_has_a_process_of_its_own(supervisor: Supervisor) -> None:
    jobs = [await supervisor.submit("hello", "echoes") for _ in range(3)]
    said = [event for job in jobs for _, event in await supervisor.events(job) if isinstance(event, Status)]
    pids = {int(status.message.split()[1]) for status in said}
    assert len(pids) == 3
    assert all(map(is_gone, pids))


async def test_twenty_thousand_chunks_arrive_once_and_in_order(supervisor: Supervisor) -> None:
    job_id = await supervisor.submit("20000", "counts")
    events = await supervisor.events(job_id)
    chunks = [event.chunk for _, event in events if isinstance(event, ResponseChunk)]
    assert chunks == [f"{number} " for number in range(1, 20_001)]
    completed = events[-1][1]
    assert isinstance(completed, Completed)
    assert completed.result.usage.chunks == 20_000


async def test_twenty_jobs_at_once_have_gapless_streams(supervisor: Supervisor) -> None:
    jobs = [await supervisor.submit("500", "counts") for _ in range(20)]
    streams = await asyncio.gather(*map(supervisor.events, jobs))
    assert [len(stream) for stream in streams] == [502] * 20
    assert all(isinstance(stream[-1][1], Completed) for stream in streams)


@pytest.mark.parametrize(
    ("agent", "rung"),
    [("sleeps", Rung.CANCEL), ("spins_in_c", Rung.TERMINATE), ("ignores_signals", Rung.KILL)],
)
async def test_a_stop_ends_on_the_rung_that_was_needed(supervisor_for: SupervisorFor, agent: str, rung: Rung) -> None:
    supervisor = await supervisor_for(rung)
    job_id = await supervisor.running(agent)
    pid = await supervisor.pid(job_id)
    await supervisor.stop(job_id)
    events = [event for _, event in await supervisor.events(job_id)]
    killed = events[-1]
    assert is_gone(pid)
    assert isinstance(killed, Killed)
    assert (killed.rung, killed.by, killed.reason) == (rung, "tester", Reason.USER)
    climbed = [event.rung for event in events if isinstance(event, Stopping)]
    assert climbed == list(Rung)[: rung.height + 1]
    record = await supervisor.record(job_id)
    assert record.summary.state is State.CANCELLED
    assert [step.rung for step in record.rungs] == climbed


async def test_an_endless_join_is_interrupted(supervisor_for: SupervisorFor) -> None:
    endless = "select count(*) from range(100000000000) t(a), range(1000) u(b) where (a*b)%7=3"
    supervisor = await supervisor_for(Rung.CANCEL)
    job_id = await supervisor.submit(endless)
    await supervisor.until(job_id, Sql)
    await supervisor.stop(job_id)
    *_, (_, killed) = await supervisor.events(job_id)
    assert isinstance(killed, Killed)
    assert killed.rung is Rung.CANCEL


async def test_a_second_stop_of_an_ended_job_is_refused(supervisor: Supervisor) -> None:
    job_id = await supervisor.submit("hello", "echoes")
    await supervisor.events(job_id)
    with pytest.raises(CommandRefused) as refused:
        await supervisor.stop(job_id)
    assert refused.value.refused.code == "already_ended"


async def test_a_statement_that_writes_is_refused(supervisor: Supervisor, tmp_path: Path) -> None:
    target = tmp_path / "out.parquet"
    job_id = await supervisor.submit(f"copy (select 1) to '{target}'")
    *_, (_, last) = await supervisor.events(job_id)
    assert isinstance(last, Failed)
    assert last.code == "refused"
    assert not target.exists()
