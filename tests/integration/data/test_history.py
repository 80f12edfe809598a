"""Ended jobs go into the Parquet history, once each, whatever is killed; operators ask about them."""

import asyncio
import json
import sqlite3
import sys
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pyarrow.parquet as pq
import pytest
import pytest_asyncio

from agent_worker.agents.history.roll_up import roll_up as write_history
from bus.client import CommandRefused
from bus.contract.events import Completed, Event, Failed, Killed, Warn
from bus.contract.settings import HistorySettings
from bus.contract.vocabulary import RatingVerdict, Refusal, Role
from bus.log import LOG_NAME
from bus.wire.commands import Caller, RateJob, RollUp
from bus.wire.replies import Changed, Submitted
from ops.client.history import JobHistory
from ops.errors import OpsError
from supervisor.storage.clock_guard import CLOCK_NAME, read_clocks
from supervisor.storage.store import Store
from tests.e2e.cli_runner import deadstop
from tests.harness.data.histories import history_of, log_numbers, record_of, write_job
from tests.harness.servers import OPERATOR, ROOT, Supervisor, eventually, running_supervisor
from tests.harness.zoo import LITTLE, zoo_settings

pytestmark = pytest.mark.asyncio(loop_scope="module")

ANN = Caller("ann", Role.USER)
DAY_S = 86_400
MARKED = "rolled_up_at IS NOT NULL"
SETTINGS = {
    **zoo_settings(),
    "worker.preload": [
        *LITTLE["worker.preload"],
        "agent_worker.agents.history.agent",
        "agent_worker.agents.history.roll_up_agent",
    ],
}
"""The zoo, and what each job of the history would otherwise load for itself."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def supervisor(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Supervisor]:
    """For tests that ask only about jobs of their own."""
    async with running_supervisor(tmp_path_factory.mktemp("s"), SETTINGS) as running:
        yield running


async def roll_up(supervisor: Supervisor) -> Event:
    """Have it done, and wait; the roll-up's last event."""
    reply = await supervisor.client.request(RollUp(OPERATOR), Submitted)
    return (await supervisor.events(reply.job.job_id))[-1][1]


async def answer(supervisor: Supervisor, question: str) -> Event:
    job_id = await supervisor.submit(question, "history")
    return (await supervisor.events(job_id))[-1][1]


def rows_of(event: Event) -> list[list[object]]:
    assert isinstance(event, Completed), event
    rows: list[list[object]] = event.result.final_output["raw_table"]["rows"]
    return rows


