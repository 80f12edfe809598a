"""Two wires: which one a server speaks is found out, remembered, and told in words where it is none."""

from typing import Any

import pytest

from agent_worker.llm.client import ModelClient
from agent_worker.llm.errors import ModelError
from agent_worker.llm.prompts.tools import ToolTurn, result_block
from agent_worker.llm.settings import ModelSettings
from agent_worker.plan import SqlPlan
from tests.fakes.flights import ANSWER, KEY, PLAN
from tests.fakes.messages_server import MessagesServer
from tests.fakes.replies import Fail, Recorded, Reply, Say, Script, Use, in_turn, words
from tests.fakes.scripts import flights, in_pieces, plain_only, plan_json

SQL = in_pieces(plan_json("SELECT 1"))
PAGE = Fail(200, body="<html>Welcome!</html>", headers={"content-type": "text/html"})


def client_of(server: MessagesServer, **settings: Any) -> ModelClient:
    given: dict[str, Any] = {
        "base_url": server.url,
        "api_key": KEY,
        "model": "fake",
        "first_retry_wait_s": 0.001,
        "max_retries": 0,
    }
    return ModelClient(ModelSettings(**(given | settings)))


async def planned(script: Script, wires: tuple[str, ...], **settings: Any) -> tuple[MessagesServer, ModelClient]:
    """A server and its client after one plan."""
    async with MessagesServer(script, wires=wires) as server, client_of(server, **settings) as client:
        assert isinstance(await client.plan(PLAN), SqlPlan)
        return server, client


@pytest.mark.parametrize(
    ("wires", "setting", "spoken", "notes"),
    [
        (("messages", "chat"), "auto", "messages", []),
        (("messages", "chat"), "chat", "chat", []),
        (("chat",), "auto", "chat", ["speaks chat completions"]),
        (("messages",), "messages", "messages", []),
    ],
)
async def test_the_wire_is_found_or_set(wires: tuple[str, ...], setting: str, spoken: str, notes: list[str]) -> None:
    server, client = await planned(flights(), wires, wire=setting)
    assert [request.wire for request in server.requests] == [spoken]
    assert [note.partition(" at ")[2].partition(" ")[2] for note in client.notes] == notes
    assert client.meter.usage().model_calls == 1, "what was refused is no call"


async def test_what_was_found_out_is_taken_from_earlier_questions() -> None:
    async with MessagesServer(flights(), wires=("messages", "chat")) as server:
        async with client_of(server) as client:
            client.know([f"fake at {server.url} speaks chat completions"])
            await client.plan(PLAN)
        assert [request.wire for request in server.requests] == ["chat"]


@pytest.mark.parametrize(
    ("wires", "setting", "says"),
    [
        ((), "auto", "speaks neither the Messages API (/v1/messages: status 404) nor chat completions (/v1/chat/"),
        (("chat",), "messages", "speaks not the Messages API (/v1/messages: status 404)"),
        (("messages",), "chat", "speaks not chat completions (/v1/chat/completions: status 404)"),
    ],
)
async def test_a_server_that_speaks_neither_is_named(wires: tuple[str, ...], setting: str, says: str) -> None:
    async with MessagesServer(flights(), wires=wires) as server, client_of(server, wire=setting) as client:
        with pytest.raises(ModelError) as caught:
            await client.plan(PLAN)
        assert (caught.value.code, caught.value.retryable) == ("llm_not_found", False)
        assert says in caught.value.message
        assert "Check [llm] base_url" in caught.value.hint
        assert client.meter.usage().model_calls == 0


async def test_a_web_page_is_no_model() -> None:
    async with MessagesServer(lambda _: PAGE, wires=("messages", "chat")) as server, client_of(server) as client:
        with pytest.raises(ModelError, match=r"speaks neither .* it answers with text/html") as caught:
            await client.plan(PLAN)
        assert caught.value.code == "llm_not_found"


async def test_an_unknown_model_is_not_taken_for_another_wire() -> None:
    unknown = Fail(404, "not_found_error", 'model "fake" not found, try pulling it first')
    async with MessagesServer(lambda _: unknown, wires=("messages", "chat")) as server, client_of(server) as client:
        with pytest.raises(ModelError, match="does not know model fake"):
            await client.plan(PLAN)
        assert len(server.requests) == 1


async def test_the_request_of_chat_completions() -> None:
    server, _ = await planned(flights(), ("chat",))
    raw, headers = server.requests[0].raw, server.requests[0].headers
    assert raw["stream"] is True
    assert raw["stream_options"] == {"include_usage": True}
    assert raw["response_format"]["json_schema"]["strict"] is True
    assert [message["role"] for message in raw["messages"]] == ["system", "user"]
    assert PLAN.question in raw["messages"][1]["content"]
    assert (headers["authorization"], headers["x-api-key"]) == (f"Bearer {KEY}", KEY)


