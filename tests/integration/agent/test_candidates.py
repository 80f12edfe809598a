"""Several plans for a hard question: each is run, the majority's is shown, and the budget and a stop hold."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio

from bus.contract.events import Completed, ModelCall, Tool
from tests.fakes.replies import Fail, Reply, Say, Script, in_turn, use
from tests.fakes.scripts import clarification_json, flights, in_pieces, plan_json
from tests.harness.asking import BOTH_WIRES, CHATTY, Served, serving
from tests.harness.jobs.graces import GENEROUS_S
from tests.harness.jobs.stopping import Ended
from tests.integration.agent.test_tools import FOREVER, LONG_S, answer, held, looks, stopped

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUESTION = "Which airline has most flights?"
JOINED = (
    """SELECT name, count(*) AS n FROM flights JOIN airlines USING (carrier) GROUP BY ALL ORDER BY n DESC LIMIT 1"""
)
OTHERWISE = """WITH x AS (SELECT carrier, count(*) AS flights FROM flights GROUP BY ALL)
SELECT flights, name FROM x JOIN airlines USING (carrier) ORDER BY flights DESC LIMIT 1"""
WRONG = "SELECT name, 1 AS n FROM flights JOIN airlines USING (carrier) LIMIT 1"
THIRD = "SELECT name, 2 AS n FROM flights JOIN airlines USING (carrier) LIMIT 1"
BROKEN = "SELECT nope FROM flights JOIN airlines USING (carrier)"
HANGS = f"SELECT * FROM ({FOREVER})"
ANSWERED = Say(("United ", "has ", "most."))
RIGHT = [["United Air Lines Inc.", 58665]]


def plan(sql: str, reading: str = "", **more: Any) -> Say:
    return in_pieces(plan_json(sql, reading=reading), **more)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def both(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    waits = {"llm__max_retry_wait_s": 0.02, "llm__max_retries": 1, "llm__read_timeout_s": LONG_S}
    prices = {model: {"input": 1.0, "output": 1.0} for model in ("claude-sonnet-5-5", CHATTY)}
    models = {"llm__models": [CHATTY], "llm__prices": prices, "agent__max_cost_usd": 0.1}
    agent = {"agent__candidates": 3, "agent__max_tool_s": 5.0, **models}
    async with serving(tmp_path_factory.mktemp("s"), flights(), **BOTH_WIRES, **waits, **agent) as served:
        yield served


@pytest.fixture(scope="module", params=["messages"])
def served(request: pytest.FixtureRequest, both: Served) -> Served:
    return both.on(request.param)


on_both_wires = pytest.mark.parametrize("served", ["messages", "chat"], indirect=True, scope="module")


def compared(job: Ended) -> list[tuple[str, str]]:
    ended = [event for event in job.events if isinstance(event, Tool) and event.state != "started"]
    return [(event.state, event.found) for event in ended if event.name == "compare"]


def purposes(job: Ended) -> list[str]:
    return [event.purpose for event in job.events if isinstance(event, ModelCall) and event.state != "started"]


@on_both_wires
async def test_what_most_plans_give_is_the_answer(served: Served) -> None:
    script = in_turn(use("find", words="united"), use("answer", sql=WRONG, reading="One flight each."))
    replies: list[Reply] = [plan(JOINED, "All flights."), plan(OTHERWISE), ANSWERED]
    job = await served.ask(QUESTION, lambda recorded: script(recorded) if recorded.tools else replies.pop(0))
    assert compared(job) == [("finished", "1 row")] * 3
    assert (job.statements, job.rows) == ([JOINED], RIGHT), "only the majority's statement is shown and streamed"
    said = "2 of 3 plans give this result (otherwise: One flight each)"
    assert job.response == f"*Read as: All flights. {said}.*\n\nUnited has most."
    assert said in job.statuses
    assert purposes(job) == ["planner", "planner", "candidate", "candidate", "answer"]
    assert job.warnings == []
    assert f"**Second opinion:** {said} · $0.0" in job.monitor
    first, second = served.requests[2:4]
    assert "<found>\nfind united\n" in first.last_message, "what the looks gave is known to the further plans"
    assert WRONG not in first.last_message + second.last_message, "but no other plan is"
    assert first.last_message != second.last_message


async def test_two_plans_that_agree_need_no_third(served: Served) -> None:
    job = await served.ask(QUESTION, in_turn(use("answer", sql=JOINED, reading=""), plan(OTHERWISE), ANSWERED))
    assert (job.statements, job.rows, len(served.requests)) == ([JOINED], RIGHT, 3)
    assert job.response == "*2 of 2 plans give this result.*\n\nUnited has most."


async def test_disagreement_is_said_in_words_and_the_first_plan_stands(served: Served) -> None:
    readings = {"wrong": WRONG, "third": THIRD}
    others = [plan(sql, f"The {name} way.") for name, sql in readings.items()]
    job = await served.ask(QUESTION, in_turn(use("answer", sql=JOINED, reading="All."), *others, ANSWERED))
    assert (job.statements, job.rows) == ([JOINED], RIGHT)
    assert job.warnings == [
        "3 plans gave 3 different results, none of them the majority's: check how the question was read"
        " (otherwise: The wrong way; The third way)."
    ]
    assert job.response == "*Read as: All.*\n\nUnited has most."


async def test_a_simple_question_is_planned_once(served: Served) -> None:
    job = await served.ask(
        QUESTION, in_turn(use("answer", sql="SELECT count(*) AS n FROM flights", reading=""), ANSWERED)
    )
    assert (job.rows, compared(job), len(served.requests)) == ([[336776]], [], 2)


async def test_a_plan_that_fails_is_no_opinion(served: Served) -> None:
    job = await served.ask(
        QUESTION, in_turn(use("answer", sql=BROKEN, reading=""), plan(JOINED), plan(JOINED), ANSWERED)
    )
    assert [state for state, _ in compared(job)] == ["failed", "finished", "finished"]
    assert "nope" in compared(job)[0][1]
    assert (job.statements, job.rows, job.warnings) == ([JOINED], RIGHT, [])


async def test_what_would_write_is_refused_here_too(served: Served) -> None:
    hostile = "WITH x AS (COPY (SELECT 1) TO 'out.csv') SELECT 1"
    job = await served.ask(
        QUESTION, in_turn(use("answer", sql=JOINED, reading=""), plan(hostile), plan(JOINED), ANSWERED)
    )
    assert [state for state, _ in compared(job)] == ["finished", "failed", "finished"]
    assert (job.statements, job.rows) == ([JOINED], RIGHT)


async def test_where_all_fail_the_first_is_repaired_as_ever(served: Served) -> None:
    broken = [plan(BROKEN), plan(BROKEN)]
    job = await served.ask(QUESTION, in_turn(use("answer", sql=BROKEN, reading=""), *broken, plan(JOINED), ANSWERED))
    assert (job.statements, job.rows) == ([BROKEN, JOINED], RIGHT)


async def test_one_that_would_rather_ask_is_heard(served: Served) -> None:
    asks = in_pieces(clarification_json("Which year?", "2012", "2013"))
    job = await served.ask(QUESTION, in_turn(use("answer", sql=JOINED, reading=""), asks, plan(OTHERWISE), ANSWERED))
    assert job.response.startswith("*2 of 3 plans give this result (otherwise: asked back, “Which year?”).*")


@pytest.mark.parametrize(
    "trouble", [Fail(401, "authentication_error", "no"), Say(("nonsense",))], ids=["fails", "babbles"]
)
async def test_where_no_further_plan_can_be_had_the_first_stands(served: Served, trouble: Reply) -> None:
    again = [trouble] * (1 if isinstance(trouble, Fail) else 2)
    job = await served.ask(QUESTION, in_turn(use("answer", sql=JOINED, reading=""), *again, ANSWERED))
    assert (job.rows, job.response) == (RIGHT, "United has most.")
    assert [warning.partition(":")[0] for warning in job.warnings] == ["No further plan was possible"]


async def test_half_of_the_budget_is_kept_for_the_answer(served: Served) -> None:
    dear = plan(WRONG, input_tokens=60_000)
    job = await served.ask(QUESTION, in_turn(use("answer", sql=JOINED, reading=""), dear, ANSWERED))
    assert "asking for no further plan: more than half of the question's budget is used" in job.statuses
    assert job.warnings == [
        "2 plans gave 2 different results, none of them the majority's: check how the question was read"
        " (otherwise: Result)."
    ]
    assert isinstance(job.last, Completed)
    assert 0.06 < job.result.usage.cost_usd <= 0.1
    assert job.rows == RIGHT


async def test_a_plan_is_cut_off_where_the_budget_ends(served: Served) -> None:
    """Whatever a further plan does, the question never costs more than it may."""
    dear = plan(WRONG, input_tokens=120_000)
    job = await served.ask(QUESTION, in_turn(use("answer", sql=JOINED, reading=""), dear, ANSWERED))
    assert any(warning.startswith("No further plan was possible: the job used") for warning in job.warnings)
    assert (job.failed.code, len(served.requests)) == ("budget", 2)
    assert sum(len(recorded.body["messages"]) for recorded in served.requests) == 2


PHASES: dict[str, tuple[Callable[[], Script], int]] = {
    "while a further plan is made": (lambda: held(use("answer", sql=JOINED, reading="")), 2),
    "in the middle of a further plan": (
        lambda: in_turn(use("answer", sql=JOINED, reading=""), plan(WRONG, hold=asyncio.Event(), hold_at=2)),
        2,
    ),
    "while the last plan is made": (lambda: held(use("answer", sql=JOINED, reading=""), plan(WRONG)), 3),
}


@on_both_wires
@pytest.mark.parametrize("phase", PHASES)
async def test_a_stop_between_plans_closes_the_models_connection(served: Served, phase: str) -> None:
    script, number = PHASES[phase]
    job_id = await served.submit(QUESTION, script())
    recorded = await served.model.request(number)
    killed = await stopped(served, job_id)
    await asyncio.wait_for(recorded.left.wait(), GENEROUS_S)
    assert killed.usage.model_calls == number


@pytest.mark.parametrize("before", [0, 1])
async def test_a_stop_ends_the_statement_of_a_plan(served: Served, before: int) -> None:
    sqls = [JOINED] * before + [HANGS]
    first = use("answer", sql=sqls[0], reading="")
    job_id = await served.submit(QUESTION, in_turn(first, *map(plan, sqls[1:])))
    begun = [Tool("compare", {"sql": sql}, "started") for sql in sqls]
    await served.supervisor.until_seen(job_id, lambda event: event == begun[-1])
    await stopped(served, job_id)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hasty(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """Has hardly any time for looking and comparing."""
    settings: dict[str, Any] = {"agent__candidates": 3, "agent__max_tool_s": 0.3, "llm__read_timeout_s": LONG_S}
    async with serving(tmp_path_factory.mktemp("h"), flights(), **settings) as served:
        yield served


async def test_a_statement_that_does_not_end_is_no_opinion(hasty: Served) -> None:
    first = use("answer", sql=HANGS, reading="")
    job = await hasty.ask(QUESTION, in_turn(first, plan(JOINED), plan(OTHERWISE), ANSWERED))
    assert compared(job)[0] == ("failed", "It took longer than there is time for comparing.")
    assert (job.statements, job.rows) == ([JOINED], RIGHT)


async def test_looking_has_an_end_in_time(hasty: Served) -> None:
    job = await hasty.ask(QUESTION, in_turn(use("peek", sql=FOREVER), answer(), ANSWERED))
    assert [(event.state, event.found) for event in looks(job)] == [
        ("failed", "It took longer than there is time for looking.")
    ]
    assert hasty.requests[1].tools == ["answer", "ask_back", "say"]
    assert job.response == "United has most."
