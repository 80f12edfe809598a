"""A model that looks at the data with tools before it answers: each look in plain view, bounded, guarded, stopped."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio

from bus.client import CommandRefused
from bus.contract.events import Killed, ModelCall, TableRows, Tool
from bus.contract.vocabulary import Rung
from bus.wire.commands import Options
from tests.fakes.replies import Fail, Recorded, Reply, Say, Script, Use, in_turn, use, words
from tests.fakes.scripts import COUNT_PER_CARRIER, flights, in_pieces, is_planning, no_tools, plan_json
from tests.harness.asking import BOTH_WIRES, CHATTY, Served, serving, until_answering
from tests.harness.jobs.graces import GENEROUS_S
from tests.harness.jobs.stopping import Ended

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUESTION = "Which carrier has most flights?"
FOREVER = "SELECT count(*) AS n FROM range(1000000) a, range(1000000) b, flights"
ANSWERED = Say(("United ", "has ", "most."))
PLAN = in_pieces(plan_json(COUNT_PER_CARRIER))
LONG_S = 600
UNKNOWN = [f"unknown {number}" for number in range(20)]
_unknown = iter(UNKNOWN)


def answer(sql: str = COUNT_PER_CARRIER, **more: Any) -> Say:
    return use("answer", sql=sql, **({"reading": ""} | more))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def both(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    waits = {"llm__max_retry_wait_s": 0.02, "llm__read_timeout_s": LONG_S}
    models = {"llm__models": ["other", CHATTY, *UNKNOWN], "llm__prices": {"other": {"input": 1.0, "output": 2.0}}}
    async with serving(tmp_path_factory.mktemp("s"), flights(), **BOTH_WIRES, **waits, **models) as served:
        yield served


@pytest.fixture(scope="module", params=["messages"])
def served(request: pytest.FixtureRequest, both: Served) -> Served:
    return both.on(request.param)


on_both_wires = pytest.mark.parametrize("served", ["messages", "chat"], indirect=True, scope="module")
"""What could differ from wire to wire; nothing behind the client knows which one it is."""


@pytest.fixture
def unknown(served: Served) -> Served:
    """Asks a model of which nothing is known yet: what is found out about it is remembered."""
    return Served(served.supervisor, served.model, {"options": Options(model=next(_unknown))})


def looks(job: Ended) -> list[Tool]:
    """How each look ended."""
    return [event for event in job.events if isinstance(event, Tool) and event.state != "started"]


@on_both_wires
async def test_a_model_looks_and_answers(served: Served) -> None:
    chart = {"kind": "bar", "x": "carrier", "y": "flights"}
    job = await served.ask(
        QUESTION,
        in_turn(
            Say(("Let me look.",), calls=(Use("find", {"words": "united"}),), thinking="Who is that?"),
            use("describe", table="airlines"),
            Say(calls=(Use("peek", {"sql": "SELECT * FROM airlines"}), Use("peek", {"sql": "SELECT 1 AS n;"}))),
            answer(title="Flights", reading="All flights of 2013.", chart=chart),
            ANSWERED,
        ),
    )
    assert [(event.name, event.arguments, event.state, event.found) for event in looks(job)] == [
        ("find", {"words": "united"}, "finished", looks(job)[0].found),
        ("describe", {"table": "airlines"}, "finished", "2 columns"),
        ("peek", {"sql": "SELECT * FROM airlines"}, "finished", "16 rows"),
        ("peek", {"sql": "SELECT 1 AS n;"}, "finished", "1 row"),
    ]
    assert len([event for event in job.events if isinstance(event, Tool)]) == 8
    assert all(event.ms > 0 for event in looks(job))
    assert job.statements == [COUNT_PER_CARRIER], "only the answer's statement is shown"
    assert sum(event.count for event in job.events if isinstance(event, TableRows)) == 16
    assert job.response == "*Read as: All flights of 2013.*\n\nUnited has most."
    assert job.result.final_output["chart"]["mark"]["type"] == "bar"
    assert job.result.usage.model_calls == 5
    assert served.requests[0].tools == ["find", "describe", "peek", "answer", "ask_back", "say"]


async def test_what_the_tools_find_goes_to_the_model(served: Served) -> None:
    calls = [
        *(Use("find", {"words": "united airlines"}), Use("find", {"words": "xyzzy"})),
        *(Use("describe", {"table": "flights"}), Use("peek", {"sql": "SELECT range AS n FROM range(100)"})),
    ]
    await served.ask(QUESTION, in_turn(Say(calls=tuple(calls)), answer(), ANSWERED))
    found, nothing, flights_table, rows = served.requests[1].results
    assert 'value airlines.name = "United Air Lines Inc."' in found
    assert nothing == "Nothing in the data has such a name or value."
    assert "table flights (336776 rows)" in flights_table
    assert "key flights.carrier -> airlines.carrier" in flights_table
    assert "[19]" in rows
    assert "[20]" not in rows
    assert "there are more rows" in rows


async def test_thoughts_and_calls_are_sent_back_as_they_came(served: Served) -> None:
    thoughtful = Say(calls=(Use("find", {"words": "united"}),), thinking="Who is that?")
    await served.ask(QUESTION, in_turn(thoughtful, answer(), ANSWERED))
    _, assistant, _ = served.requests[1].body["messages"]
    assert assistant["content"] == [
        {"type": "thinking", "thinking": "Who is that?", "signature": "c2lnbmVk"},
        {"type": "tool_use", "id": "toolu_0_1", "name": "find", "input": {"words": "united"}},
    ]
    first = served.requests[1].body["messages"][0]["content"][0]
    assert first["cache_control"] == {"type": "ephemeral"}, "what fits the question is cached too"


async def test_a_model_may_ask_back_or_say_something(served: Served) -> None:
    back = await served.ask(QUESTION, in_turn(use("ask_back", question="Which year?", suggestions=["2012", "2013"])))
    assert back.result.clarification is not None
    assert back.result.clarification.suggestions == ["2012", "2013"]
    hello = await served.ask("Hello!", in_turn(use("say", text="**Hello.**")))
    assert (hello.response, hello.result.final_output["raw_table"]) == ("**Hello.**", None)


WRONG = [
    (Use("dance", {}), "There is no tool 'dance'; there are find, describe, peek, answer, ask_back, say."),
    (Use("find", {}), "find needs words, a text that is not empty."),
    (Use("find", {"words": 7}), "find needs words"),
    (Use("peek", raw="{not json"), "peek needs sql"),
    (Use("peek", raw="[1, 2]"), "peek needs sql"),
    (Use("answer", {"sql": "", "reading": ""}), "`sql` is empty"),
    (Use("answer", {"reading": ""}), "`sql` is empty"),
    (Use("ask_back", {}), "`question` is empty"),
    (Use("answer", {"sql": "SELECT 1", "chart": {"kind": "pie"}}), "Invalid enum value 'pie'"),
    (Use("describe", {"table": "airline"}), "There is no table airline. Near are: airlines"),
    (Use("peek", {"sql": "SELECT * FROM no_such_table"}), "no_such_table"),
    (Use("peek", {"sql": "SELEC 1"}), "syntax error"),
    (Use("peek", {"sql": "DROP TABLE airlines"}), "Allowed is one statement that only reads"),
    (Use("peek", {"sql": "SELECT * FROM read_csv('/etc/passwd')"}), "read_csv"),
]


@pytest.mark.parametrize(("wrong", "says"), WRONG)
async def test_a_wrong_call_is_told_to_the_model_which_goes_on(served: Served, wrong: Use, says: str) -> None:
    job = await served.ask(QUESTION, in_turn(Say(calls=(wrong,)), answer(), ANSWERED))
    (told,) = served.requests[1].results
    assert says in told
    assert (len(job.rows), job.response, job.warnings) == (16, "United has most.", [])


@on_both_wires
async def test_looks_end(served: Served) -> None:
    """A model that would look for ever is offered no more looks after six, and then asked for a plan."""

    def script(recorded: Any) -> Reply:
        if recorded.tools:
            return use("find", words="united")
        return PLAN if "<catalog>" in recorded.system else ANSWERED

    job = await served.ask(QUESTION, script)
    assert len(looks(job)) == 6
    offered = [request.tools for request in served.requests]
    assert [len(tools) for tools in offered] == [*[6] * 6, *[3] * 3, 0, 0]
    assert offered[6] == ["answer", "ask_back", "say"]
    assert served.requests[7].results == ["You cannot look any more: call answer, ask_back or say now."]
    assert "the model came to no end with its tools; asking for a plan" in job.statuses
    assert job.response == "United has most."


@on_both_wires
async def test_a_model_may_call_many_tools_at_once_and_no_more_than_allowed(served: Served) -> None:
    many = Say(calls=tuple(Use("find", {"words": f"thing {number}"}) for number in range(20)))
    job = await served.ask(QUESTION, in_turn(many, answer(), ANSWERED))
    assert (len(looks(job)), len(served.requests[1].results)) == (6, 20)
    assert served.requests[1].results[-1] == "Too many calls at once."


@pytest.mark.parametrize("status", [400, 422, 500])
async def test_a_server_that_takes_no_tools_is_asked_for_one_plan(unknown: Served, status: int) -> None:
    job = await unknown.ask(QUESTION, no_tools(in_turn(PLAN, ANSWERED), status))
    assert "the model's server takes no tools; asking for a plan" in job.statuses
    assert (job.response, job.result.usage.model_calls) == ("United has most.", 2)
    assert [bool(request.tools) for request in unknown.requests] == [True, False, False]


@pytest.mark.parametrize("text", ["I would count the flights.", "", "SELECT 1"])
async def test_a_model_that_calls_no_tool_is_asked_for_one_plan(unknown: Served, text: str) -> None:
    job = await unknown.ask(QUESTION, in_turn(words(text), PLAN, ANSWERED))
    assert "the model calls no tools; asking for a plan" in job.statuses
    assert job.response == "United has most."


async def test_a_reply_that_is_nonsense_both_ways_says_nothing_of_tools(unknown: Served) -> None:
    nonsense = await unknown.ask(QUESTION, lambda _: words("(nothing)"))
    assert nonsense.failed.code == "llm_bad_plan"
    assert not unknown.requests[-1].tools
    job = await unknown.ask(QUESTION, in_turn(use("find", words="united"), answer(), ANSWERED))
    assert (len(looks(job)), job.response) == (1, "United has most.")


@on_both_wires
async def test_a_plan_in_the_place_of_a_call_is_taken(served: Served) -> None:
    job = await served.ask(QUESTION, in_turn(use("find", words="united"), PLAN, ANSWERED))
    assert (len(looks(job)), len(job.rows), len(served.requests)) == (1, 16, 3)


BROKEN = [
    Say(("Let ",), then="drop"),
    Say(("Let ",), then="cut"),
    Say(calls=(Use("find", {"words": "united"}),), then="drop"),
    Fail(529, "overloaded_error"),
    Say(("Let ",), error="overloaded_error"),
]


@on_both_wires
@pytest.mark.parametrize("broken", BROKEN)
async def test_a_turn_that_broke_off_is_asked_for_again(served: Served, broken: Reply) -> None:
    job = await served.ask(QUESTION, in_turn(use("describe", table="flights"), broken, answer(), ANSWERED))
    assert (len(looks(job)), job.response) == (1, "United has most.")
    assert served.requests[1].body == served.requests[2].body


@on_both_wires
async def test_a_call_that_does_not_end_is_cut_off(served: Served) -> None:
    endless = Say(calls=(Use("peek", {"sql": "SELECT " + "1, " * 5_000}),))
    job = await served.ask(QUESTION, in_turn(endless))
    assert (job.failed.code, "max_plan_tokens = 1500" in job.failed.error) == ("llm_max_tokens", True)


async def test_the_monitor_shows_each_message_once(served: Served) -> None:
    job = await served.ask(QUESTION, in_turn(use("find", words="united"), answer(), ANSWERED))
    assert job.monitor.count("<question>") == 2, "once for the plan, once for the answer"
    assert 'find {"words": "united"}' in job.monitor
    assert "*1 messages as before*" in job.monitor


async def test_a_question_may_choose_one_of_the_models(served: Served) -> None:
    job = await served.ask(QUESTION, in_turn(answer(), ANSWERED), options=Options(model="other"))
    assert [request.body["model"] for request in served.requests] == ["other", "other"]
    used = job.result.usage
    assert used.cost_usd == pytest.approx((used.input_tokens + 2 * used.output_tokens) / 1e6)
    assert (await served.ask(QUESTION, in_turn(answer(), ANSWERED))).result.usage.cost_usd == 0, (
        "the default has no price"
    )
    with pytest.raises(CommandRefused, match="there is no model `nobody`"):
        await served.submit(QUESTION, options=Options(model="nobody"))


@pytest.mark.parametrize("refusing", [no_tools, None])
async def test_a_server_without_tools_is_remembered(unknown: Served, refusing: Any) -> None:
    def deaf(recorded: Recorded) -> Reply:
        if recorded.tools:
            return words("I count flights.")
        return PLAN if is_planning(recorded) else ANSWERED

    first = await unknown.ask(QUESTION, refusing(deaf) if refusing else deaf)
    assert any("asking for a plan" in status for status in first.statuses)
    second = await unknown.ask(QUESTION)
    assert ([request.tools for request in unknown.requests], second.response) == ([[], []], "United has most.")
    assert not any("asking for a plan" in status for status in second.statuses)


# ---- stopping


async def stopped(served: Served, job_id: str) -> Killed:
    await served.supervisor.stop(job_id)
    *_, (_, killed) = await served.supervisor.events(job_id)
    assert isinstance(killed, Killed)
    assert killed.rung is Rung.CANCEL
    return killed


def held(*before: Reply) -> Script:
    """These replies in turn, then one that says nothing."""
    waiting = list(before)
    return lambda _: waiting.pop(0) if waiting else Say(then="silence")


def in_mid_call() -> Script:
    return held(Say(("Let ",), calls=(Use("find", {}),), hold=asyncio.Event(), hold_at=1))


PHASES: dict[str, tuple[Callable[[], Script], int]] = {
    "planning": (held, 1),
    "in the middle of a call": (in_mid_call, 1),
    "between tools": (lambda: held(use("find", words="united")), 2),
    "answering": (lambda: held(answer()), 2),
    "in a second look": (lambda: held(answer("SELECT 1 AS n WHERE false")), 2),
    "in a repair": (lambda: held(answer("SELECT nope FROM flights")), 2),
    "in a retry": (lambda: held(Fail(529, "overloaded_error")), 2),
}


@on_both_wires
@pytest.mark.parametrize("phase", PHASES)
async def test_a_stop_ends_each_phase_and_closes_the_models_connection(served: Served, phase: str) -> None:
    script, number = PHASES[phase]
    job_id = await served.submit(QUESTION, script())
    recorded = await served.model.request(number)
    killed = await stopped(served, job_id)
    await asyncio.wait_for(recorded.left.wait(), GENEROUS_S)
    refused = 1 if phase == "in a retry" else 0
    assert killed.usage.model_calls == number - refused


@on_both_wires
async def test_a_stop_ends_the_statement_of_a_tool(served: Served) -> None:
    job_id = await served.submit(QUESTION, in_turn(use("peek", sql=FOREVER)))
    await served.supervisor.until_seen(job_id, lambda event: isinstance(event, Tool))
    await stopped(served, job_id)


@on_both_wires
async def test_a_stop_in_the_middle_of_the_words_of_an_answer(served: Served) -> None:
    job_id = await served.submit(QUESTION, in_turn(answer(), Say(("One ", "two"), hold=asyncio.Event(), hold_at=1)))
    await until_answering(served.supervisor, job_id)
    await stopped(served, job_id)
    await asyncio.wait_for(served.requests[1].left.wait(), GENEROUS_S)


@on_both_wires
async def test_each_turn_is_a_call_of_the_model(served: Served) -> None:
    job = await served.ask(QUESTION, in_turn(use("find", words="united"), answer(), ANSWERED))
    calls = [event for event in job.events if isinstance(event, ModelCall) and event.state == "finished"]
    assert [call.purpose for call in calls] == ["planner", "planner", "answer"]
    assert all(not call.estimated and call.output_tokens > 0 for call in calls)
