"""Agents of the OpenAI Agents SDK, run in this process with its scripted model."""

from pathlib import Path
from typing import Any

import pytest
from agents import Agent, function_tool, handoff
from agents.testing import ModelStep, ScriptedModel, assistant_message, function_call
from pydantic import BaseModel

from agent_worker.agents.frameworks import openai_agents_agent
from bus.wire.worker import ConversationTurn
from tests.harness.frameworks import Conversation


def heard(call: Any) -> ModelStep:
    return ModelStep(output=[assistant_message(str([item["content"] for item in call.input if "role" in item]))])


def scripted(*steps: Any) -> ScriptedModel:
    return ScriptedModel(
        [ModelStep.respond(step) if callable(step) else ModelStep(output=list(step)) for step in steps]
    )


def look() -> str:
    return "found"


def test_what_is_said_after_a_tool_or_by_another_is_a_paragraph_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Agent("other", model=scripted([assistant_message("I am another.")]))
    steps = [
        [assistant_message("Before it."), function_call("look", {}, call_id="c1")],
        [assistant_message("After it."), function_call("transfer_to_other", {}, call_id="c2")],
    ]
    agent = Agent("one", model=scripted(*steps), tools=[function_tool(look)], handoffs=[handoff(other)])
    talk = Conversation(openai_agents_agent, agent, tmp_path, monkeypatch)
    assert talk.ask("go") == "Before it.\n\nAfter it.\n\nI am another."


class City(BaseModel):
    name: str


def test_a_record_is_a_row_and_not_its_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    agent = Agent("one", model=scripted([assistant_message('{"name": "Rome"}')]), output_type=City)
    talk = Conversation(openai_agents_agent, agent, tmp_path, monkeypatch)
    assert talk.ask("go") == ""
    assert talk.said[-1] == [{"name": "Rome"}]


def test_the_turns_of_other_agents_in_between_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    agent = Agent("one", model=scripted(heard, heard))
    talk = Conversation(openai_agents_agent, agent, tmp_path, monkeypatch)
    assert talk.ask("one") == "['one']"
    talk.turns = [*talk.turns, ConversationTurn("of another", answer="told by it")]
    assert "'of another', 'told by it', 'two'" in talk.ask("two")
