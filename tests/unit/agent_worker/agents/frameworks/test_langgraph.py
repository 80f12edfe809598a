"""Graphs of LangGraph, run in this process: what they know of a conversation, and what is told of them."""

import asyncio
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from typing import Any, TypedDict

import pandas as pd
import pyarrow as pa
import pytest
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, AIMessageChunk
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.func import entrypoint
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.types import Command, interrupt
from pydantic import BaseModel

from agent_worker.agents.frameworks import langgraph_agent
from agent_worker.agents.frameworks.graphs.teller import Teller
from agent_worker.context import AgentContext
from bus.contract.data_place import DataPlace
from bus.contract.events import Clarification
from bus.contract.settings import AgentDefinition, Settings
from bus.wire.worker import ConversationTurn
from tests.harness.frameworks import Conversation
from tests.harness.jobs.outlets import Recorder


def chain(state: Any, *nodes: Any) -> Any:
    graph = StateGraph(state)
    names = [START, *(node.__name__ for node in nodes), END]
    for node in nodes:
        graph.add_node(node.__name__, node)
    for one, other in pairwise(names):
        graph.add_edge(one, other)
    return graph


class Durable(BaseCheckpointSaver):  # type: ignore[misc]
    """A checkpointer that outlives a job's process, and is everybody's."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = InMemorySaver()

    def get_next_version(self, current: Any, channel: Any) -> Any:
        return self.inner.get_next_version(current, channel)

    async def aget_tuple(self, config: Any) -> Any:
        return await self.inner.aget_tuple(config)

    async def aput(self, *given: Any) -> Any:
        return await self.inner.aput(*given)

    async def aput_writes(self, *given: Any) -> None:
        await self.inner.aput_writes(*given)

    async def alist(self, *given: Any, **named: Any) -> AsyncIterator[Any]:
        async for one in self.inner.alist(*given, **named):
            yield one


def heard(state: Any) -> Any:
    return {"messages": [AIMessage(str([message.text for message in state["messages"]]))]}


def test_a_checkpointer_of_everybody_keeps_conversations_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = chain(MessagesState, heard).compile(checkpointer=Durable())
    alice, bob = (
        Conversation(langgraph_agent, graph, tmp_path, monkeypatch),
        Conversation(langgraph_agent, graph, tmp_path, monkeypatch),
    )
    assert alice.ask("my secret") == "['my secret']"
    assert bob.ask("hello") == "['hello']"
    first, turns = alice.kept, alice.turns
    assert alice.ask("two") == "['my secret', \"['my secret']\", 'two']"
    alice.turns = turns
    assert alice.ask("two, again", kept=first) == "['my secret', \"['my secret']\", 'two, again']"


def test_the_turns_of_other_agents_in_between_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    talk = Conversation(langgraph_agent, chain(MessagesState, heard), tmp_path, monkeypatch)
    talk.turns = [ConversationTurn("before", answer="yes")]
    assert talk.ask("one") == "['before', 'yes', 'one']"
    said = talk.turns[-1].answer
    talk.turns = [*talk.turns, ConversationTurn("of another", answer="told by it")]
    assert talk.ask("two") == str(["before", "yes", "one", said, "of another", "told by it", "two"])


def test_a_conversation_that_is_too_large_to_keep_goes_on_with_its_texts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def large(state: Any) -> Any:
        return {"messages": [AIMessage(f"{len(state['messages'])} "), AIMessage("x" * 600_000)]}

    talk = Conversation(langgraph_agent, chain(MessagesState, large), tmp_path, monkeypatch)
    assert talk.ask("one").startswith("1 ")
    assert talk.ask("two").startswith("4 ")
    assert "its next question is told the texts of the turns alone" in talk.warnings[0]
    assert talk.ask("three").startswith("5 ")
    assert not talk.warnings


class Counted(TypedDict, total=False):
    question: str
    rows: object
    other: object
    answer: str


def test_what_an_earlier_question_has_left_is_not_said_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def count(state: Any) -> Any:
        return {"rows": [{"n": 1}], "answer": "one"} if state["question"] == "count" else {"other": 1}

    talk = Conversation(langgraph_agent, chain(Counted, count), tmp_path, monkeypatch)
    assert talk.ask("count") == "one"
    assert [{"n": 1}] in talk.said
    assert talk.ask("thanks") == ""
    assert [{"n": 1}] not in talk.said


def test_of_several_frames_one_is_shown_and_the_others_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def count(_: Any) -> Any:
        return {"rows": pa.table({"n": [1]}), "other": pd.DataFrame({"m": [2]})}

    talk = Conversation(langgraph_agent, chain(Counted, count), tmp_path, monkeypatch)
    for _ in range(2):  # they are kept, too
        talk.ask("count")
        assert [one for one in talk.said if isinstance(one, pa.Table)] == [pa.table({"n": [1]})]
    assert talk.warnings == [
        "Of the graph's result `rows` is shown as the table, and not other. Put into `rows` what is to be seen."
    ]


class City(BaseModel):
    name: str


class Structured(TypedDict, total=False):
    question: str
    answer: str
    structured_response: City


def test_a_structured_response_is_a_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(_: Any) -> Any:
        return {"answer": "Found.", "structured_response": City(name="Rome")}

    talk = Conversation(langgraph_agent, chain(Structured, answer), tmp_path, monkeypatch)
    assert talk.ask("go") == "Found."
    assert [{"name": "Rome"}] in talk.said


def test_nodes_side_by_side_do_not_mix_their_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def speak(name: str, state: Any) -> Any:
        said = ""
        async for piece in GenericFakeChatModel(messages=iter([AIMessage(f"{name}1 {name}2 {name}3")])).astream("go"):
            said += piece.text
            await asyncio.sleep(0)
        return {"messages": [AIMessage(said)]}  # a message of its own, with the same words

    async def one(state: Any) -> Any:
        return await speak("a", state)

    async def other(state: Any) -> Any:
        return await speak("b", state)

    graph = StateGraph(MessagesState)
    for node in (one, other):
        graph.add_node(node.__name__, node)
        graph.add_edge(START, node.__name__)
        graph.add_edge(node.__name__, END)
    assert Conversation(langgraph_agent, graph, tmp_path, monkeypatch).ask("go") == "a1 a2 a3\n\nb1 b2 b3"


def test_of_two_interrupts_each_gets_its_own_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def left(_: Any) -> Any:
        return {"messages": [AIMessage(f"left {interrupt('Left?')}")]}

    def right(_: Any) -> Any:
        return {"messages": [AIMessage(f"right {interrupt('Right?')}")]}

    graph = StateGraph(MessagesState)
    for node in (left, right):
        graph.add_node(node.__name__, node)
        graph.add_edge(START, node.__name__)
        graph.add_edge(node.__name__, END)
    talk = Conversation(langgraph_agent, graph, tmp_path, monkeypatch)
    talk.ask("go")
    told = ""
    for _ in range(2):
        assert talk.asked is not None
        side = talk.asked.question.rstrip("?")
        told += talk.ask("go", f"to {side}") + ". "
    assert sorted(told.rstrip(". ").split(". ")) == ["left to Left", "right to Right"]
    assert talk.asked is None


def test_a_graph_that_waits_before_a_node_asks_whether_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def plan(_: Any) -> Any:
        return {"messages": [AIMessage("planned")]}

    def act(_: Any) -> Any:
        return {"messages": [AIMessage("acted")]}

    graph = chain(MessagesState, plan, act).compile(interrupt_before=["act"])
    for answer, said in (("yes", "acted"), ("no", "It does not go on.")):
        talk = Conversation(langgraph_agent, graph, tmp_path, monkeypatch)
        talk.ask("go")
        assert talk.asked == Clarification("It waits before act. Shall it go on?", ["yes", "no"])
        assert talk.ask("go", answer) == said


def test_a_node_that_names_its_successor_itself_is_not_the_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def route(_: Any) -> Any:
        return Command(goto="final", update={"messages": [AIMessage("routed")]})

    def final(_: Any) -> Any:
        return {"messages": [AIMessage("the answer")]}

    graph = StateGraph(MessagesState)
    graph.add_node("route", route)
    graph.add_node("final", final)
    graph.add_edge(START, "route")
    assert Conversation(langgraph_agent, graph, tmp_path, monkeypatch).ask("go").endswith("the answer")


def test_the_answer_is_said_where_a_silent_node_comes_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(_: Any) -> Any:
        return {"messages": [AIMessage("the answer")]}

    def log(_: Any) -> Any:
        return {}

    assert (
        Conversation(langgraph_agent, chain(MessagesState, answer, log), tmp_path, monkeypatch).ask("go")
        == "the answer"
    )


def test_a_function_is_a_graph_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def shout(words: str) -> str:
        return words.upper()

    assert Conversation(langgraph_agent, entrypoint()(shout), tmp_path, monkeypatch).ask("hello") == "HELLO"


def test_all_pieces_of_a_streamed_call_are_paid_for(tmp_path: Path) -> None:
    context = AgentContext(Settings(), AgentDefinition(langgraph="a:b"), DataPlace(), tmp_path, Recorder())
    told = Teller(context, chain(MessagesState, heard).compile())
    pieces = [
        AIMessageChunk(
            "", id="1", response_metadata={"model_name": "claude-opus-5-5"},
            usage_metadata={"input_tokens": 1_000_000, "output_tokens": 0, "total_tokens": 1_000_000},
        ),
        AIMessageChunk(
            "", id="1", usage_metadata={"input_tokens": 0, "output_tokens": 1_000_000, "total_tokens": 1_000_000}
        ),
    ]  # fmt: skip
    for piece in pieces:
        list(told.tell("messages", (piece, {})))
    used = context.usage()
    assert (used.model_calls, used.input_tokens, used.output_tokens) == (1, 1_000_000, 1_000_000)
    assert used.cost_usd == pytest.approx(24)
