"""Runs a graph of LangGraph: its nodes are steps, its last nodes' words the answer, its interrupts questions back."""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from agent_worker.agents.frameworks.approvals import YES, means_yes
from agent_worker.agents.frameworks.graphs import checkpoints
from agent_worker.agents.frameworks.graphs.teller import Teller
from agent_worker.agents.frameworks.memory import untold
from agent_worker.agents.frameworks.target import load_own, target
from agent_worker.context import AgentContext, AgentError, AgentOutput, JobSpec
from bus.contract.settings import AgentDefinition
from bus.wire.worker import ConversationTurn

TEXT_INPUTS = ("question", "query", "input")
"""Keys of a graph's input that takes no messages."""


def reads(definition: AgentDefinition) -> tuple[str, ...]:
    """The folders that the sandbox lets the worker read."""
    return load_own(definition)


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[AgentOutput]:
    """One run of the graph, from its beginning or from the interrupt that the person has answered."""
    graph, saver = _compiled(context)
    config = await checkpoints.place(graph, saver, context.store)
    state: Any = await graph.aget_state(config) if graph.checkpointer else None
    if _waits(state) and job.user_clarification is not None and not means_yes(job.user_clarification):
        yield "It does not go on."
        return
    told = Teller(context, graph)
    modes = ["tasks", "messages", "values"]
    async with aclosing(graph.astream(_input(graph, state, job), config, stream_mode=modes)) as stream:
        async for mode, chunk in stream:
            for said in told.tell(mode, chunk):
                yield said
    if graph.checkpointer:
        state = await graph.aget_state(checkpoints.latest(config))
        if state.interrupts:  # the one that the answer will resume
            told.asks(state.interrupts[0].value)
        elif _waits(state):
            context.ask_back(f"It waits before {' and '.join(state.next)}. Shall it go on?", YES, "no")
    for said in told.end():
        yield said
    if graph.checkpointer:
        checkpoints.keep(saver, state.config, context)


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


def _waits(state: Any) -> bool:
    """Whether it stands before a node at which it was told to wait."""
    return state is not None and bool(state.next) and not state.interrupts


def _input(graph: Any, state: Any, job: JobSpec) -> Any:
    """What the graph is given: the person's answer to its interrupt, or the question."""
    if job.user_clarification is not None:
        if state is not None and state.interrupts:
            return Command(resume={state.interrupts[0].id: job.user_clarification})
        if _waits(state):
            return None
    words = f"{job.question}\n{job.user_clarification}" if job.user_clarification else job.question
    keys = [name for name in graph.channels if not name.startswith(("__", "branch:"))]
    if not keys:  # a graph that is one function
        schema = graph.get_input_jsonschema()
        if schema.get("type") == "string":
            return words
        keys = list(schema.get("properties", ()))
    if "messages" in keys:
        remembers = state is not None and bool(state.values)
        return {"messages": [*_messages(untold(job, remembers=remembers)), HumanMessage(words)]}
    for key in TEXT_INPUTS:
        if key in keys:
            return {key: words}
    hint = "give its state a key `messages`, or `question`"
    raise AgentError(f"The graph takes {', '.join(keys) or 'nothing'}, and no question.", hint=hint, retryable=False)


def _messages(before: Sequence[ConversationTurn]) -> list[AnyMessage]:
    turns: list[AnyMessage] = []
    for turn in before:
        turns += [HumanMessage(turn.question), AIMessage(turn.answer or turn.clarification)]
    return turns
