"""Runs an agent of the OpenAI Agents SDK: agents are steps, tools are seen, tools that want approval ask back."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

from agents import ItemHelpers, RunConfig, Runner, RunState

from agent_worker.agents.frameworks.approvals import approval_question, means_yes
from agent_worker.agents.frameworks.memory import keep, untold
from agent_worker.agents.frameworks.target import load_own, target
from agent_worker.agents.frameworks.usage import UsageCount, increase
from agent_worker.agents.frameworks.values import output
from agent_worker.context import AgentContext, AgentOutput, JobSpec, Node, ResponseChunk, Tool, Usage
from bus.contract.settings import AgentDefinition
from bus.wire.worker import ConversationTurn

HISTORY = "openai_agents.items"
PENDING = "openai_agents.state"
"""The keys of the conversation's store: the items so far, and the state of a run that waits for an approval."""

TRACES_STAY_HERE = RunConfig(tracing_disabled=True)
"""The SDK would send them to its maker."""


def reads(definition: AgentDefinition) -> tuple[str, ...]:
    """The folders that the sandbox lets the worker read."""
    return load_own(definition)


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[AgentOutput]:
    """One run of the agent, from the question or from the approval that the person has given or refused."""
    agent = target(context.definition.openai_agents)
    result = Runner.run_streamed(agent, await _given(agent, job, context), run_config=TRACES_STAY_HERE)
    told = _Teller(context, result, agent)
    try:
        async for event in result.stream_events():
            for said in told.tell(event):
                yield said
        for said in told.end():
            yield said
    finally:
        told.count()
        await _end_run(result)


async def _end_run(result: Any) -> None:
    """End the task in which the SDK runs the agent, and wait until it has ended."""
    result.cancel()
    if result.run_loop_task is not None:
        await asyncio.gather(result.run_loop_task, return_exceptions=True)


async def _given(agent: Any, job: JobSpec, context: AgentContext) -> Any:
    pending = context.store.pop(PENDING, None)
    if pending is not None and job.user_clarification is not None:
        state = await RunState.from_string(agent, pending.decode())
        for wanted in state.get_interruptions():
            if means_yes(job.user_clarification):
                state.approve(wanted)
            else:
                state.reject(wanted, rejection_message=f"The person said: {job.user_clarification}")
        return state
    words = f"{job.question}\n{job.user_clarification}" if job.user_clarification else job.question
    kept = context.store.get(HISTORY)
    known = json.loads(kept) if kept is not None else []
    return [*known, *_turns(untold(job, remembers=kept is not None)), {"role": "user", "content": words}]


def _turns(before: Sequence[ConversationTurn]) -> list[dict[str, str]]:
    turns = []
    for turn in before:
        turns.append({"role": "user", "content": turn.question})
        turns.append({"role": "assistant", "content": turn.answer or turn.clarification})
    return turns


class _Teller:
    """Says of a run what people see of it."""

    def __init__(self, context: AgentContext, result: Any, agent: Any) -> None:
        self._context = context
        self._result = result
        self._usage = UsageCount(context)
        self._counted = Usage()
        self._agent = agent
        self._began: float | None = None
        self._tools: dict[str, tuple[str, dict[str, Any], float]] = {}
        self._streamed = False
        self._said = ""
        self._apart = False

    def tell(self, event: Any) -> Iterator[AgentOutput]:
        self.count()
        match event.type:
            case "raw_response_event":
                yield from self._delta(event.data)
            case "agent_updated_stream_event":
                yield from self._step_ends()
                self._agent, self._began = event.new_agent, time.monotonic()
                yield Node(event.new_agent.name, "started")
            case "run_item_stream_event":
                yield from self._item(event.name, event.item)

    def end(self) -> Iterator[AgentOutput]:
        self.count()
        yield from self._step_ends()
        result = self._result
        if result.interruptions:
            wanted = [(one.name, _arguments(one.raw_item)) for one in result.interruptions]
            self._context.ask_back(*approval_question(wanted))
            keep(self._context, PENDING, result.to_state().to_string().encode())
            return
        keep(self._context, HISTORY, json.dumps(result.to_input_list(), default=str).encode())
        if not (isinstance(result.final_output, str) and self._said.endswith(result.final_output)):
            yield from output(result.final_output)

    def _step_ends(self) -> Iterator[AgentOutput]:
        if self._began is not None:
            yield Node(self._agent.name, "finished", _ms(self._began))
        self._began = None

    def _delta(self, data: Any) -> Iterator[AgentOutput]:
        if data.type == "response.output_text.delta" and data.delta:
            self._streamed = True
            yield self._say(data.delta)
        elif data.type in ("response.reasoning_text.delta", "response.reasoning_summary_text.delta"):
            yield ResponseChunk("prompt_monitor", str(data.delta))

    def _item(self, name: str, item: Any) -> Iterator[AgentOutput]:
        if name in ("tool_called", "handoff_requested"):
            self._apart = True
        if name == "message_output_created":
            if not self._streamed and (text := ItemHelpers.text_message_output(item)):
                yield self._say(text)
            self._streamed = False
        elif name == "tool_called":
            call = _field(item.raw_item, "call_id") or ""
            tool = (str(_field(item.raw_item, "name") or "tool"), _arguments(item.raw_item), time.monotonic())
            self._tools[call] = tool
            yield Tool(tool[0], tool[1], "started")
        elif name == "tool_output" and (begun := self._tools.pop(_field(item.raw_item, "call_id") or "", None)):
            yield Tool(begun[0], begun[1], "finished", _ms(begun[2]), str(item.output))

    def _say(self, text: str) -> AgentOutput:
        """What is said after a tool or by another agent stands in a paragraph of its own. What is the text of a record
        is not for people: that comes as a row."""
        if getattr(self._agent, "output_type", None) not in (None, str):
            return ResponseChunk("prompt_monitor", str(text))
        apart = "\n\n" if self._apart and self._said else ""
        self._apart = False
        self._said += text
        return f"{apart}{text}"

    def count(self) -> None:
        """What came to the SDK's own sum since the last look."""
        total, before = self._result.context_wrapper.usage, self._counted
        cached = getattr(total.input_tokens_details, "cached_tokens", 0) or 0
        now = Usage(
            model_calls=total.requests,
            input_tokens=total.input_tokens,
            output_tokens=total.output_tokens,
            cached_tokens=cached,
        )
        if now == before:
            return
        more, self._counted = increase(before, now), now
        named = getattr(self._agent, "model", None)
        self._usage.add(more, named if isinstance(named, str) else str(self._context.options.get("model", "")))


def _field(item: Any, name: str) -> Any:
    return item.get(name) if isinstance(item, dict) else getattr(item, name, None)


def _arguments(item: Any) -> dict[str, Any]:
    try:
        found = json.loads(_field(item, "arguments") or "{}")
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {}


def _ms(began: float) -> float:
    return round((time.monotonic() - began) * 1000, 1)
