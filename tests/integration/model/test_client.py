"""Plans and answers over a real local server that speaks the Messages API."""

import asyncio
import socket
from contextlib import aclosing
from typing import Any

import pytest

from agent_worker.llm.client import ModelClient
from agent_worker.llm.errors import BudgetExceeded, ModelError
from agent_worker.llm.meter import CallLimits
from agent_worker.llm.prompts.requests import PlanRequest, Try
from agent_worker.llm.settings import ModelSettings
from agent_worker.plan import ChartHint, DirectAnswer, SqlPlan, Turn
from bus.contract.events import Clarification, Event, ModelCall, Status, Usage
from tests.fakes.flights import ANSWER, CATALOG, KEY, PLAN, model, statuses
from tests.fakes.replies import Fail, Say, in_turn, words
from tests.fakes.scripts import COUNT_PER_CARRIER, clarification_json, flights, in_pieces, plain_only, plan_json
from tests.harness.jobs.graces import GENEROUS_S

pytestmark = pytest.mark.usefixtures("wire")

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


@pytest.mark.parametrize("wire", ["messages"], indirect=True)
async def test_plan_is_held_to_a_schema_and_the_catalog_is_cached() -> None:
    async with model(flights()) as (server, client):
        plan = await client.plan(PLAN)
        assert plan == SqlPlan(COUNT_PER_CARRIER, "Result", "", ChartHint("bar", "carrier", "flights"))
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
        tries = (Try("SELECT nope FROM flights", "no column nope"), Try("SELECT nay FROM flights", "no column nay"))
        plan = await client.repair(PLAN, tries)
        assert isinstance(plan, SqlPlan)
        told = server.requests[0].last_message
        for number, one in enumerate(tries, 1):
            assert f"Statement {number} failed:\n{one.sql}\nThe engine says:\n{one.error}\n" in told
        assert told.endswith("Reply with a corrected plan.")


async def test_a_repetition_is_asked_about_in_another_way() -> None:
    async with model(flights()) as (server, client):
        await client.repair(PLAN, (Try("SELECT nope FROM flights", "no column nope", times=2),))
        told = server.requests[0].last_message
        assert "Statement 1 failed (sent 2 times):" in told
        assert told.endswith(
            "You have sent a statement again that had failed. Reply with a plan that goes another way."
        )


BABBLE = tuple(f"word{number} " for number in range(3_110))


async def test_a_plan_is_closed_once_it_is_whole() -> None:
    events: list[Event] = []
    plan = in_pieces(plan_json("SELECT 1"))
    babbling = Say((*plan.tokens, *BABBLE), hold=asyncio.Event(), hold_at=len(plan.tokens) + 1)
    async with model(in_turn(babbling), emit=events.append) as (server, client):
        assert await client.plan(PLAN) == SqlPlan("SELECT 1", "Result")
        await asyncio.wait_for(server.requests[0].left.wait(), GENEROUS_S)
        usage = client.meter.usage()
        assert usage.estimated, "what was not waited for was not counted by the server"
        assert 10 < usage.output_tokens < 100
    assert [event.state for event in events if isinstance(event, ModelCall)] == ["started", "finished"]


async def test_a_plan_that_ends_where_it_is_whole_is_counted_by_the_server() -> None:
    fenced = in_pieces(f"```json\n{plan_json('SELECT 1')}\n```\n", output_tokens=33)
    async with model(in_turn(fenced)) as (_, client):
        await client.plan(PLAN)
        usage = client.meter.usage()
        assert (usage.output_tokens, usage.estimated) == (33, False)


async def test_a_model_that_stalls_after_its_plan_is_not_waited_for() -> None:
    stalling = in_pieces(plan_json("SELECT 1"), then="stall")
    async with model(in_turn(stalling), read_timeout_s=LONG_S) as (server, client):
        assert isinstance(await client.plan(PLAN), SqlPlan)
        await asyncio.wait_for(server.requests[0].left.wait(), GENEROUS_S)


async def test_a_model_that_begins_no_plan_is_closed_and_asked_once_more() -> None:
    babbling = Say(BABBLE, hold=asyncio.Event(), hold_at=100)
    async with model(in_turn(babbling, babbling)) as (server, client):
        with pytest.raises(ModelError, match="it begins no JSON object within 500 characters"):
            await client.plan(PLAN)
        assert [request.left.is_set() or request.tokens_sent <= 100 for request in server.requests] == [True, True]


@pytest.mark.parametrize("setting", ["auto", "plain"])
async def test_a_plan_that_does_not_end_is_cut_off(setting: str) -> None:
    endless = Say(('{"kind": "sql", "sql": "SELECT ', *BABBLE), hold=asyncio.Event(), hold_at=2_000)
    async with model(in_turn(endless), structured_output=setting) as (server, client):
        with pytest.raises(ModelError, match="the model's plan was cut off at max_plan_tokens = 1500") as caught:
            await client.plan(PLAN)
        assert caught.value.code == "llm_max_tokens"
        assert server.requests[0].body["max_tokens"] == (1500 if setting == "plain" else 8192)
        assert client.meter.usage().output_tokens < 1_510


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"structured_output": "plain"}, "max_plan_tokens = 1500"),
        ({"structured_output": "plain", "max_tokens": 700}, "max_tokens = 700"),
        ({}, "max_tokens = 8192"),
    ],
)
async def test_a_plan_that_the_server_cuts_off_says_so(settings: dict[str, Any], says: str) -> None:
    cut = Say(('{"kind": "sql"',), stop_reason="max_tokens")
    async with model(in_turn(cut), **settings) as (_, client):
        with pytest.raises(ModelError, match=f"the model's plan was cut off at {says}"):
            await client.plan(PLAN)


async def test_an_answer_may_be_longer_than_a_plan() -> None:
    async with model(in_turn(Say(BABBLE)), structured_output="plain") as (server, client):
        assert len(await said(client)) > 20_000
        assert server.requests[0].body["max_tokens"] == 8192


async def test_unreadable_plan_is_asked_for_once_more() -> None:
    events: list[Event] = []
    async with model(
        in_turn(words("SELECT 1"), words(f"Sure:\n```json\n{plan_json('SELECT 2')}\n```")), emit=events.append
    ) as (
        srv,
        client,
    ):
        assert await client.plan(PLAN) == SqlPlan("SELECT 2", "Result")
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
        assert usage.output_tokens == 1
        assert usage.input_tokens >= 100, "as the server has counted it, or estimated where it counts at the end"


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


@pytest.mark.parametrize("ends", ["cancelled", "timed out"])
async def test_what_was_never_sent_costs_nothing(ends: str) -> None:
    """A server that takes the connection, and never answers the handshake."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        mute.setblocking(False)
        wait_s = LONG_S if ends == "cancelled" else 0.1
        url = f"https://127.0.0.1:{mute.getsockname()[1]}"
        async with ModelClient(ModelSettings(base_url=url, connect_timeout_s=wait_s, max_retries=0)) as client:
            task = asyncio.create_task(said(client))
            connection, _ = await asyncio.get_running_loop().sock_accept(mute)
            if ends == "cancelled":
                task.cancel()
            with connection, pytest.raises((asyncio.CancelledError, ModelError)):
                await task
            assert client.meter.usage() == Usage()


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
