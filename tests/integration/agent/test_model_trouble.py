"""A model that fails, seen by the person who asked: each failure with its code and hint, further tries in plain view,
and a stop that waits for none of it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bus.contract.events import Failed, Killed, TableRows
from bus.contract.vocabulary import Reason, Rung
from tests.fakes.replies import Fail, Reply, Say, Script, in_turn, words
from tests.fakes.scripts import COUNT_PER_CARRIER, flights, in_pieces, is_planning, plan_json
from tests.harness.asking import Served, ask, serving, until_answering
from tests.harness.jobs.graces import GENEROUS_S
from tests.harness.jobs.stopping import Ended
from tests.harness.servers import running_supervisor

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUESTION = "Which carrier has most flights?"
PLAN = in_pieces(plan_json(COUNT_PER_CARRIER))
TEXT = ("One ", "two")
LONG_S = 600
"""A wait of the model's client that nobody sits through here."""
QUICK = {"llm__max_retries": 1, "llm__max_retry_wait_s": 0.02}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """Tries twice, and waits hardly at all between."""
    async with serving(tmp_path_factory.mktemp("s"), flights(), **QUICK, llm__read_timeout_s=LONG_S) as served:
        yield served


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def impatient(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """The same, and takes a silence for a stall that is longer than a busy machine's."""
    async with serving(tmp_path_factory.mktemp("i"), flights(), **QUICK, llm__read_timeout_s=3.0) as served:
        yield served


def answering(answer: Reply) -> Script:
    """A good plan, then this answer, again and again."""
    return lambda recorded: PLAN if is_planning(recorded) else answer


def check_failed(job: Ended, code: str, *, retryable: bool) -> Failed:
    failed = job.failed
    assert (failed.code, failed.retryable) == (code, retryable)
    assert (job.record.summary.reason, failed.stop) == (Reason.LLM_ERROR, None)
    assert failed.error
    assert failed.hint.endswith(".")
    return failed


def tries_again(job: Ended) -> list[str]:
    return [status for status in job.statuses if "trying again" in status]


REFUSED = [
    (Fail(401, "authentication_error", "invalid key"), "llm_auth", "invalid key"),
    (Fail(402, "billing_error", "pay"), "llm_auth", "pay"),
    (Fail(403, "permission_error", "no"), "llm_auth", "no"),
    (Fail(404, "not_found_error", "model: nope"), "llm_not_found", "does not know model claude-sonnet-5-5"),
    (Fail(400, "invalid_request_error", "bad field"), "llm_bad_request", "bad field"),
    (Fail(400, "invalid_request_error", "prompt is too long"), "llm_context_exceeded", "too long"),
    (Fail(413, "invalid_request_error", "big"), "llm_context_exceeded", "big"),
    (Fail(429, "rate_limit_error", "spent", error_code="enforced_spend_limit_reached"), "llm_rate_limited", "spent"),
    (Say(then="garbage"), "llm_server_error", "does not speak the Messages API"),
    (Say(TEXT, stop_reason="refusal"), "llm_refused", "refused to answer"),
    (Say(TEXT, stop_reason="max_tokens"), "llm_max_tokens", "the model's plan was cut off at max_tokens = 8192"),
    (Say(TEXT, stop_reason="model_context_window_exceeded"), "llm_context_exceeded", "longer than"),
]


@pytest.mark.parametrize(("reply", "code", "says"), REFUSED)
async def test_what_trying_again_cannot_help_fails_at_once(served: Served, reply: Reply, code: str, says: str) -> None:
    job = await served.ask(QUESTION, in_turn(reply))
    assert says in check_failed(job, code, retryable=False).error
    assert (tries_again(job), len(served.requests)) == ([], 1)


PASSING = [
    (Fail(529, "overloaded_error"), "llm_overloaded", "the model is overloaded"),
    (Fail(429, "rate_limit_error"), "llm_rate_limited", "the model's rate limit is reached"),
    (Fail(500), "llm_server_error", "the model's server failed"),
    (Fail(502, body="<html>Bad gateway</html>"), "llm_server_error", "the model's server failed"),
    (Say(error="overloaded_error"), "llm_overloaded", "the model is overloaded"),
    (Say(error="api_error"), "llm_server_error", "the model's server failed"),
    (Say(then="drop"), "llm_dropped", "the connection to the model broke"),
    (Say(then="cut"), "llm_dropped", "the connection to the model broke"),
    (Say(TEXT, stop_reason="pause_turn"), "llm_dropped", "the connection to the model broke"),
    (Say(then="silence"), "llm_stalled", "the model went silent"),
    (Say(TEXT, then="stall"), "llm_stalled", "the model went silent"),
]


@pytest.mark.parametrize(("reply", "code", "why"), PASSING)
async def test_what_may_pass_is_tried_again_in_plain_view(
    served: Served, impatient: Served, reply: Reply, code: str, why: str
) -> None:
    served = impatient if isinstance(reply, Say) and reply.goes_silent else served
    again = f"{why}; trying again in 0.02 s (2 of 2)"
    job = await served.ask(QUESTION, in_turn(reply, PLAN, words("At last")))
    assert (job.response, tries_again(job)) == ("At last", [again])
    hopeless = await served.ask(QUESTION, in_turn(reply, reply))
    check_failed(hopeless, code, retryable=True)
    assert (tries_again(hopeless), len(served.requests)) == ([again], 2)


async def test_a_wait_that_is_too_long_is_said_and_not_waited(served: Served) -> None:
    job = await served.ask(QUESTION, in_turn(Fail(429, "rate_limit_error", "slow", {"retry-after": "120"})))
    failed = check_failed(job, "llm_rate_limited", retryable=True)
    assert "the server asks to wait 120 s, more than max_retry_wait_s = 0.02 allows" in failed.error


async def test_a_dead_server_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    settings = {"llm.base_url": url, "llm.max_retries": 1, "llm.max_retry_wait_s": 0.02}
    async with running_supervisor(tmp_path, settings) as supervisor:
        job = await ask(supervisor, QUESTION)
        assert f"no model server answers at {url}" in check_failed(job, "llm_unreachable", retryable=True).error
        assert len(tries_again(job)) == 1
        typed = await ask(supervisor, "SELECT count(*) FROM airlines")
        assert typed.rows == [[16]], "typed statements need no model"


# ---- in the middle of an answer


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Say(TEXT, then="drop"), "llm_dropped"),
        (Say(TEXT, then="cut"), "llm_dropped"),
        (Say(TEXT, then="stall"), "llm_stalled"),
        (Say(TEXT, error="overloaded_error"), "llm_overloaded"),
    ],
)
async def test_an_answer_that_breaks_off_keeps_rows_and_text(
    served: Served, impatient: Served, answer: Say, code: str
) -> None:
    served = impatient if answer.goes_silent else served
    job = await served.ask(QUESTION, answering(answer))
    check_failed(job, code, retryable=True)
    assert job.response == "One two", "what people have read is never said twice"
    assert sum(event.count for event in job.events if isinstance(event, TableRows)) == 16
    assert job.record.usage["estimated"] == 1


