"""Agents of Pydantic AI and of the OpenAI Agents SDK: the real packages, with their own test models, in the sandbox."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bus.contract.events import Status, Tool
from bus.contract.vocabulary import Rung
from tests.harness.asking import ask, until_answering
from tests.harness.jobs.graces import ENDING_ON
from tests.harness.jobs.stopping import ended
from tests.harness.servers import Supervisor, is_gone, running_supervisor

pytestmark = pytest.mark.asyncio(loop_scope="module")

PYDANTIC = '''
import asyncio
import os
from dataclasses import dataclass

from pydantic import BaseModel
from pydantic_ai import Agent, ApprovalRequired, DeferredToolRequests, RunContext
from pydantic_ai.messages import ModelRequest, ModelResponse, TextPart, ToolCallPart, ToolReturnPart, UserPromptPart
from pydantic_ai.models.function import DeltaToolCall, FunctionModel
from pydantic_ai.models.test import TestModel

from agent_worker.context import AgentContext, current


async def stream(messages, info):
    """Calls the tool first, then says what was asked and found."""
    parts = [part for message in messages for part in message.parts]
    found = [part.content for part in parts if isinstance(part, ToolReturnPart)]
    asked = [part.content for part in parts if isinstance(part, UserPromptPart)]
    if isinstance(messages[-1].parts[-1], UserPromptPart) and info.function_tools:
        yield {0: DeltaToolCall(info.function_tools[0].name, '{"city": "New York"}', tool_call_id=f"call-{len(asked)}")}
        return
    for word in (str(asked), " -> ", str(found)):
        yield word


chat = Agent(FunctionModel(stream_function=stream), deps_type=AgentContext)


@chat.tool
async def flights(context: RunContext[AgentContext], city: str) -> int:
    table = await context.deps.sql("SELECT count(*) AS n FROM flights")
    return table["n"][0].as_py()


delete = Agent(FunctionModel(stream_function=stream), output_type=[str, DeferredToolRequests])


@delete.tool_plain(requires_approval=True)
def remove(city: str) -> str:
    return f"{city} removed"


class City(BaseModel):
    name: str
    people: int


city = Agent(TestModel(custom_output_args={"name": "Rome", "people": 3}), output_type=City)


async def forever(messages, info):
    current().status(f"pid {os.getpid()}")
    yield "So it begins."
    await asyncio.sleep(3600)


endless = Agent(FunctionModel(stream_function=forever))
'''

OPENAI = """
import asyncio
import os

from agents import Agent, Usage, function_tool
from agents.testing import ModelStep, ScriptedModel, assistant_message, function_call

from agent_worker.context import current


def scripted(*steps):
    used = Usage(requests=1, input_tokens=100, output_tokens=10, total_tokens=110)
    return ScriptedModel(
        [ModelStep.respond(step) if callable(step) else ModelStep(output=[step], usage=used) for step in steps]
    )


def heard(call):
    said = [item["content"] for item in call.input if item.get("role") == "user"]
    found = [item["output"] for item in call.input if item.get("type") == "function_call_output"]
    return ModelStep(output=[assistant_message(f"{said} -> {found}")])


def removes(call):
    # a run that goes on in another process begins with a model of its own
    known = any(item.get("type") == "function_call_output" for item in call.input)
    return heard(call) if known else ModelStep(output=[function_call("remove", CALL, call_id="c1")])


@function_tool
async def flights(city: str) -> str:
    table = await current().sql("SELECT count(*) AS n FROM flights")
    return str(table["n"][0].as_py())


@function_tool(needs_approval=True)
async def remove(city: str) -> str:
    return f"{city} removed"


CALL = {"city": "New York"}
chat = Agent("chat", model=scripted(function_call("flights", CALL, call_id="c1"), heard), tools=[flights])
talk = Agent("talk", model=scripted(heard))
delete = Agent("delete", model=scripted(removes, removes), tools=[remove])


@function_tool
async def wait() -> str:
    current().status(f"pid {os.getpid()}")
    await asyncio.sleep(3600)
    return ""