async def test_killed_before_each_of_its_steps_it_neither_loses_nor_doubles(tmp_path: Path) -> None:
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.programs.killed_roll_up", str(tmp_path)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await program.communicate()
    assert program.returncode == 0
    runs = [json.loads(line) for line in said.splitlines()]
    assert len(runs) > 15
    kinds = {run["before"].split(" ")[0] for run in runs[:-1]}
    assert kinds == {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir"}
    for run in runs:
        jobs, events = run["after_kill"]
        assert len(jobs) == len(set(jobs)), f"killed before {run['before']}: jobs are doubled"
        assert len(events) == len(set(map(tuple, events))), f"killed before {run['before']}: events are doubled"
        whole = {job_id for job_id in "abcd" if [job_id, 4] in events}
        assert set(jobs) - {"old"} <= whole, f"killed before {run['before']}: a job stands there without its events"
        assert run["after"] == [list("abcd"), [[job_id, seq] for job_id in "abcd" for seq in range(1, 5)]]
        assert run["left"] == []


async def test_a_job_is_marked_and_its_stream_can_still_be_followed(supervisor: Supervisor) -> None:
    job_id = await supervisor.submit("hello", "echoes")
    before = await supervisor.events(job_id)
    assert isinstance(await roll_up(supervisor), Completed)
    state_dir = supervisor.state_dir
    jobs, events = history_of(state_dir / "history")
    assert jobs.count(job_id) == 1
    assert [event for event in events if event[0] == job_id] == [(job_id, seq) for seq, _ in before]
    await eventually(lambda: log_numbers(state_dir, f"job_id = '{job_id}' AND {MARKED}"), "the job is not marked")
    assert await supervisor.events(job_id) == before


async def test_it_is_done_by_itself_when_jobs_have_waited_long_enough(tmp_path: Path) -> None:
    async with running_supervisor(tmp_path, {**SETTINGS, "history.roll_up_every_s": 0.1}) as supervisor:
        job_id = await supervisor.submit("hello", "echoes")
        await supervisor.events(job_id)
        of_job = f"job_id = '{job_id}' AND {MARKED}"
        await eventually(lambda: log_numbers(supervisor.state_dir, of_job), "nobody rolled the job up")
        assert history_of(supervisor.state_dir / "history")[0] == [job_id]


async def test_a_rating_stands_in_the_history_whenever_it_is_given(supervisor: Supervisor) -> None:
    """Also after the job had been rolled up; its events stay as they were."""
    early, late = [await supervisor.submit("hello", "echoes") for _ in range(2)]
    for job_id in (early, late):
        await supervisor.events(job_id)
    folder = supervisor.state_dir / "history"

    async def rate(job_id: str, verdict: RatingVerdict | None, comment: str = "") -> dict[str, tuple[object, object]]:
        await supervisor.client.request(RateJob(OPERATOR, job_id, verdict, comment), Changed)
        assert isinstance(await roll_up(supervisor), Completed)
        (file,) = folder.glob("jobs/*/*.parquet")
        rows = pq.ParquetFile(file).read(use_threads=False).to_pylist()
        return {row["job_id"]: (row["verdict"], row["comment"]) for row in rows if row["job_id"] in (early, late)}

    assert await rate(early, RatingVerdict.UP, "quick") == {early: ("up", "quick"), late: (None, None)}
    before = history_of(folder)
    assert await rate(late, RatingVerdict.DOWN) == {early: ("up", "quick"), late: ("down", None)}
    assert await rate(early, None) == {early: (None, None), late: ("down", None)}
    assert history_of(folder) == before
    counted = f"SELECT count(verdict) FROM jobs WHERE verdict = 'down' AND job_id IN ('{early}', '{late}')"
    assert rows_of(await answer(supervisor, counted)) == [[1]]


async def test_jobs_that_are_not_marked_are_not_taken_twice_and_old_ones_are_forgotten(tmp_path: Path) -> None:
    """As if the supervisor had died before it could mark one of them; the log forgets what stands in the history."""
    async with running_supervisor(tmp_path, SETTINGS) as supervisor:
        lost, old, young = [await supervisor.submit("hello", "echoes") for _ in range(3)]
        for job_id in (lost, old, young):
            await supervisor.events(job_id)
        await roll_up(supervisor)
        await eventually(lambda: log_numbers(supervisor.state_dir, f"job_id = '{old}' AND {MARKED}"), "not marked")
    with sqlite3.connect(supervisor.state_dir / LOG_NAME) as log:
        log.execute("UPDATE jobs SET rolled_up_at = NULL WHERE job_id = ?", (lost,))
        log.execute("UPDATE jobs SET ended_at = ended_at - ? WHERE job_id = ?", (8 * DAY_S, old))
    log.close()
    async with running_supervisor(tmp_path, SETTINGS) as supervisor:
        await eventually(lambda: not log_numbers(supervisor.state_dir, f"job_id = '{old}'"), "the log still has it")
        with pytest.raises(CommandRefused, match="no such job"):
            await supervisor.record(old)
        assert await supervisor.events(young)
        before = history_of(supervisor.state_dir / "history")
        assert before[0] == sorted([lost, old, young])
        assert isinstance(await roll_up(supervisor), Completed)
        assert history_of(supervisor.state_dir / "history") == before
        of_job = f"job_id = '{lost}' AND {MARKED}"
        await eventually(lambda: log_numbers(supervisor.state_dir, of_job), "the job is not marked")


async def test_a_clock_that_has_jumped_ahead_trims_nothing_until_somebody_says_that_it_is_right(tmp_path: Path) -> None:
    settings = {**SETTINGS, "history.keep_days": 1}
    async with running_supervisor(tmp_path, settings) as supervisor:
        old = await supervisor.submit("hello", "echoes")
        await supervisor.events(old)
        await roll_up(supervisor)
        await eventually(lambda: log_numbers(supervisor.state_dir, f"job_id = '{old}' AND {MARKED}"), "not marked")
    with sqlite3.connect(supervisor.state_dir / LOG_NAME) as log:
        log.execute("UPDATE jobs SET ended_at = ended_at - ? WHERE job_id = ?", (8 * DAY_S, old))
    log.close()
    days = supervisor.state_dir / "history" / "jobs"
    today = next(days.iterdir())
    today.rename(long_ago := days / "day=2001-02-03")
    now, clock = read_clocks(), supervisor.state_dir / CLOCK_NAME
    clock.write_bytes(msgspec.json.encode(msgspec.structs.replace(now, wall=now.wall - 3 * DAY_S)))
    async with running_supervisor(tmp_path, settings) as supervisor:
        await ask_and_roll_up(supervisor)
        assert log_numbers(supervisor.state_dir, f"job_id = '{old}'")
        assert long_ago.exists()
        clock.unlink()
        await eventually(clock.exists, "nobody has noticed that the clock is right")
        await ask_and_roll_up(supervisor)
        await eventually(lambda: not log_numbers(supervisor.state_dir, f"job_id = '{old}'"), "the log still has it")
        assert not long_ago.exists()


async def ask_and_roll_up(supervisor: Supervisor) -> None:
    """What is too old goes afterwards, from the history and from the log."""
    job_id = await supervisor.submit("hello", "echoes")
    await supervisor.events(job_id)
    await roll_up(supervisor)
    await eventually(lambda: log_numbers(supervisor.state_dir, f"job_id = '{job_id}' AND {MARKED}"), "not marked")


async def test_an_operator_asks_in_plain_words_and_nothing_that_has_ended_is_missing(tmp_path: Path) -> None:
    async with running_supervisor(tmp_path, SETTINGS) as supervisor:
        empty = await answer(supervisor, "how many jobs?")
        assert isinstance(empty, Failed)
        assert empty.code == "no_history", "no job had ended before"
        stops: Counter[tuple[str, str]] = Counter()
        for agent, by in (("sleeps", "ann"), ("stuck_in_engine", "tester"), ("stuck_in_engine", "tester")):
            job_id = await supervisor.running(agent)
            await supervisor.stop(job_id, caller=Caller(by, Role.OPERATOR))
            killed = (await supervisor.events(job_id))[-1][1]
            assert isinstance(killed, Killed)
            stops[killed.rung, killed.by] += 1
        await supervisor.events(await supervisor.submit("hello", "echoes"))
        question = "How many jobs were stopped today, by whom, on which rung?"
        await answer(supervisor, question)
        found = await answer(supervisor, question)  # the first stands in the history by now, and changes nothing
        assert sorted(rows_of(found)) == sorted([by, rung, count] for (rung, by), count in stops.items())
        total = await answer(supervisor, "select count(*), min(day)::varchar from jobs where agent <> 'history'")
        assert rows_of(total) == [[4, str(datetime.now(UTC).date())]]
        event = await answer(supervisor, "select count(*) from jobs join events using (job_id) where type = 'killed'")
        assert rows_of(event) == [[3]]


async def test_two_that_ask_at_once_wait_for_one_roll_up(supervisor: Supervisor) -> None:
    replies = await asyncio.gather(*(supervisor.client.request(RollUp(OPERATOR), Submitted) for _ in range(2)))
    assert [reply.attached_to_existing for reply in replies] == [False, True]
    assert len({reply.job.job_id for reply in replies}) == 1


async def test_a_failed_roll_up_is_told_loses_nothing_and_holds_nobody_up(supervisor: Supervisor) -> None:
    first = await supervisor.submit("hello", "echoes")
    await supervisor.events(first)
    await roll_up(supervisor)
    second = await supervisor.submit("hello", "echoes")
    await supervisor.events(second)
    file = next((supervisor.state_dir / "history").glob("jobs/*/*.parquet"))
    good = file.read_bytes()
    file.write_bytes(b"damaged")
    try:
        failed = await roll_up(supervisor)
        assert isinstance(failed, Failed)
        assert str(file) in failed.error
        asked = await supervisor.submit("select 1", "history")
        events = [event for _, event in await supervisor.events(asked)]
        assert any(isinstance(event, Warn) and "out of date" in event.message for event in events)
    finally:
        file.write_bytes(good)
    assert isinstance(await roll_up(supervisor), Completed)
    assert {first, second} <= set(history_of(supervisor.state_dir / "history")[0])


async def test_the_history_is_for_operators(supervisor: Supervisor) -> None:
    with pytest.raises(CommandRefused) as refused:
        await supervisor.submit("how many jobs?", "history", caller=ANN)
    assert refused.value.refused.code == Refusal.UNAUTHORIZED
    with pytest.raises(CommandRefused) as refused:
        await supervisor.client.request(RollUp(ANN), Submitted)
    assert refused.value.refused.code == Refusal.UNAUTHORIZED
    with pytest.raises(CommandRefused) as refused:
        await supervisor.submit("go", "no_such_agent", caller=ANN)
    assert "history" not in refused.value.refused.hint
    with pytest.raises(CommandRefused, match="no agent `roll_up`"):
        await supervisor.submit("go", "roll_up")


async def test_the_question_cannot_change_the_history_or_read_beside_it(supervisor: Supervisor) -> None:
    job_id = await supervisor.submit("hello", "echoes")
    await supervisor.events(job_id)
    await roll_up(supervisor)
    history = supervisor.state_dir / "history"
    file = next(history.glob("jobs/*/*.parquet"))
    for sql in (
        f"copy (select 1) to '{file}' (format parquet, use_tmp_file false)",
        f"select * from read_text('{supervisor.state_dir / 'bus.key'}')",
    ):
        assert isinstance(await answer(supervisor, sql), Failed)
        assert job_id in history_of(history)[0]


async def deadstop_history(state_dir: Path, *arguments: str) -> tuple[int, str, str]:
    command = ("history", *arguments, "--state-dir", str(state_dir))
    done = await asyncio.to_thread(deadstop, state_dir.parent, *command)
    return done.returncode, done.stdout, done.stderr


async def test_the_command_line_shows_and_asks_while_somebody_serves_and_when_nobody_does(tmp_path: Path) -> None:
    state_dir = tmp_path / "state"
    async with running_supervisor(tmp_path, SETTINGS) as supervisor:
        assert (await deadstop_history(state_dir))[0] == 1  # nothing has ended yet
        job_id = await supervisor.running("sleeps")
        await supervisor.stop(job_id)
        await supervisor.events(job_id)
        code, out, _ = await deadstop_history(state_dir, "select job_id, outcome from jobs", "--json")
        assert (code, json.loads(out)) == (0, {"job_id": job_id, "outcome": "stopped"})
        await supervisor.events(await supervisor.submit("hello", "echoes"))
    code, out, err = await deadstop_history(state_dir, "--json")
    assert code == 0
    days, stops = [json.loads(line) for line in out.splitlines()]
    assert (days["jobs"], days["cancelled"]) == (1, 1)
    assert (stops["reason"], stops["stops"]) == ("user", 1)
    assert "1 ended job is missing" in err
    code, out, _ = await deadstop_history(state_dir)
    assert code == 0
    assert "stops" in out


REFUSED = (
    ("copy (select 1) to '{file}' (format parquet, use_tmp_file false)", "disabled by configuration"),
    ("with x as (copy (select 1) to '{file}') select 1", "disabled by configuration"),
    ("from read_text('{key}')", "disabled by configuration"),
    ("set enable_external_access = true", "locked"),
    ("select no_such_column from jobs", "no_such_column"),
    ("nonsense", "syntax error"),
)


async def test_statements_of_the_command_line_can_only_read_the_history(tmp_path: Path) -> None:
    """The first of them as people give it."""
    history, key = tmp_path / "history", tmp_path / "bus.key"
    key.write_text("secret")
    store = Store(tmp_path)
    write_job(store, record_of("a"))
    store.close()
    history.mkdir()
    write_history(tmp_path / LOG_NAME, history, HistorySettings(keep_days=100_000), lambda _: None)
    file = next(history.glob("jobs/*/*.parquet"))
    before = file.read_bytes()
    statements = [(sql.format(file=file, key=key), words) for sql, words in REFUSED]
    code, out, err = await deadstop_history(tmp_path, statements[0][0])
    assert (code, out) == (1, "")
    assert statements[0][1] in err
    assert "Traceback" not in err
    jobs = JobHistory(tmp_path)
    assert list(jobs.query("select job_id from jobs").objects()) == [{"job_id": "a"}]
    for sql, words in statements:
        with pytest.raises(OpsError, match=words) as refused:
            jobs.query(sql)
        assert refused.value.exit_code == 1
    assert file.read_bytes() == before