@pytest.mark.parametrize(
    ("stop_reason", "says"),
    [("max_tokens", "cut off at max_tokens = 8192"), ("model_context_window_exceeded", "longer than claude-sonnet")],
)
async def test_an_answer_that_was_cut_off_is_an_answer(served: Served, stop_reason: str, says: str) -> None:
    job = await served.ask(QUESTION, answering(Say(TEXT, stop_reason=stop_reason)))
    assert (job.result.final_output["response"], len(job.rows)) == ("One two", 16)
    assert len(job.warnings) == 1
    assert says in job.warnings[0]


async def test_a_refusal_in_an_answer_is_an_error(served: Served) -> None:
    check_failed(
        await served.ask(QUESTION, answering(Say(TEXT, stop_reason="refusal"))), "llm_refused", retryable=False
    )


# ---- stopping


async def stopped(served: Served, job_id: str) -> Killed:
    await served.supervisor.stop(job_id)
    *_, (_, killed) = await served.supervisor.events(job_id)
    assert isinstance(killed, Killed)
    assert killed.rung is Rung.CANCEL
    return killed


@pytest.mark.parametrize("where", ["plan", "answer"])
async def test_a_stop_reaches_the_models_server_at_once(served: Served, where: str) -> None:
    """Whether it has not even sent headers, or is in the middle of an answer. How soon, `bench` measures."""
    silent = Say(then="silence") if where == "plan" else Say(TEXT, hold=asyncio.Event(), hold_at=1)
    job_id = await served.submit(QUESTION, (lambda _: silent) if where == "plan" else answering(silent))
    if where == "answer":
        await until_answering(served.supervisor, job_id)
    recorded = await served.model.request(1 if where == "plan" else 2)
    killed = await stopped(served, job_id)
    await asyncio.wait_for(recorded.left.wait(), GENEROUS_S)
    assert (killed.usage.model_calls, killed.usage.estimated) == (len(served.requests), True)
