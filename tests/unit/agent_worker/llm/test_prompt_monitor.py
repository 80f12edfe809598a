"""What the prompt monitor shows, over a real local server."""

from contextlib import aclosing

import pytest

from agent_worker.llm.prompt_monitor import fenced
from agent_worker.llm.prompts.requests import Try
from bus.contract.events import Event, ModelCall
from tests.fakes.flights import ANSWER, PLAN, model, monitor_pieces
from tests.fakes.replies import Fail, Say, in_turn, words
from tests.fakes.scripts import in_pieces, plan_json


async def test_monitor_tells_what_was_sent_what_came_and_what_it_took() -> None:
    events: list[Event] = []
    plan = in_pieces(plan_json("SELECT 1"), thinking="Hmm.", input_tokens=1_000, cached_tokens=900, output_tokens=50)
    async with model(in_turn(plan, words("One two")), emit=events.append) as (_, client):
        await client.plan(PLAN)
        assert [text async for text in client.answer(ANSWER)] == ["One ", "two"]
    shown = "".join(monitor_pieces(events))
    assert shown.startswith("### planner → fake\n\n```\nYou plan answers")
    assert PLAN.question in shown
    assert "*thinking*\n\n```\nHmm.\n```" in shown
    assert "SELECT 1" in shown
    assert "1000 input, 900 cached, 50 output tokens · $0.002680 ·" in shown
    assert "### answer → fake" in shown
    assert "*reply*\n\n```\nOne two\n```" in shown


async def test_calls_are_told_as_events_with_what_they_took() -> None:
    events: list[Event] = []
    plan = in_pieces(plan_json("SELECT 1"), input_tokens=1_000, cached_tokens=900, output_tokens=50)
    busy = Fail(529, "overloaded_error", "busy")
    async with model(in_turn(plan, busy, Say(("One ",) * 5)), emit=events.append) as (_, client):
        await client.plan(PLAN)
        async with aclosing(client.answer(ANSWER)) as answer:
            assert await anext(answer) == "One "
    calls = [event for event in events if isinstance(event, ModelCall)]
    assert [(call.purpose, call.model, call.state) for call in calls] == [
        *(("planner", "fake", "started"), ("planner", "fake", "finished")),
        *(("answer", "fake", "started"), ("answer", "fake", "failed")),
        *(("answer", "fake", "started"), ("answer", "fake", "failed")),
    ]
    planned, refused, stopped = calls[1::2]
    assert (planned.input_tokens, planned.cached_tokens, planned.output_tokens) == (1_000, 900, 50)
    assert planned.cost_usd == pytest.approx(0.00268)
    assert not planned.estimated
    assert (refused.input_tokens, refused.cost_usd) == (0, 0.0)
    assert (stopped.output_tokens, stopped.estimated) == (1, True)
    assert all(call.ms > 0 for call in calls[1::2])


async def test_a_call_without_a_price_has_no_cost() -> None:
    events: list[Event] = []
    async with model(in_turn(Say(("ok",))), emit=events.append, prices={}) as (_, client):
        assert [text async for text in client.answer(ANSWER)] == ["ok"]
    assert [event.cost_usd for event in events if isinstance(event, ModelCall)] == [None, None]


async def test_instructions_are_shown_once() -> None:
    events: list[Event] = []
    plan = in_pieces(plan_json("SELECT 1"))
    async with model(in_turn(plan, plan), emit=events.append) as (_, client):
        await client.plan(PLAN)
        await client.repair(PLAN, (Try("SELECT 1", "no"),))
    assert "".join(monitor_pieces(events)).count("You plan answers") == 1
    assert "*Instructions as before (" in "".join(monitor_pieces(events))


async def test_failures_and_retries_are_shown() -> None:
    events: list[Event] = []
    async with model(in_turn(Fail(529, "overloaded_error", "busy"), words("ok")), emit=events.append) as (
        _,
        client,
    ):
        assert [text async for text in client.answer(ANSWER)] == ["ok"]
    assert "**Failed:** the model is overloaded: busy" in "".join(monitor_pieces(events))
    assert "".join(monitor_pieces(events)).count("### answer") == 2


async def test_call_that_was_stopped_is_shown_with_an_estimate() -> None:
    events: list[Event] = []
    script = in_turn(Say(("One ",) * 5))
    async with model(script, emit=events.append) as (_, client), aclosing(client.answer(ANSWER)) as answer:
        assert await anext(answer) == "One "
    assert "about 1 output tokens · about $" in monitor_pieces(events)[-1]


async def test_model_without_a_price_says_so() -> None:
    events: list[Event] = []
    async with model(in_turn(Say(("ok",))), emit=events.append, prices={}) as (_, client):
        assert [text async for text in client.answer(ANSWER)] == ["ok"]
    assert "cost unknown (no price for this model in [llm.prices])" in "".join(monitor_pieces(events))


def test_nothing_inside_can_close_the_fence() -> None:
    assert fenced("a\n```\nb\n````") == "`````\na\n```\nb\n````\n`````"
