"""A graph of LangGraph as an agent: the real package, with its fake model, inside the sandbox."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bus.contract.events import Node, ResponseChunk, Status, Tool
from bus.contract.vocabulary import Rung
from tests.harness.asking import ask, until_answering
from tests.harness.jobs.graces import ENDING_ON
from tests.harness.jobs.stopping import ended
from tests.harness.servers import ROOT, Supervisor, is_gone, running_supervisor

pytestmark = pytest.mark.asyncio(loop_scope="module")

GRAPHS = """
import asyncio
import os
from typing import TypedDict

import pandas as pd
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode
from langgraph.types import interrupt

from agent_worker.context import current


def model(*replies):
    return GenericFakeChatModel(messages=iter(replies))


def chain(state, **nodes):
    graph = StateGraph(state)
    for name, node in nodes.items():
        graph.add_node(name, node)
    names = [START, *nodes, END]
    for one, other in zip(names, names[1:]):
        graph.add_edge(one, other)
    return graph


# ---- a chat with a tool


@tool
def population(city: str) -> int:
    "How many live there."
    return 8_000_000


def call(state):
    calls = [{"name": "population", "args": {"city": "New York"}, "id": "call-1"}]
    used = {"input_tokens": 1000, "output_tokens": 20, "total_tokens": 1020}
    facts = {"model_name": "claude-opus-5-5"}
    return {"messages": [AIMessage("", tool_calls=calls, usage_metadata=used, response_metadata=facts)]}


async def think(state):
    await model(AIMessage("Let me think.")).ainvoke(state["messages"])
    return {}


async def answer(state):
    heard = [message.text for message in state["messages"] if message.text]
    return {"messages": [await model(AIMessage(f"I heard {heard}.")).ainvoke(state["messages"])]}


chat = chain(MessagesState, think=think, call=call, tools=ToolNode([population]), answer=answer).compile()
talk = chain(MessagesState, answer=answer)


# ---- a question in the middle


async def choose(state):
    chosen = interrupt({"question": "Which city?", "options": ["New York", "Boston"]})
    return {"messages": [AIMessage(f"You have chosen {chosen}.")]}


asks = chain(MessagesState, think=think, choose=choose).compile(checkpointer=InMemorySaver())


# ---- rows, and our engine


class Counted(TypedDict, total=False):
    question: str
    rows: object
    answer: str


async def count(state):
    table = await current().sql("SELECT origin, count(*) AS n FROM flights GROUP BY ALL ORDER BY n DESC")
    return {"rows": table.to_pandas(), "answer": f"{len(table)} airports for {state['question']!r}"}


frames = chain(Counted, count=count).compile()


# ---- what is to be stopped


async def wait(state):
    current().status(f"pid {os.getpid()}")
    await model(AIMessage("So it begins.")).ainvoke(state["messages"])
    if state["messages"][-1].text == "deaf":
        while True:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                pass
    await asyncio.sleep(3600)


endless = chain(MessagesState, wait=wait).compile()


def fail(state):
    raise ValueError("no flights today")


fails = chain(MessagesState, fail=fail).compile()
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def supervisor(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Supervisor]:
    folder = tmp_path_factory.mktemp("agents")
    (folder / "my_graphs.py").write_text(GRAPHS)
    guide = (ROOT / "docs/write-your-own-agent.md").read_text().partition("## I have a LangGraph graph")[2]
    (folder / "chat.py").write_text(guide.partition("```python\n")[2].partition("```")[0])
    names = ("chat", "talk", "asks", "frames", "endless", "fails", "missing")
    agents = {f"agents.{name}": {"langgraph": f"my_graphs:{name}", "folder": str(folder)} for name in names}
    agents["agents.guide"] = {"langgraph": "chat:graph", "folder": str(folder)}
    preload = ["agent_worker.warmup.preload", "agent_worker.agents.frameworks.langgraph_agent", "pandas"]
    settings = {**agents, **ENDING_ON[Rung.CANCEL], "worker.preload": preload}
    async with running_supervisor(tmp_path_factory.mktemp("s"), settings) as running:
        yield running


