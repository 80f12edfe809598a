"""Agents of Pydantic AI, run in this process with the models for tests that it has."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from pydantic_ai import Agent, PromptedOutput, RunContext
from pydantic_ai.messages import ModelMessage, TextPart, ToolReturnPart, UserPromptPart
from pydantic_ai.models.function import AgentInfo, DeltaToolCall, DeltaToolCalls, FunctionModel

from agent_worker.agents.frameworks import pydantic_ai_agent
from bus.wire.worker import ConversationTurn
from tests.harness.frameworks import Conversation

Streamed = AsyncIterator[str | DeltaToolCalls]


async def heard(messages: list[ModelMessage], _: AgentInfo) -> Streamed:
    parts = [part for message in messages for part in message.parts]
    yield str([part.content for part in parts if isinstance(part, UserPromptPart | TextPart)])


def calls_first(*words_before: str) -> Any:
    async def stream(messages: list[ModelMessage], info: AgentInfo) -> Streamed:
        if any(isinstance(part, ToolReturnPart) for message in messages for part in message.parts):
            yield "After it."
            return
        for word in words_before:
            yield word
        yield {0 if not words_before else 1: DeltaToolCall(info.function_tools[0].name, "{}", tool_call_id="c1")}

    return stream


def test_what_a_reply_has_used_is_known_before_the_run_has_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent = Agent(FunctionModel(stream_function=calls_first()))
    talk = Conversation(pydantic_ai_agent, agent, tmp_path, monkeypatch)

    def look() -> str:
        assert talk.context is not None
        assert talk.context.usage().model_calls == 1
        raise RuntimeError("it breaks here")

    agent.tool_plain(look)
    with pytest.raises(RuntimeError, match="it breaks here"):
        talk.ask("go")
    assert talk.context is not None
    assert talk.context.usage().input_tokens > 0


def test_what_agents_have_used_that_it_calls_counts_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Agent(FunctionModel(stream_function=heard))
    agent = Agent(FunctionModel(stream_function=calls_first()))

    async def ask_other(context: RunContext[None]) -> str:
        async with other.run_stream("hello", usage=context.usage) as result:
            return str(await result.get_output())

    agent.tool(ask_other)
    talk = Conversation(pydantic_ai_agent, agent, tmp_path, monkeypatch)
    assert talk.ask("go") == "After it."
    assert talk.context is not None
    assert talk.context.usage().model_calls == 3


def test_what_is_said_after_a_tool_is_a_paragraph_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    agent = Agent(FunctionModel(stream_function=calls_first("Before", " it.")))
    agent.tool_plain(lambda: "found", name="look")
    assert Conversation(pydantic_ai_agent, agent, tmp_path, monkeypatch).ask("go") == "Before it.\n\nAfter it."


def test_the_turns_of_other_agents_in_between_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    talk = Conversation(pydantic_ai_agent, Agent(FunctionModel(stream_function=heard)), tmp_path, monkeypatch)
    assert talk.ask("one") == "['one']"
    talk.turns = [*talk.turns, ConversationTurn("of another", answer="told by it")]
    assert talk.ask("two") == str(["one", "['one']", "of another", "told by it", "two"])


def test_a_conversation_that_is_too_large_to_keep_goes_on_with_its_texts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def large(messages: list[ModelMessage], _: AgentInfo) -> Streamed:
        yield f"{len(messages)} " + "x" * 700_000

    talk = Conversation(pydantic_ai_agent, Agent(FunctionModel(stream_function=large)), tmp_path, monkeypatch)
    assert [talk.ask(question).partition(" ")[0] for question in ("one", "two", "three")] == ["1", "3", "5"]


class City(BaseModel):
    name: str


def test_a_record_is_a_row_and_not_its_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def stream(_: list[ModelMessage], __: AgentInfo) -> Streamed:
        yield '{"name": '
        yield '"Rome"}'

    agent = Agent(FunctionModel(stream_function=stream), output_type=PromptedOutput(City))
    talk = Conversation(pydantic_ai_agent, agent, tmp_path, monkeypatch)
    assert talk.ask("go") == ""
    assert talk.said[-1] == [{"name": "Rome"}]
