"""Runs an agent of Pydantic AI: its words are the answer, its tools are seen, tools that want approval ask back."""

import time
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

from pydantic_ai import (
    DeferredToolRequests,
    DeferredToolResults,
    NativeOutput,
    PromptedOutput,
    ToolDenied,
    UserError,
)
from pydantic_ai.messages import (
    FunctionToolCallEvent,
    FunctionToolResultEvent,
    ModelMessage,
    ModelMessagesTypeAdapter,
    ModelRequest,
    ModelResponse,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    ThinkingPart,
    ThinkingPartDelta,
    UserPromptPart,
)
from pydantic_ai.run import AgentRunResultEvent

from agent_worker.agents.frameworks.approvals import approval_question, means_yes
from agent_worker.agents.frameworks.memory import keep, untold
from agent_worker.agents.frameworks.target import load_own, target
from agent_worker.agents.frameworks.usage import UsageCount, increase
from agent_worker.agents.frameworks.values import output
from agent_worker.context import AgentContext, AgentOutput, JobSpec, ResponseChunk, Tool, Usage
from bus.contract.settings import AgentDefinition
from bus.wire.worker import ConversationTurn

HISTORY = "pydantic_ai.messages"
PENDING = "pydantic_ai.pending"
"""The keys of the conversation's store: the messages so far, and whether the last of them waits for an approval."""


def reads(definition: AgentDefinition) -> tuple[str, ...]:
    """The folders that the sandbox lets the worker read."""
    return load_own(definition)


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[AgentOutput]:
    """One run of the agent; its `deps` are the context where it wants some of that type."""
    agent = target(context.definition.pydantic_ai)
    told = _Teller(context, record=isinstance(agent.output_type, NativeOutput | PromptedOutput))
    async with agent.run_stream_events(**_given(agent, job, context)) as events:
        try:
            async for event in events:
                told.count(events)
                for said in told.tell(event):
                    yield said
        finally:
            told.count(events)


def _given(agent: Any, job: JobSpec, context: AgentContext) -> dict[str, Any]:
    """The question with the turns before, or the answer to a tool that waits for an approval."""
    kept = context.store.get(HISTORY)
    known = ModelMessagesTypeAdapter.validate_json(kept) if kept is not None else []
    given: dict[str, Any] = {"message_history": [*known, *_turns(untold(job, remembers=kept is not None))]}
    if agent.deps_type is AgentContext:
        given["deps"] = context
    if PENDING in context.store and job.user_clarification is not None:
        yes = means_yes(job.user_clarification)
        verdict = True if yes else ToolDenied(f"The person said: {job.user_clarification}")
        calls = context.store[PENDING].decode().split("\n")
        results = DeferredToolResults(approvals=dict.fromkeys(calls, verdict))
        return given | {"message_history": known, "deferred_tool_results": results}
    words = f"{job.question}\n{job.user_clarification}" if job.user_clarification else job.question
    if PENDING in context.store:  # another question: nothing is approved
        given["message_history"] = _turns(job.conversation)
    return given | {"user_prompt": words}


def _turns(before: Sequence[ConversationTurn]) -> list[ModelMessage]:
    turns: list[ModelMessage] = []
    for turn in before:
        turns.append(ModelRequest(parts=[UserPromptPart(turn.question)]))
        turns.append(ModelResponse(parts=[TextPart(turn.answer or turn.clarification)]))
    return turns


class _Teller:
    """Says of a run what people see of it."""

    def __init__(self, context: AgentContext, *, record: bool) -> None:
        self._context = context
        self._record = record
        self._usage = UsageCount(context)
        self._counted = Usage()
        self._tools: dict[str, tuple[str, dict[str, Any], float]] = {}
        self._said = ""
        self._used_a_tool = False

    def tell(self, event: Any) -> Iterator[AgentOutput]:
        match event:
            case PartStartEvent(part=TextPart(content=text)) | PartDeltaEvent(delta=TextPartDelta(content_delta=text)):
                if text:
                    yield self._say(str(text))
            case (
                PartStartEvent(part=ThinkingPart(content=text))
                | PartDeltaEvent(delta=ThinkingPartDelta(content_delta=text))
            ):
                if text:
                    yield ResponseChunk("prompt_monitor", str(text))
            case FunctionToolCallEvent(part=part):
                arguments = part.args_as_dict()
                self._used_a_tool = True
                self._tools[part.tool_call_id] = (part.tool_name, arguments, time.monotonic())
                yield Tool(part.tool_name, arguments, "started")
            case FunctionToolResultEvent(part=part):
                yield from self._tool_end(part)
            case AgentRunResultEvent(result=result):
                yield from self._end(result)

    def _tool_end(self, part: Any) -> Iterator[AgentOutput]:
        name, arguments, began = self._tools.pop(part.tool_call_id, (part.tool_name, {}, time.monotonic()))
        failed = type(part).__name__ == "RetryPromptPart" or getattr(part, "outcome", "success") != "success"
        state, ms = "failed" if failed else "finished", round((time.monotonic() - began) * 1000, 1)
        yield Tool(name, arguments, state, ms, str(part.content))  # type: ignore[arg-type]

    def _say(self, text: str) -> AgentOutput:
        """What is said after a tool stands in a paragraph of its own. What is the text of a record is not for people:
        that comes as a row."""
        if self._record:
            return ResponseChunk("prompt_monitor", text)
        apart = "\n\n" if self._used_a_tool and self._said else ""
        self._used_a_tool = False
        self._said += text
        return apart + text

    def _end(self, result: Any) -> Iterator[AgentOutput]:
        store = self._context.store
        asks = isinstance(result.output, DeferredToolRequests)
        if asks:
            wanted = [(call.tool_name, call.args_as_dict()) for call in result.output.approvals]
            self._context.ask_back(*approval_question(wanted))
        keep(self._context, HISTORY, ModelMessagesTypeAdapter.dump_json(result.all_messages()))
        store.pop(PENDING, None)
        if asks:
            store[PENDING] = "\n".join(call.tool_call_id for call in result.output.approvals).encode()
        elif not (isinstance(result.output, str) and self._said.endswith(result.output)):
            yield from output(result.output)

    def count(self, events: Any) -> None:
        """What the run has used since the last look, agents that it has called among it, at the price of the model that
        has replied last."""
        try:
            total, messages = events.usage, events.new_messages()
        except UserError:  # nothing has begun
            return
        named = [message.model_name for message in messages if isinstance(message, ModelResponse)]
        now = Usage(
            model_calls=total.requests,
            input_tokens=total.input_tokens,
            output_tokens=total.output_tokens,
            cached_tokens=total.cache_read_tokens,
        )
        if named and now != self._counted:
            self._usage.add(increase(self._counted, now), named[-1] or str(self._context.options.get("model", "")))
            self._counted = now
