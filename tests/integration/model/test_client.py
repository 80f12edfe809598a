"""Plans and answers over a real local server that speaks the Messages API."""

import asyncio
from contextlib import aclosing

import pytest

from agent_worker.llm import CallLimits, ModelClient, ModelError, PlanRequest
from agent_worker.llm.errors import BudgetExceeded
from agent_worker.plan import ChartHint, DirectAnswer, SqlPlan, Turn
from bus.contract.events import Clarification, Event, Status
from tests.fakes.flights import ANSWER, CATALOG, KEY, PLAN, model, statuses
from tests.fakes.replies import Fail, Say, in_turn, words
from tests.fakes.scripts import COUNT_PER_CARRIER, clarification_json, flights, in_pieces, plain_only, plan_json
from tests.harness.graces import GENEROUS_S

LONG_S = 600.0
"""A wait that nobody sits through here."""


async def said(client: ModelClient, heard: asyncio.Event | None = None) -> str:
    """The whole answer; `heard` is set at its first text."""
    texts = []
    async with aclosing(client.answer(ANSWER)) as answer:
        async for text in answer:
            texts.append(text)
            if heard is not None:
                heard.set()
    return "".join(texts)


async def test_plan_is_held_to_a_schema_and_the_catalog_is_cached() -> None:
    async with model(flights()) as (server, client):
        plan = await client.plan(PLAN)
        assert plan == SqlPlan(COUNT_PER_CARRIER, "Result", "as asked", ChartHint("bar", "carrier", "flights"))
        body = server.requests[0].body
        assert body["output_config"]["format"]["type"] == "json_schema"
        assert body["system"][-1]["cache_control"] == {"type": "ephemeral"}
        assert "table flights (336776 rows)" in body["system"][-1]["text"]
        assert PLAN.question in body["messages"][0]["content"]
        assert PLAN.question not in server.requests[0].system, "a question in the cached block breaks the cache"


async def test_plan_may_be_a_question_or_an_answer() -> None:
    direct = plan_json("", kind="answer", text="Two tables.")
    async with model(in_turn(words(clarification_json("Which?", "a", "b")), words(direct))) as (_, client):
        assert await client.plan(PLAN) == Clarification("Which?", ["a", "b"])
        assert await client.plan(PLAN) == DirectAnswer("Two tables.")


async def test_conversation_is_sent_and_bounded() -> None:
    turns = tuple(Turn(f"question {number}.", sql="x" * 5_000) for number in range(30))
    async with model(flights()) as (server, client):
        await client.plan(PlanRequest("and now?", CATALOG, turns))
        sent = server.requests[0].last_message
        assert "question 29." in sent
        assert "question 5." not in sent
        assert len(sent) < 20_000


async def test_answer_streams_token_by_token() -> None:
    hold = asyncio.Event()
    async with model(in_turn(Say(("One ", "two ", "three"), thinking="hm", hold=hold, hold_at=2))) as (_, client):
        texts = client.answer(ANSWER)
        assert await anext(texts) == "One "
        assert await anext(texts) == "two "
        hold.set()
        assert [text async for text in texts] == ["three"]


async def test_answer_sees_the_result() -> None:
    async with model(in_turn(words("United has 58665."))) as (server, client):
        assert await said(client) == "United has 58665."
        assert '["UA",58665]' in server.requests[0].last_message


async def test_repair_sends_statement_and_error() -> None:
    async with model(flights()) as (server, client):
        plan = await client.repair(PLAN, "SELECT nope FROM flights", "no column nope")
        assert isinstance(plan, SqlPlan)
        assert "SELECT nope FROM flights" in server.requests[0].last_message
        assert "no column nope" in server.requests[0].last_message


async def test_unreadable_plan_is_asked_for_once_more() -> None:
    events: list[Event] = []
    async with model(
        in_turn(words("SELECT 1"), words(f"Sure:\n```json\n{plan_json('SELECT 2')}\n```")), emit=events.append
    ) as (
        srv,
        client,
    ):
        assert await client.plan(PLAN) == SqlPlan("SELECT 2", "Result", "as asked")
        assert statuses(events) == ["the model's plan could not be read; asking once more"]
        assert [message["role"] for message in srv.requests[1].body["messages"]] == ["user", "assistant", "user"]


