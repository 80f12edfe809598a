"""Every way in which a model can fail, over a real local server: one clear error each, retried where it helps."""

import socket
from contextlib import aclosing
from typing import Any

import pytest

from agent_worker.llm.client import ModelClient
from agent_worker.llm.errors import ModelError
from agent_worker.llm.settings import ModelSettings
from bus.contract.events import Event
from tests.fakes.flights import ANSWER, PLAN, model, statuses
from tests.fakes.replies import Fail, Reply, Say, in_turn, words
from tests.fakes.scripts import flights, in_pieces, plan_json

pytestmark = pytest.mark.usefixtures("wire")

SQL = in_pieces(plan_json("SELECT 1"))
TEXT = ("One ", "two")


async def listen(client: ModelClient, heard: list[str]) -> None:
    async with aclosing(client.answer(ANSWER)) as answer:
        async for text in answer:
            heard.append(text)


def patience_s(reply: Reply) -> float:
    """How long the client waits for more: a busy machine's silence must not count where none is meant."""
    return 1.0 if isinstance(reply, Say) and reply.goes_silent else 600.0


async def failure(reply: Reply, **settings: Any) -> tuple[ModelError, int]:
    """The error of an answer, and how many requests the server saw."""
    async with model(lambda _: reply, **({"max_retries": 0} | settings)) as (server, client):
        with pytest.raises(ModelError) as caught:
            await listen(client, [])
        return caught.value, len(server.requests)


REFUSED = [
    (Fail(401, "authentication_error", "invalid key"), "llm_auth", "does not accept the key: invalid key"),
    (Fail(403, "permission_error", "no"), "llm_auth", "does not accept the key"),
    (Fail(402, "billing_error", "pay"), "llm_auth", "pay"),
    (Fail(404, "not_found_error", "model: nope"), "llm_not_found", "does not know model fake"),
    (Fail(400, "invalid_request_error", "bad field"), "llm_bad_request", "status 400: bad field"),
    (Fail(400, "invalid_request_error", "prompt is too long: 9 > 8"), "llm_context_exceeded", "9 > 8"),
    (Fail(413, "invalid_request_error", "big"), "llm_context_exceeded", "too long for fake"),
    (
        Fail(429, "rate_limit_error", "spent", error_code="enforced_spend_limit_reached"),
        "llm_rate_limited",
        "spent",
    ),
]


@pytest.mark.parametrize(("reply", "code", "says"), REFUSED)
async def test_refused_requests_are_not_repeated(reply: Fail, code: str, says: str) -> None:
    error, requests = await failure(reply, max_retries=3)
    assert (error.code, error.retryable, requests) == (code, False, 1)
    assert says in error.message
    assert error.hint


STOPS = [
    ("refusal", "llm_refused", "refused to answer"),
    ("max_tokens", "llm_max_tokens", "max_tokens = 8192"),
    ("model_context_window_exceeded", "llm_context_exceeded", "longer than fake can hold"),
    ("pause_turn", "llm_dropped", "paused"),
]


@pytest.mark.parametrize(("stop_reason", "code", "says"), STOPS)
async def test_stop_reasons_have_errors_of_their_own(stop_reason: str, code: str, says: str) -> None:
    error, _ = await failure(Say(TEXT, stop_reason=stop_reason))
    assert error.code == code
    assert says in error.message


BROKEN = [
    (Fail(529, "overloaded_error"), "llm_overloaded"),
    (Fail(429, "rate_limit_error"), "llm_rate_limited"),
    (Fail(500), "llm_server_error"),
    (Fail(502, body="<html>Bad gateway</html>"), "llm_server_error"),
    (Say(error="overloaded_error"), "llm_overloaded"),
    (Say(error="api_error"), "llm_server_error"),
    (Say(error="rate_limit_error"), "llm_rate_limited"),
    (Say(then="drop"), "llm_dropped"),
    (Say(then="cut"), "llm_dropped"),
    (Say(then="silence"), "llm_stalled"),
    (Say(then="stall"), "llm_stalled"),
]