async def test_a_plain_server_of_chat_completions_gets_the_plain_form() -> None:
    def script(recorded: Recorded) -> Reply:
        if "response_format" in recorded.raw or "stream_options" in recorded.raw:
            return Fail(400, "invalid_request_error", "response_format: this type is unavailable now")
        return SQL

    server, _ = await planned(script, ("chat",))
    assert server.requests[-1].raw.keys() == {"model", "max_tokens", "messages", "stream"}
    server, _ = await planned(plain_only(flights()), ("chat",))
    assert "response_format" not in server.requests[-1].raw


async def test_the_limit_of_tokens_is_named_as_the_server_wants_it() -> None:
    def script(recorded: Recorded) -> Reply:
        if "max_tokens" in recorded.raw:
            says = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens'."
            return Fail(400, "invalid_request_error", says)
        return SQL

    server, client = await planned(script, ("chat",))
    assert server.requests[-1].raw["max_completion_tokens"] == 8192
    assert client.meter.usage().model_calls == 1


async def test_calls_and_results_of_tools_in_chat_completions() -> None:
    calls = (Use("find", {"words": "ünited"}), Use("peek", {"sql": "SELECT 1"}))
    script = in_turn(Say(("Let me look.",), calls, thinking="Who?"), SQL)
    async with MessagesServer(script, wires=("chat",)) as server, client_of(server) as client:
        turn: ToolTurn = await client.look(PLAN, [])
        assert (turn.text, [(use.name, use.arguments) for use in turn.uses]) == (
            "Let me look.",
            [("find", {"words": "ünited"}), ("peek", {"sql": "SELECT 1"})],
        )
        results = [result_block(use, f"found {number}") for number, use in enumerate(turn.uses)]
        exchange = [{"role": "assistant", "content": turn.blocks}, {"role": "user", "content": results}]
        await client.look(PLAN, exchange, looks=False)
        _, _, said, *told = server.requests[1].raw["messages"]
        assert [call["function"] for call in said["tool_calls"]] == [
            {"name": "find", "arguments": '{"words": "ünited"}'},
            {"name": "peek", "arguments": '{"sql": "SELECT 1"}'},
        ]
        assert told == [
            {"role": "tool", "tool_call_id": use.id, "content": f"found {number}"}
            for number, use in enumerate(turn.uses)
        ]
        offered = [tool["function"]["name"] for tool in server.requests[1].raw["tools"]]
        assert offered == ["answer", "ask_back", "say"]


@pytest.mark.parametrize("wire", ["messages", "chat"])
async def test_the_server_counts(wire: str) -> None:
    counted = Say(("one", "two"), input_tokens=70, cached_tokens=30, output_tokens=5)
    async with MessagesServer(in_turn(counted), wires=(wire,)) as server, client_of(server) as client:
        assert [text async for text in client.answer(ANSWER)] == ["one", "two"]
        usage = client.meter.usage()
        assert (usage.input_tokens, usage.cached_tokens, usage.output_tokens) == (70, 30, 5)
        assert not usage.estimated


@pytest.mark.parametrize("wire", ["messages", "chat"])
async def test_a_schema_that_is_not_held_is_sent_once(wire: str) -> None:
    """Some servers take a schema and ignore it in silence."""
    free = words(f"Here you are:\n{plan_json('SELECT 1')}")
    async with MessagesServer(in_turn(free, free, SQL), wires=(wire,)) as server, client_of(server) as client:
        for _ in range(2):
            assert isinstance(await client.plan(PLAN), SqlPlan)
        assert ["output_config" in request.body for request in server.requests] == [True, False]
        assert f"fake at {server.url} holds no schema" in client.notes
        async with client_of(server) as other:
            other.know(client.notes)
            await other.plan(PLAN)
        assert "output_config" not in server.requests[2].body


async def test_an_error_in_mid_stream_has_its_own_status() -> None:
    """Some servers send the status of another one that they have asked."""
    reply = Say(("One ",), error="rate_limit_error")
    async with MessagesServer(in_turn(reply), wires=("chat",)) as server, client_of(server) as client:
        with pytest.raises(ModelError) as caught:
            async for _ in client.answer(ANSWER):
                pass
        assert caught.value.code == "llm_rate_limited"


async def test_no_answer_is_taken_for_whole_that_its_server_calls_broken() -> None:
    reply = Say(("One ",), stop_reason="insufficient_system_resource")
    async with MessagesServer(in_turn(reply), wires=("chat",)) as server, client_of(server) as client:
        with pytest.raises(ModelError) as caught:
            async for _ in client.answer(ANSWER):
                pass
        assert caught.value.code == "llm_dropped"