endless = Agent("endless", model=scripted(function_call("wait", {}, call_id="c1")), tools=[wait])
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def supervisor(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Supervisor]:
    folder = tmp_path_factory.mktemp("agents")
    (folder / "my_pydantic.py").write_text(PYDANTIC)
    (folder / "my_openai.py").write_text(OPENAI)
    kinds = {
        "pydantic_ai": ("my_pydantic", "chat delete city endless"),
        "openai_agents": ("my_openai", "chat talk delete endless"),
    }
    agents = {
        f"agents.{kind}_{name}": {kind: f"{module}:{name}", "folder": str(folder)}
        for kind, (module, names) in kinds.items()
        for name in names.split()
    }
    frameworks = [f"agent_worker.agents.frameworks.{kind}_agent" for kind in kinds]
    settings = {**agents, **ENDING_ON[Rung.CANCEL], "worker.preload": ["agent_worker.warmup.preload", *frameworks]}
    async with running_supervisor(tmp_path_factory.mktemp("s"), settings) as running:
        yield running


async def test_pydantic_ai_answers_with_tools(supervisor: Supervisor) -> None:
    job = await ask(supervisor, "one", "pydantic_ai_chat", conversation_id="c")
    assert job.response == "['one'] -> [336776]", job.last
    tools = [(event.name, event.state, event.found) for event in job.events if isinstance(event, Tool)]
    assert tools == [("flights", "started", ""), ("flights", "finished", "336776")]
    assert job.result.usage.model_calls == 2
    assert job.result.usage.output_tokens > 0
    again = await ask(supervisor, "two", "pydantic_ai_chat", conversation_id="c")
    assert again.response == "['one', 'two'] -> [336776, 336776]"


async def test_pydantic_ai_gives_a_record_as_a_row(supervisor: Supervisor) -> None:
    assert (await ask(supervisor, "go", "pydantic_ai_city")).rows == [["Rome", 3]]


@pytest.mark.parametrize("kind", ["pydantic_ai", "openai_agents"])
@pytest.mark.parametrize(
    ("answer", "found"), [("Yes.", "New York removed"), ("rather not", "The person said: rather not")]
)
async def test_a_tool_waits_for_approval(supervisor: Supervisor, kind: str, answer: str, found: str) -> None:
    conversation = f"{kind}-{answer[:1]}"
    asked = await ask(supervisor, "tidy up", f"{kind}_delete", conversation_id=conversation)
    assert asked.result.clarification is not None, asked.last
    question = asked.result.clarification.question
    assert question == 'The agent wants to run remove({"city": "New York"}). May it?'
    job = await ask(supervisor, "tidy up", f"{kind}_delete", conversation_id=conversation, user_clarification=answer)
    assert found in job.response, job.last


async def test_the_openai_sdk_answers_with_tools(supervisor: Supervisor) -> None:
    job = await ask(supervisor, "one", "openai_agents_chat")
    assert job.response == "['one'] -> ['336776']", job.last
    tools = [(event.name, event.state, event.found) for event in job.events if isinstance(event, Tool)]
    assert tools == [("flights", "started", ""), ("flights", "finished", "336776")]
    assert job.result.usage.model_calls == 2
    assert job.result.timings["chat_ms"] > 0


async def test_the_openai_sdk_goes_on_with_a_conversation(supervisor: Supervisor) -> None:
    await ask(supervisor, "one", "openai_agents_talk", conversation_id="d")
    assert (await ask(supervisor, "two", "openai_agents_talk", conversation_id="d")).response == "['one', 'two'] -> []"


@pytest.mark.parametrize("kind", ["pydantic_ai", "openai_agents"])
async def test_it_is_stopped_in_mid_stream(supervisor: Supervisor, kind: str) -> None:
    job_id = await supervisor.submit("go", f"{kind}_endless")
    (said,) = [event for event in await supervisor.until(job_id, Status) if isinstance(event, Status)]
    if kind == "pydantic_ai":
        await until_answering(supervisor, job_id)
    await supervisor.stop(job_id)
    job = await ended(supervisor, job_id)
    assert job.killed.rung is Rung.CANCEL
    assert is_gone(int(said.message.split()[1]))