@pytest.mark.parametrize(("reply", "code"), BROKEN)
async def test_passing_failures_are_tried_again(reply: Reply, code: str) -> None:
    events: list[Event] = []
    script = in_turn(reply, words("At last"))
    async with model(script, read_timeout_s=patience_s(reply), emit=events.append) as (server, client):
        texts = [text async for text in client.answer(ANSWER)]
        assert "".join(texts) == "At last"
        assert len(server.requests) == 2
        (note,) = statuses(events)
        assert note.endswith("; trying again in 0.001 s (2 of 4)")


@pytest.mark.parametrize(("reply", "code"), BROKEN)
async def test_retries_are_capped(reply: Reply, code: str) -> None:
    error, requests = await failure(reply, max_retries=1, read_timeout_s=patience_s(reply))
    assert (error.code, error.retryable, requests) == (code, True, 2)


@pytest.mark.parametrize("then", ["drop", "stall", "cut"])
async def test_nothing_is_said_twice(then: Any) -> None:
    reply = Say(TEXT, then=then)
    async with model(in_turn(reply, words("again")), read_timeout_s=patience_s(reply)) as (server, client):
        heard: list[str] = []
        with pytest.raises(ModelError) as caught:
            await listen(client, heard)
        assert "".join(heard) == "One two"
        assert caught.value.retryable
        assert len(server.requests) == 1
        assert client.meter.usage().estimated


async def test_plan_that_broke_off_is_asked_for_again() -> None:
    broken = Say(('{"kind": "sql", "sq',), then="drop")
    async with model(in_turn(broken, SQL)) as (server, client):
        await client.plan(PLAN)
        assert len(server.requests) == 2
        assert server.requests[0].body == server.requests[1].body


async def test_what_is_no_stream_of_a_model_is_said_to_be_so(wire: str) -> None:
    error, _ = await failure(Say(then="garbage"))
    assert error.code == "llm_server_error"
    spoken = {"messages": "the Messages API", "chat": "chat completions"}[wire]
    assert f"does not speak {spoken}" in error.message


async def test_retry_after_is_honoured() -> None:
    events: list[Event] = []
    wait = Fail(429, "rate_limit_error", "slow", {"retry-after": "0.02"})
    async with model(in_turn(wait, SQL), first_retry_wait_s=20, emit=events.append) as (_, client):
        await client.plan(PLAN)
        assert statuses(events) == ["the model's rate limit is reached; trying again in 0.02 s (2 of 4)"]


async def test_retry_after_has_a_cap() -> None:
    reply = Fail(429, "rate_limit_error", "slow", {"retry-after": "120"})
    error, requests = await failure(reply, max_retries=3, max_retry_wait_s=30)
    assert (error.code, requests) == ("llm_rate_limited", 1)
    assert "the server asks to wait 120 s, more than max_retry_wait_s = 30 allows" in error.message


async def test_dead_server_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    async with ModelClient(ModelSettings(base_url=url, max_retries=0)) as client:
        with pytest.raises(ModelError, match=f"no model server answers at {url}") as caught:
            await client.plan(PLAN)
        assert (caught.value.code, caught.value.retryable) == ("llm_unreachable", True)
        assert client.meter.usage().model_calls == 0


async def test_hosted_model_without_a_key_is_not_even_called() -> None:
    async with ModelClient(ModelSettings()) as client:
        with pytest.raises(ModelError, match="needs a key") as caught:
            await client.plan(PLAN)
        assert caught.value.code == "llm_auth"
        assert caught.value.hint.startswith("Set ANTHROPIC_API_KEY in the environment of")


async def test_a_key_that_is_not_accepted_is_looked_for_where_it_comes_from() -> None:
    error, _ = await failure(Fail(401, "authentication_error", "invalid key"), api_key_env="MY_KEY")
    assert error.hint.startswith("Check MY_KEY in the environment of")


async def test_servers_that_count_nothing_are_estimated() -> None:
    async with model(in_turn(Say(("1234", "5678"), counts=False))) as (_, client):
        assert [text async for text in client.answer(ANSWER)] == ["1234", "5678"]
        usage = client.meter.usage()
        assert (usage.output_tokens, usage.estimated) == (2, True)


async def test_base_url_may_end_in_v1() -> None:
    async with model(flights()) as (server, client):
        settings = ModelSettings(base_url=f"{server.url}/v1/", api_key="ollama", model=client.settings.model)
        async with ModelClient(settings) as other:
            await other.plan(PLAN)