async def test_nodes_tools_words_and_usage(supervisor: Supervisor) -> None:
    job = await ask(supervisor, "how many people?", "chat")
    assert job.response == "I heard ['how many people?', '8000000'].", job.last
    assert job.monitor == "Let me think."
    nodes = [(event.node, event.state) for event in job.events if isinstance(event, Node)]
    steps = ("think", "call", "tools", "answer")
    assert nodes == [(step, state) for step in steps for state in ("started", "finished")]
    tools = [event for event in job.events if isinstance(event, Tool)]
    assert [(event.name, event.arguments, event.state, event.found) for event in tools] == [
        ("population", {"city": "New York"}, "started", ""),
        ("population", {"city": "New York"}, "finished", "8000000"),
    ]
    assert len([event for event in job.events if isinstance(event, ResponseChunk)]) > 5
    usage = job.result.usage
    assert (usage.model_calls, usage.input_tokens, usage.output_tokens) == (1, 1000, 20)
    assert usage.cost_usd == pytest.approx(0.0044)


async def test_the_one_of_the_guide(supervisor: Supervisor) -> None:
    assert (await ask(supervisor, "hello", "guide")).response == "You have said: hello"


async def test_a_conversation_goes_on(supervisor: Supervisor) -> None:
    first = await ask(supervisor, "one", "talk", conversation_id="c")
    second = await ask(supervisor, "two", "talk", conversation_id="c")
    assert [first.response, second.response] == ["I heard ['one'].", "I heard ['one', \"I heard ['one'].\", 'two']."]
    assert (await ask(supervisor, "three", "talk")).response == "I heard ['three']."


async def test_turns_of_another_agent_are_messages(supervisor: Supervisor) -> None:
    await ask(supervisor, "SELECT 1", "sql", conversation_id="d")
    assert (
        await ask(supervisor, "two", "talk", conversation_id="d")
    ).response == "I heard ['SELECT 1', '1: **1**', 'two']."


async def test_an_interrupt_asks_back_and_the_answer_resumes(supervisor: Supervisor) -> None:
    asked = await ask(supervisor, "where to?", "asks", conversation_id="e")
    assert asked.result.clarification is not None
    assert (asked.result.clarification.question, asked.result.clarification.suggestions) == (
        "Which city?",
        ["New York", "Boston"],
    )
    answered = await ask(supervisor, "where to?", "asks", conversation_id="e", user_clarification="Boston")
    assert answered.response == "You have chosen Boston."
    assert [event.node for event in answered.events if isinstance(event, Node)] == ["choose", "choose"]
    assert answered.result.clarification is None


async def test_frames_are_rows(supervisor: Supervisor) -> None:
    job = await ask(supervisor, "how many?", "frames")
    assert job.rows == [["EWR", 120835], ["JFK", 111279], ["LGA", 104662]], job.events
    assert job.response == "3 airports for 'how many?'"


@pytest.mark.parametrize(("question", "rungs"), [("go", [Rung.CANCEL]), ("deaf", [Rung.TERMINATE, Rung.KILL])])
async def test_it_is_stopped_in_mid_stream(supervisor: Supervisor, question: str, rungs: list[Rung]) -> None:
    job_id = await supervisor.submit(question, "endless")
    await until_answering(supervisor, job_id)
    (said,) = [event for event in await supervisor.until(job_id, Status) if isinstance(event, Status)]
    await supervisor.stop(job_id, rungs[0])
    job = await ended(supervisor, job_id)
    assert job.killed.rung in rungs
    assert is_gone(int(said.message.split()[1]))
    assert job.response.startswith("So")


async def test_how_it_fails(supervisor: Supervisor) -> None:
    failed = await ask(supervisor, "go", "fails")
    assert "no flights today" in failed.failed.error
    assert [event.state for event in failed.events if isinstance(event, Node)] == ["started", "failed"]
    assert (await ask(supervisor, "go", "missing")).failed.error == "The module my_graphs has no 'missing'."
