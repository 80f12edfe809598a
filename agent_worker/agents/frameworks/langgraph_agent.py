"""Runs a graph of LangGraph: its nodes are steps, its last nodes' words the answer, its interrupts questions back."""

import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import aclosing
from typing import Any

from langchain_core.messages import AIMessage, AIMessageChunk, AnyMessage, HumanMessage, ToolMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END
from langgraph.types import Command

from agent_worker.agents.frameworks import checkpoints
from agent_worker.agents.frameworks.target import load_own, target
from agent_worker.agents.frameworks.usage import UsageCount
from agent_worker.agents.frameworks.values import frame, output, question_of
from agent_worker.context import AgentContext, AgentError, JobSpec, Node, ResponseChunk, Said, Tool, Usage
from bus.contract.settings import AgentDefinition

TEXT_INPUTS = ("question", "query", "input")
"""Keys of a graph's input that takes no messages."""

TEXT_OUTPUTS = ("answer", "response", "output")
"""Keys of its result that are the answer where nothing of it was streamed."""


def reads(definition: AgentDefinition) -> tuple[str, ...]:
    """For the sandbox."""
    return load_own(definition)


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Said]:
    """One run of the graph, from its beginning or from the interrupt that the person has answered."""
    graph, saver = _compiled(context)
    config = {"configurable": {"thread_id": checkpoints.THREAD}}
    given = await _input(graph, saver, job, config)
    told = _Teller(context, _last_nodes(graph))
    modes = ["tasks", "messages", "values"]
    async with aclosing(graph.astream(given, config, stream_mode=modes)) as stream:
        async for mode, chunk in stream:
            for said in told.tell(mode, chunk):
                yield said
    for said in told.end():
        yield said
    if saver is not None:
        checkpoints.save(saver, context.store)


def _compiled(context: AgentContext) -> tuple[Any, InMemorySaver | None]:
    """The graph, and the saver in the conversation's store, unless it brings one that outlives a process."""
    graph = target(context.definition.langgraph)
    if hasattr(graph, "compile"):
        graph = graph.compile()
    own = getattr(graph, "checkpointer", None)
    if not context.store.lasts or not (own is None or isinstance(own, InMemorySaver)):
        return graph, None
    saver = checkpoints.load(context.store)
    return graph.copy(update={"checkpointer": saver}), saver


async def _input(graph: Any, saver: InMemorySaver | None, job: JobSpec, config: dict[str, Any]) -> Any:
    """What the graph is given: the person's answer to its interrupt, or the question."""
    state = await graph.aget_state(config) if graph.checkpointer else None
    if state is not None and state.interrupts and job.user_clarification is not None:
        return Command(resume={state.interrupts[0].id: job.user_clarification})
    words = f"{job.question}\n{job.user_clarification}" if job.user_clarification else job.question
    keys = [name for name in graph.channels if not name.startswith(("__", "branch:"))]
    if "messages" in keys:
        known = state is not None and state.values
        before: list[AnyMessage] = [] if known else _messages(job)
        return {"messages": [*before, HumanMessage(words)]}
    for key in TEXT_INPUTS:
        if key in keys:
            return {key: words}
    hint = "give its state a key `messages`, or `question`"
    raise AgentError(f"The graph takes {', '.join(keys) or 'nothing'}, and no question.", hint=hint, retryable=False)


def _messages(job: JobSpec) -> list[AnyMessage]:
    """The turns before."""
    turns: list[AnyMessage] = []
    for turn in job.conversation:
        turns += [HumanMessage(turn.question), AIMessage(turn.answer or turn.clarification)]
    return turns


def _last_nodes(graph: Any) -> set[str]:
    """Nodes after which the graph may end: what they say is the answer, what others say goes to the prompt monitor."""
    return {edge.source for edge in graph.get_graph().edges if edge.target == END}


class _Teller:
    """Says of a run what people see of it."""

    def __init__(self, context: AgentContext, last_nodes: set[str]) -> None:
        self._context = context
        self._last_nodes = last_nodes
        self._usage = UsageCount(context)
        self._began: dict[str, float] = {}
        self._tools: dict[str, tuple[str, dict[str, Any], float]] = {}
        self._calls: set[str] = set()
        self._answered = False
        self._values: Any = {}

    def tell(self, mode: str, chunk: Any) -> Iterator[Said]:
        if mode == "tasks":
            yield from self._task(chunk)
        elif mode == "messages":
            yield from self._message(*chunk)
        else:
            self._values = chunk

    def end(self) -> Iterator[Said]:
        """What the graph has ended with: a question, or rows and a text that were not streamed."""
        values = self._values if isinstance(self._values, dict) else {}
        for interrupt in values.get("__interrupt__", ())[:1]:
            question, suggestions = question_of(interrupt.value)
            self._context.ask_back(question, *suggestions)
        for key, value in values.items():
            table = frame(value)
            if table is not None or (key in ("rows", "records") and isinstance(value, Sequence)):
                yield from output(value if table is None else table)
        for key in TEXT_OUTPUTS:
            if not self._answered and isinstance(values.get(key), str):
                yield values[key]
                return

    def _task(self, task: dict[str, Any]) -> Iterator[Said]:
        key, name = task["id"], task["name"]
        if "input" in task:
            self._began[key] = time.monotonic()
            yield Node(name, "started")
            return
        if task.get("interrupts"):
            for interrupt in task["interrupts"][:1]:
                question, suggestions = question_of(interrupt["value"])
                self._context.ask_back(question, *suggestions)
        for message in _messages_of(task.get("result")):
            yield from self._tool(message)
        state = "failed" if task.get("error") else "finished"
        yield Node(name, state, _ms(self._began.pop(key, time.monotonic())))  # type: ignore[arg-type]

    def _message(self, message: Any, facts: dict[str, Any]) -> Iterator[Said]:
        if not isinstance(message, AIMessage | AIMessageChunk):
            return
        self._count(message)
        if message.text:
            top = str(facts.get("langgraph_checkpoint_ns") or facts.get("langgraph_node", "")).partition(":")[0]
            answers = top in self._last_nodes
            self._answered = self._answered or answers
            yield ResponseChunk("response" if answers else "prompt_monitor", str(message.text))

    def _count(self, message: AIMessage) -> None:
        used = message.usage_metadata
        if used is None:
            return
        first = message.id not in self._calls
        self._calls.add(message.id or "")
        cached = (used.get("input_token_details") or {}).get("cache_read", 0)
        usage = Usage(
            model_calls=int(first),
            input_tokens=used["input_tokens"],
            output_tokens=used["output_tokens"],
            cached_tokens=cached,
        )
        facts = message.response_metadata
        self._usage.add(
            usage, str(facts.get("model_name") or facts.get("model") or self._context.options.get("model", ""))
        )

    def _tool(self, message: Any) -> Iterator[Said]:
        if isinstance(message, AIMessage):
            for call in message.tool_calls:
                self._tools[call["id"] or ""] = (call["name"], call["args"], time.monotonic())
                yield Tool(call["name"], call["args"], "started")
        if isinstance(message, ToolMessage) and message.tool_call_id in self._tools:
            name, arguments, began = self._tools.pop(message.tool_call_id)
            state = "failed" if message.status == "error" else "finished"
            yield Tool(name, arguments, state, _ms(began), str(message.text))  # type: ignore[arg-type]


def _messages_of(result: Any) -> Sequence[Any]:
    messages = result.get("messages", ()) if isinstance(result, dict) else ()
    return messages if isinstance(messages, list | tuple) else (messages,)


def _ms(began: float) -> float:
    return round((time.monotonic() - began) * 1000, 1)
