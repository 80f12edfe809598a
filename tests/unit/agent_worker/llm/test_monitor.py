"""What the prompt monitor shows, over a real local server."""

from contextlib import aclosing

from agent_worker.llm.monitor import fenced
from tests.fakes.flights import ANSWER, PLAN, model
from tests.fakes.replies import Fail, Say, in_turn, words
from tests.fakes.scripts import in_pieces, plan_json


async def test_monitor_tells_what_was_sent_what_came_and_what_it_took() -> None:
    pieces: list[str] = []
    plan = in_pieces(plan_json("SELECT 1"), thinking="Hmm.", input_tokens=1_000, cached_tokens=900, output_tokens=50)
    async with model(in_turn(plan, words("One two")), on_monitor=pieces.append) as (_, client):
        await client.plan(PLAN)
        assert [text async for text in client.answer(ANSWER)] == ["One ", "two"]
    shown = "".join(pieces)
    assert shown.startswith("### planner → fake\n\n```\nYou plan answers")
    assert PLAN.question in shown
    assert "*thinking*\n\n```\nHmm.\n```" in shown
    assert "SELECT 1" in shown
    assert "1000 input, 900 cached, 50 output tokens · $0.002680 ·" in shown
    assert "### answer → fake" in shown
    assert "*reply*\n\n```\nOne two\n```" in shown


async def test_instructions_are_shown_once() -> None:
    pieces: list[str] = []
    plan = in_pieces(plan_json("SELECT 1"))
    async with model(in_turn(plan, plan), on_monitor=pieces.append) as (_, client):
        await client.plan(PLAN)
        await client.repair(PLAN, "SELECT 1", "no")
    assert "".join(pieces).count("You plan answers") == 1
    assert "*Instructions as before (" in "".join(pieces)


async def test_failures_and_retries_are_shown() -> None:
    pieces: list[str] = []
    async with model(in_turn(Fail(529, "overloaded_error", "busy"), words("ok")), on_monitor=pieces.append) as (
        _,
        client,
    ):
        assert [text async for text in client.answer(ANSWER)] == ["ok"]
    assert "**Failed:** the model is overloaded: busy" in "".join(pieces)
    assert "".join(pieces).count("### answer") == 2


async def test_call_that_was_stopped_is_shown_with_an_estimate() -> None:
    pieces: list[str] = []
    script = in_turn(Say(("One ",) * 5))
    async with model(script, on_monitor=pieces.append) as (_, client), aclosing(client.answer(ANSWER)) as answer:
        assert await anext(answer) == "One "
    assert "about 1 output tokens · about $" in pieces[-1]


async def test_model_without_a_price_says_so() -> None:
    pieces: list[str] = []
    async with model(in_turn(Say(("ok",))), on_monitor=pieces.append, prices={}) as (_, client):
        assert [text async for text in client.answer(ANSWER)] == ["ok"]
    assert "cost unknown (no price for this model in [llm.prices])" in "".join(pieces)


def test_nothing_inside_can_close_the_fence() -> None:
    assert fenced("a\n```\nb\n````") == "`````\na\n```\nb\n````\n`````"
