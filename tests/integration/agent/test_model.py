"""A question with a model, whole: plans of every kind, repairs, the answer, and what people see of it, in its order."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest
import pytest_asyncio

from bus.contract.events import (
    Chart,
    Completed,
    JobEvent,
    ModelCall,
    Node,
    ResponseChunk,
    Sql,
    Status,
    TableRows,
    TableSchema,
)
from bus.contract.vocabulary import Reason, Rung
from tests.fakes.replies import Fail, Say, in_turn, words
from tests.fakes.scripts import COUNT_PER_CARRIER, clarification_json, flights, in_pieces, is_planning, plan_json
from tests.harness.asking import Served, serving
from tests.harness.jobs.stopping import ended

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUESTION = "Which carrier has most flights?"
LONG_S = 600
BAR = {"kind": "bar", "x": "carrier", "y": "flights", "color": ""}
GOOD = in_pieces(plan_json(COUNT_PER_CARRIER, BAR, title="Flights by carrier"), cached_tokens=900)
MISSING = in_pieces(plan_json("SELECT * FROM no_such_table"))
ANSWER = Say(("United ", "has ", "most."), thinking="UA is first.", input_tokens=50, cached_tokens=7)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """Its model is asked for one plan, without any looks at the data, and again after a wait of any length."""
    settings: dict[str, Any] = {"agent__max_tool_calls": 0, "llm__max_retry_wait_s": LONG_S}
    async with serving(tmp_path_factory.mktemp("s"), flights(), **settings) as served:
        yield served


async def test_plan_rows_chart_and_answer(served: Served) -> None:
    job = await served.ask(QUESTION, in_turn(GOOD, ANSWER))
    assert job.statements == [COUNT_PER_CARRIER]
    assert job.rows[0] == ["UA", 58665]
    assert job.response == "United has most."
    chart = job.result.final_output["chart"]
    assert (chart["title"], chart["mark"]["type"], len(chart["data"]["values"])) == ("Flights by carrier", "bar", 16)
    assert set(job.result.timings) == {"planner_ms", "executor_ms", "answer_ms"}
    usage = job.result.usage
    assert (usage.model_calls, usage.input_tokens, usage.cached_tokens, usage.rows) == (2, 150, 907, 16)
    assert usage.cost_usd > 0
    assert not usage.estimated


async def test_looks_can_be_switched_off(served: Served) -> None:
    job = await served.ask(QUESTION, in_turn(GOOD, ANSWER))
    assert ([request.tools for request in served.requests], job.response) == ([[], []], "United has most.")


async def test_the_monitor_tells_what_was_sent_run_and_paid(served: Served) -> None:
    job = await served.ask(QUESTION, in_turn(GOOD, ANSWER))
    assert job.result.final_output["prompt_monitor"] == job.monitor
    for part in (
        "### planner → claude-sonnet-5-5",
        "table flights (336776 rows)",
        QUESTION,
        f"```sql\n{COUNT_PER_CARRIER}\n```",
        "### answer → claude-sonnet-5-5",
        '["UA",58665]',
        "UA is first.",
        "United has most.",
        "50 input, 7 cached, 3 output tokens",
    ):
        assert part in job.monitor
    assert re.search(r"16 rows in [\d,]+ ms", job.monitor)
    assert len(re.findall(r"output tokens · \$0\.\d{6} · \d+ ms", job.monitor)) == 2
    assert re.search(
        r"\*\*In all:\*\* 2 model calls · 150 input, 907 cached, \d+ output tokens · \$0\.\d{6}", job.monitor
    )


async def test_each_call_of_the_model_is_an_event(served: Served) -> None:
    job = await served.ask(QUESTION, in_turn(GOOD, ANSWER))
    calls = [event for event in job.events if isinstance(event, ModelCall)]
    assert [(call.purpose, call.state) for call in calls] == [
        *(("planner", "started"), ("planner", "finished"), ("answer", "started"), ("answer", "finished")),
    ]
    assert {call.model for call in calls} == {"claude-sonnet-5-5"}
    usage = job.result.usage
    assert sum(call.output_tokens for call in calls) == usage.output_tokens
    assert sum(call.cost_usd or 0 for call in calls) == pytest.approx(usage.cost_usd)


async def test_everything_comes_in_the_order_in_which_it_happens(served: Served) -> None:
    job = await served.ask(QUESTION, in_turn(GOOD, ANSWER))
    seen = [name for event in job.events if (name := milestone(event))]
    assert list(dict.fromkeys(seen)) == [
        *("planner started", "planning", "planner finished"),
        *("executor started", "sql", "schema", "rows", "chart", "executor finished"),
        *("answer started", "writing", "text", "answer finished"),
        "complete",
    ]


def milestone(event: JobEvent) -> str:
    match event:
        case Node(node, state):
            return f"{node} {state}"
        case Status(message):
            return message.split()[0]
        case ResponseChunk("response"):
            return "text"
    names = {Sql: "sql", TableSchema: "schema", TableRows: "rows", Chart: "chart", Completed: "complete"}
    return names.get(type(event), "")


async def test_progress_is_seen_before_the_model_has_said_a_word(served: Served) -> None:
    hold = asyncio.Event()
    silent = in_pieces(plan_json(COUNT_PER_CARRIER), hold=hold)
    job_id = await served.submit(QUESTION, lambda recorded: silent if is_planning(recorded) else ANSWER)
    seen = await served.supervisor.until(job_id, Status)
    assert Node("planner", "started") in seen
    assert seen[-1] == Status("planning with claude-sonnet-5-5")
    assert not hold.is_set()
    hold.set()
    assert (await ended(served.supervisor, job_id)).response == "United has most."


async def test_the_answer_streams_token_by_token(served: Served) -> None:
    hold = asyncio.Event()
    held = Say(("One ", "two ", "three"), hold=hold, hold_at=2)
    job_id = await served.submit(QUESTION, lambda recorded: GOOD if is_planning(recorded) else held)
    said = ""
    async with aclosing(served.supervisor.client.follow(job_id)) as batches:
        async for batch, skip in batches:
            for _, event in batch.events(skip):
                if isinstance(event, ResponseChunk) and event.field == "response":
                    said += event.chunk
            if said == "One two ":
                hold.set()
    assert said == "One two three"


async def test_the_reading_stands_above_the_answer_before_its_first_word(served: Served) -> None:
    plan = in_pieces(plan_json(COUNT_PER_CARRIER, reading="All flights of 2013,\nby carrier."))
    job = await served.ask(QUESTION, in_turn(plan, ANSWER))
    assert job.response == "*Read as: All flights of 2013, by carrier.*\n\nUnited has most."
    seen = [milestone(event) for event in job.events]
    assert seen.index("text") < seen.index("writing"), "it does not wait for the model"


@pytest.mark.parametrize(
    ("said", "warnings"),
    [
        ("UA has 58,665 flights, 7% more than B6.", []),
        ("In 2013 UA had 58.7k.", ["“2013” is not in the result: check it against the table."]),
        (
            "UA has 4.2 million flights, 42.5% of all.",
            ["“4.2 million” and “42.5%” are not in the result: check them against the table."],
        ),
        (
            "7001, 7002, 7003, 7004, 7005, 7006 and 7007",
            [
                "“7001”, “7002”, “7003”, “7004”, “7005” and 2 more figures are not in the result: "
                "check them against the table."
            ],
        ),
    ],
)
async def test_figures_that_are_not_in_the_result_are_named(served: Served, said: str, warnings: list[str]) -> None:
    job = await served.ask(QUESTION, in_turn(GOOD, words(said)))
    assert (job.response, job.warnings) == (said, warnings)


async def test_of_a_long_result_what_the_model_saw_is_said(served: Served) -> None:
    rows = in_pieces(plan_json("SELECT range AS n FROM range(100000) ORDER BY n"))
    job = await served.ask(QUESTION, in_turn(rows, words("From 0 to 99,999, which is 7.5 on the way.")))
    assert job.warnings == [
        "“7.5” is neither in the first 50 rows of the result, nor in its totals: check it against the table."
    ]


# ---- plans of other kinds


async def test_a_greeting_is_answered_without_data(served: Served) -> None:
    direct = in_pieces(plan_json("", kind="answer", text="**Hello.** Ask about flights."))
    job = await served.ask("Hello!", in_turn(direct))
    assert job.response == "**Hello.** Ask about flights."
    assert job.result.final_output["raw_table"] is None
    assert (job.statements, len(served.requests)) == ([], 1)


async def test_typed_sql_asks_no_model(served: Served) -> None:
    job = await served.ask("SELECT count(*) AS n FROM airlines", in_turn())
    assert (job.rows, served.requests, job.result.usage.model_calls) == ([[16]], [], 0)
    wrong = await served.ask("SELECT * FROM no_such_table", in_turn())
    assert (wrong.failed.code, served.requests) == ("sql_binder", [])


async def test_a_chart_that_does_not_fit_is_left_out(served: Served) -> None:
    unfit = in_pieces(plan_json(COUNT_PER_CARRIER, {"kind": "bar", "x": "nothing", "y": "carrier", "color": ""}))
    job = await served.ask(QUESTION, in_turn(unfit, ANSWER))
    assert job.result.final_output["chart"] is None
    assert len(job.rows) == 16


# ---- repairs


async def test_a_missing_table_is_repaired_where_everybody_sees_it(served: Served) -> None:
    job = await served.ask(QUESTION, in_turn(MISSING, GOOD, ANSWER))
    assert job.statements == ["SELECT * FROM no_such_table", COUNT_PER_CARRIER]
    assert len(job.rows) == 16
    assert len(job.warnings) == 1
    assert "no_such_table" in job.warnings[0]
    assert job.warnings[0].endswith("asking the model for a better one (1).")
    assert "SELECT * FROM no_such_table" in served.requests[1].last_message
    assert "does not exist" in served.requests[1].last_message
    assert "**Failed:** " in job.monitor
    assert job.result.usage.model_calls == 3


async def test_repairs_end(served: Served) -> None:
    others = [in_pieces(plan_json(f"SELECT * FROM no_such_{number}")) for number in (2, 3)]
    job = await served.ask(QUESTION, in_turn(MISSING, *others))
    assert (job.failed.code, job.record.summary.reason) == ("sql_binder", Reason.AGENT_ERROR)
    assert "(after 2 repairs)" in job.failed.error
    assert [len(job.statements), len(job.warnings), len(served.requests)] == [3, 2, 3]
    assert [event.state for event in job.events if isinstance(event, Node) and event.node == "executor"] == [
        "started",
        "failed",
    ]
    assert "Statement 1 failed:\nSELECT * FROM no_such_table\n" in served.requests[2].last_message
    assert "Statement 2 failed:\nSELECT * FROM no_such_2\n" in served.requests[2].last_message


async def test_a_statement_that_failed_is_not_run_again(served: Served) -> None:
    job = await served.ask(QUESTION, in_turn(MISSING, MISSING, GOOD, ANSWER))
    assert job.statements == ["SELECT * FROM no_such_table", COUNT_PER_CARRIER]
    assert job.warnings[1] == (
        "The model sent a statement again that had failed; asking the model for a better one (2)."
    )
    assert "You have sent a statement again" in served.requests[2].last_message
    hopeless = await served.ask(QUESTION, in_turn(MISSING, MISSING, MISSING))
    assert (len(hopeless.statements), hopeless.failed.code, len(served.requests)) == (1, "sql_binder", 3)


async def test_a_statement_that_fails_among_its_rows_is_repaired_too(served: Served) -> None:
    late = "SELECT CASE WHEN range < 50000 THEN 'x' ELSE CAST(error('too late') AS VARCHAR) END AS x FROM range(60000)"
    job = await served.ask(QUESTION, in_turn(in_pieces(plan_json(late)), GOOD, ANSWER))
    assert "too late" in job.warnings[0]
    assert (len(job.rows), job.result.usage.rows) == (16, 16)
    assert job.result.final_output["raw_table"]["columns"][0]["name"] == "carrier"


async def test_a_repair_may_become_a_question(served: Served) -> None:
    back = in_pieces(clarification_json("Which carriers?", "all", "American ones"))
    job = await served.ask(QUESTION, in_turn(MISSING, back))
    assert job.result.clarification is not None
    assert job.response == "Which carriers?"


@pytest.mark.parametrize("bad", ["SELECT carrier FROM flights", '{"kind": "sql", "sql": ""}', '{"kind": "dance"}', ""])
async def test_what_is_no_plan_is_asked_for_once_more(served: Served, bad: str) -> None:
    job = await served.ask(QUESTION, in_turn(words(bad), GOOD, ANSWER))
    assert "the model's plan could not be read; asking once more" in job.statuses
    assert job.response == "United has most."
    hopeless = await served.ask(QUESTION, in_turn(words(bad), words(bad)))
    assert (hopeless.failed.code, hopeless.failed.retryable) == ("llm_bad_plan", True)
    assert (hopeless.record.summary.reason, hopeless.statements) == (Reason.LLM_ERROR, [])


# ---- a second look


NOTHING = in_pieces(plan_json("SELECT carrier FROM airlines WHERE name = 'United Airlines'"))
NAMED = "SELECT carrier FROM airlines WHERE name = 'United Air Lines Inc.'"


async def test_a_statement_that_finds_nothing_is_looked_at_again_with_near_values(served: Served) -> None:
    job = await served.ask("Who is United Airlines?", in_turn(NOTHING, in_pieces(plan_json(NAMED)), words("UA.")))
    assert "no rows: looking once more with near values" in job.statuses
    assert job.statements[-1] == NAMED
    assert (job.rows[-1], job.response, job.warnings) == (["UA"], "UA.", [])
    told = served.requests[1].last_message
    assert "This statement ran and gave no rows:" in told
    assert 'near: airlines.name = "United Air Lines Inc."' in told
    purposes = [event.purpose for event in job.events if isinstance(event, ModelCall) and event.state == "finished"]
    assert purposes == ["planner", "second_look", "answer"]


@pytest.mark.parametrize(
    "second",
    [
        NOTHING,
        in_pieces(plan_json("SELECT carrier FROM airlines WHERE name = 'Nobody'")),
        in_pieces(plan_json("SELECT carrier FROM no_such_table")),
        in_pieces(plan_json("DROP TABLE airlines")),
        in_pieces(plan_json("", kind="answer", text="Nothing.")),
    ],
)
async def test_a_result_stands_where_the_second_look_finds_no_more(served: Served, second: Say) -> None:
    job = await served.ask("Who is United Airlines?", in_turn(NOTHING, second, words("Nobody.")))
    assert len(job.statements) == 1
    assert (job.result.usage.rows, job.response, job.warnings) == (0, "Nobody.", [])


async def test_another_statement_with_the_result_of_the_question_before_is_looked_at_again(served: Served) -> None:
    in_conversation = {"conversation_id": "c-same-result"}
    every, again = (in_pieces(plan_json(f"SELECT count(*) AS n FROM airlines{rest}")) for rest in ("", " WHERE true"))
    fewer = "SELECT count(*) AS n FROM airlines WHERE carrier = 'UA'"
    first = await served.ask("How many airlines?", in_turn(every, words("16.")), **in_conversation)
    same = await served.ask("Now how many airlines?", in_turn(every, words("16.")), **in_conversation)
    assert not [status for status in (*first.statuses, *same.statuses) if "looking once more" in status]
    asked = in_turn(again, in_pieces(plan_json(fewer)), words("1."))
    job = await served.ask("And of United?", asked, **in_conversation)
    odd = "the same result as the question before, by another statement"
    assert f"{odd}: looking once more with near values" in job.statuses
    assert f"This statement ran and gave {odd}:" in served.requests[1].last_message
    assert (job.statements[-1], job.rows[-1], job.response) == (fewer, [1], "1.")


async def test_a_second_look_may_become_a_question(served: Served) -> None:
    back = in_pieces(clarification_json("Do you mean United Air Lines?", "United Air Lines Inc."))
    job = await served.ask("Who is United Airlines?", in_turn(NOTHING, back))
    assert job.result.clarification is not None


async def test_a_second_look_that_fails_leaves_the_result(served: Served) -> None:
    gone = Fail(401, "authentication_error", "no more")
    job = await served.ask("Who is United Airlines?", in_turn(NOTHING, gone, words("Nobody.")))
    assert job.response == "Nobody."
    assert job.warnings[0].startswith("No second look was possible: ")


# ---- stopping


async def test_a_stop_does_not_wait_for_the_next_try(served: Served) -> None:
    waiting = Fail(529, "overloaded_error", headers={"retry-after": str(LONG_S)})
    job_id = await served.submit(QUESTION, lambda _: waiting)
    await served.supervisor.until_seen(job_id, speaks_of_another_try)
    await served.supervisor.stop(job_id)
    assert (await ended(served.supervisor, job_id)).killed.rung is Rung.CANCEL


def speaks_of_another_try(event: JobEvent) -> bool:
    return isinstance(event, Status) and f"trying again in {LONG_S} s" in event.message