async def test_two_unreadable_plans_are_an_error() -> None:
    async with model(lambda _: Say(("",))) as (server, client):
        with pytest.raises(ModelError, match="no readable plan in 2 tries") as caught:
            await client.plan(PLAN)
        assert caught.value.code == "llm_bad_plan"
        assert len(server.requests) == 2


@pytest.mark.parametrize("setting", ["auto", "plain"])
async def test_plain_servers_get_the_plain_form(setting: str) -> None:
    async with model(plain_only(flights(words=3)), structured_output=setting) as (server, client):
        assert isinstance(await client.plan(PLAN), SqlPlan)
        assert await said(client) == "**Answer:** word2 word3 "
        assert len(server.requests) == (3 if setting == "auto" else 2), "the fallback is remembered"
        assert server.requests[-1].body.keys() == {"model", "max_tokens", "messages", "system", "stream"}
        assert client.meter.usage().model_calls == 2, "a refused form is not a model call"


async def test_schema_form_is_not_given_up_when_it_is_demanded() -> None:
    async with model(plain_only(flights()), structured_output="schema") as (server, client):
        with pytest.raises(ModelError, match="Extra inputs") as caught:
            await client.plan(PLAN)
        assert caught.value.code == "llm_bad_request"
        assert len(server.requests) == 1


async def closes_at_once(client_task: "asyncio.Task[object]", left: asyncio.Event) -> None:
    client_task.cancel()
    async with asyncio.timeout(GENEROUS_S):
        with pytest.raises(asyncio.CancelledError):
            await client_task
        await left.wait()


async def test_cancel_closes_a_streaming_answer() -> None:
    async with model(in_turn(Say(("One ",) * 1_000, hold=asyncio.Event(), hold_at=1))) as (server, client):
        heard = asyncio.Event()
        task = asyncio.create_task(said(client, heard))
        await heard.wait()
        await closes_at_once(task, server.requests[0].left)
        usage = client.meter.usage()
        assert usage.estimated, "a stopped stream never tells its tokens"
        assert (usage.input_tokens, usage.output_tokens) == (100, 1)


async def test_cancel_closes_a_plan() -> None:
    async with model(in_turn(in_pieces(plan_json("SELECT 1"), hold=asyncio.Event(), hold_at=1))) as (server, client):
        task = asyncio.create_task(client.plan(PLAN))
        recorded = await server.request(1)
        await recorded.first_token.wait()
        await closes_at_once(task, recorded.left)


async def test_cancel_closes_a_connection_that_has_no_headers_yet() -> None:
    async with model(in_turn(Say(then="silence"))) as (server, client):
        task = asyncio.create_task(said(client))
        recorded = await server.request(1)
        await closes_at_once(task, recorded.left)
        assert client.meter.usage().input_tokens > 100, "what was sent is estimated"


async def test_cancel_ends_a_retry_wait() -> None:
    waiting = asyncio.Event()

    def emit(event: Event) -> None:
        if isinstance(event, Status):
            waiting.set()

    slow_down = Fail(429, "rate_limit_error", headers={"retry-after": f"{LONG_S:g}"})
    async with model(in_turn(slow_down), max_retry_wait_s=LONG_S, emit=emit) as (_, client):
        task = asyncio.create_task(client.plan(PLAN))
        await waiting.wait()
        task.cancel()
        async with asyncio.timeout(GENEROUS_S):
            with pytest.raises(asyncio.CancelledError):
                await task


async def test_budget_closes_the_stream_in_mid_answer() -> None:
    endless = Say(("four",) * 10_000, hold=asyncio.Event(), hold_at=200)
    async with model(in_turn(endless), limits=CallLimits(max_output_tokens=50)) as (server, client):
        with pytest.raises(BudgetExceeded) as caught:
            await said(client)
        assert (caught.value.limit, caught.value.value, caught.value.maximum) == ("max_output_tokens", 51, 50)
        await asyncio.wait_for(server.requests[0].left.wait(), GENEROUS_S)


async def test_key_is_nowhere_but_in_the_header() -> None:
    events: list[Event] = []
    rude = Fail(401, "authentication_error", f"bad key {KEY}")
    async with model(in_turn(rude), emit=events.append) as (server, client):
        with pytest.raises(ModelError) as caught:
            await client.plan(PLAN)
        assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"
        assert KEY not in repr(events) + str(caught.value) + repr(client.settings)
