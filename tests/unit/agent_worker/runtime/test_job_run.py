"""However an agent ends, its job has one outcome, and what was said before is on its way."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from agent_worker.context import AgentContext, AgentError, AgentOutput
from agent_worker.conversation_folder import MAX_FOLDER_BYTES
from agent_worker.runtime.event_loop import CountingLoop
from agent_worker.runtime.job_run import Agent, JobRun
from agent_worker.runtime.publisher import Publisher
from bus.contract.agents import BUNDLED_AGENTS
from bus.contract.data_place import DataPlace
from bus.contract.events import Usage, Warn
from bus.contract.settings import Settings
from bus.contract.vocabulary import Reason
from bus.transport.delivery import SendWindow
from bus.transport.sockets import connect_worker_publisher, new_context
from bus.wire.worker import CancelledOutcome, Failure, JobSpec, KeptTurn, Outcome, Success
from tests.harness.jobs.outlets import Recorder

JOB = JobSpec("1", "ann", "how much?")
Run = Callable[..., JobRun]


class Unshowable(Exception):
    def __repr__(self) -> str:
        raise ValueError("no words")


@pytest.fixture
def surroundings(tmp_path: Path) -> AgentContext:
    return AgentContext(Settings(), BUNDLED_AGENTS["sql"], DataPlace(), tmp_path, Recorder())


@pytest.fixture
async def run_of(surroundings: AgentContext) -> AsyncIterator[Run]:
    loop, context = CountingLoop(), new_context()
    events = connect_worker_publisher(context, "inproc://nobody")
    publisher = Publisher(loop, events, b"", SendWindow(1000, 1 << 20), Usage)
    yield lambda agent, job=JOB: JobRun(agent, surroundings, job, publisher)
    publisher.close()
    context.term()
    loop.close()


def agent_that(*said: AgentOutput, ends: BaseException | None = None) -> Agent:
    async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[AgentOutput]:
        for each in said:
            yield each
        if ends is not None:
            raise ends

    return run


def response(outcome: Outcome) -> str:
    assert isinstance(outcome, Success)
    return str(outcome.result.final_output["response"])


async def test_texts_and_rows_are_the_result(run_of: Run) -> None:
    outcome = await run_of(agent_that("two ", [{"n": 1}, {"n": 2}], "rows")).outcome()
    assert response(outcome) == "two rows"
    assert isinstance(outcome, Success)
    assert outcome.result.final_output["raw_table"]["rows"] == [[1], [2]]
    assert outcome.result.usage.rows == 2
    assert outcome.turn is not None
    assert (outcome.turn.question, outcome.turn.answer) == ("how much?", "two rows")


async def test_halves_of_a_character_in_two_texts_are_one(run_of: Run) -> None:
    assert response(await run_of(agent_that("a \ud83d", "\ude00 b")).outcome()) == "a \U0001f600 b"
    assert response(await run_of(agent_that("cut \ud83d")).outcome()) == "cut �"


@pytest.mark.parametrize(
    ("ends", "code", "words"),
    [
        (ValueError("what now"), "agent_error", "ValueError('what now')"),
        (SystemExit(7), "agent_error", "SystemExit(7)"),
        (KeyboardInterrupt(), "agent_error", "KeyboardInterrupt()"),
        (Unshowable(), "agent_error", "Unshowable, which cannot be shown"),
        (MemoryError(), "memory", "needed more memory than it may use"),
        (AgentError("no such day", code="no_day", hint="another one", reason=Reason.BUDGET), "no_day", "no such day"),
    ],
)
async def test_what_an_agent_raises_is_a_failure(run_of: Run, ends: BaseException, code: str, words: str) -> None:
    outcome = await run_of(agent_that("a word", ends=ends)).outcome()
    assert isinstance(outcome, Failure)
    assert outcome.code == code
    assert words in outcome.error
    reasons = {"memory": Reason.MEMORY, "no_day": Reason.BUDGET}
    assert outcome.reason is reasons.get(code, Reason.AGENT_ERROR)


async def test_a_function_that_is_no_generator_is_said_to_be_none(run_of: Run) -> None:
    outcome = await run_of(lambda job, context: "an answer").outcome()
    assert isinstance(outcome, Failure)
    assert "must be an async generator" in outcome.error


@pytest.mark.parametrize("left", [False, True])
async def test_a_stop_is_cancelled_and_what_would_end_the_process_is_a_failure(run_of: Run, left: bool) -> None:
    started = asyncio.Event()

    async def waits(job: JobSpec, context: AgentContext) -> AsyncIterator[AgentOutput]:
        started.set()
        await asyncio.Event().wait()
        yield "never"

    run = run_of(waits)
    task = asyncio.create_task(run.outcome())
    await asyncio.wait_for(started.wait(), 5)
    if left:
        run.end_with(SystemExit(3))
    task.cancel()
    outcome = await asyncio.wait_for(task, 5)
    if left:
        assert isinstance(outcome, Failure)
        assert "SystemExit(3)" in outcome.error
    else:
        assert outcome == CancelledOutcome()


async def test_a_job_whose_usage_cannot_be_counted_does_not_succeed(run_of: Run, surroundings: AgentContext) -> None:
    counts: Iterator[Usage] = iter([Usage(model_calls=1), Usage(model_calls=2)])
    surroundings.usage = lambda: next(counts)
    run = run_of(agent_that("a word"))
    assert run.usage().model_calls == 1
    assert run.usage().model_calls == 2
    assert run.usage().model_calls == 2  # the last that was known
    outcome = await run.outcome()
    assert isinstance(outcome, Failure)
    assert "StopIteration" in outcome.error


async def test_files_of_a_conversation_are_kept_and_where_they_cannot_be_those_before(
    run_of: Run, surroundings: AgentContext
) -> None:
    job = JobSpec("1", "ann", "how much?", kept=KeptTurn("before", files={"notes": b"old"}))
    notes = surroundings.folder / "notes"

    notes.write_bytes(b"new")
    outcome = await run_of(agent_that(), job).outcome()
    assert isinstance(outcome, Success)
    assert outcome.turn is not None
    assert outcome.turn.files == {"notes": b"new"}

    notes.write_bytes(bytes(MAX_FOLDER_BYTES + 1))
    outcome = await run_of(agent_that(), job).outcome()
    assert isinstance(outcome, Success)
    assert outcome.turn is not None
    assert outcome.turn.files == {"notes": b"old"}
    assert isinstance(surroundings.outlet, Recorder)
    (warning,) = surroundings.outlet.events
    assert isinstance(warning, Warn)
    assert f"more than {MAX_FOLDER_BYTES:,} bytes, the limit" in warning.message
