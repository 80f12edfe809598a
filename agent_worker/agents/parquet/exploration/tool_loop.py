"""The planner for models that take tools: they look at the data, and end with an answer's statement or a question."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, Literal

from agent_worker.agents.parquet.exploration.look_tools import CannotLook, LookResult, look
from agent_worker.agents.parquet.state import AgentState
from agent_worker.engine.errors import EngineError
from agent_worker.engine.guard import StatementRefused
from agent_worker.llm.errors import ToolsRefused
from agent_worker.llm.prompts.plan_reply import NotAPlan, read_plan
from agent_worker.llm.prompts.requests import LookRecord, Message
from agent_worker.llm.prompts.tools import END_KINDS, LOOK_ARGUMENTS, ToolUse, plan_of_use, result_block
from agent_worker.plan import Plan
from bus.contract.events import Event, Status, Tool

Ended = Literal["finished", "failed"]

MAX_TURNS_BESIDE = 3
"""Turns beyond those in which it looks: to end, and to put right what was no call."""
MAX_USES_IN_A_TURN = 8


class LookBudget:
    """How often, and how long from its first look on, a model may still look."""

    def __init__(self, calls: int, seconds: float) -> None:
        self._calls = calls
        self._seconds = seconds
        self._since: float | None = None

    @property
    def left_s(self) -> float:
        gone_s = time.monotonic() - self._since if self._since is not None else 0.0
        return max(0.0, self._seconds - gone_s)

    @property
    def left(self) -> bool:
        return self._calls > 0 and self.left_s > 0

    def take(self) -> None:
        """Count a look. Raises CannotLook where there is none left."""
        if not self.left:
            raise CannotLook("You cannot look any more: call answer, ask_back or say now.")
        self._calls -= 1
        self._since = self._since if self._since is not None else time.monotonic()


async def explore(state: AgentState) -> AsyncGenerator[Event, None]:
    """Have the model look until it has a plan, which then stands in the state; none does where it calls no tool, or
    never ends. Raises ToolsRefused."""
    assert state.backends.model is not None
    assert state.request is not None
    limits = state.context.settings.agent
    budget = LookBudget(limits.max_tool_calls, limits.max_tool_s)
    exchange: list[Message] = []
    for _ in range(limits.max_tool_calls + MAX_TURNS_BESIDE):
        turn = await state.backends.model.look(state.request, exchange, looks=budget.left)
        if not turn.uses:
            state.plan = _plan_in(turn.text)
            if state.plan is None and not exchange:
                raise ToolsRefused("the model calls no tools")
            break
        results: list[dict[str, Any]] = []
        for use in turn.uses[:MAX_USES_IN_A_TURN]:
            async with aclosing(_use(state, use, budget, results)) as events:
                async for event in events:
                    yield event
            if state.plan is not None:
                return
        results += [result_block(use, "Too many calls at once.", failed=True) for use in turn.uses[MAX_USES_IN_A_TURN:]]
        exchange += [{"role": "assistant", "content": turn.blocks}, {"role": "user", "content": results}]
    if state.plan is None:
        yield Status("the model came to no end with its tools; asking for a plan")


def _plan_in(text: str) -> Plan | None:
    """Some models write the plan where they should call a tool."""
    try:
        return read_plan(text)
    except NotAPlan:
        return None


async def _use(
    state: AgentState, use: ToolUse, budget: LookBudget, results: list[dict[str, Any]]
) -> AsyncGenerator[Event, None]:
    """One call: the plan that it is, or a look, each look between its two events."""
    try:
        if use.name in END_KINDS:
            state.plan = plan_of_use(use)
            return
        argument = _argument(use)
        budget.take()
    except (NotAPlan, CannotLook) as error:
        results.append(result_block(use, f"{error}", failed=True))
        return
    arguments = {LOOK_ARGUMENTS[use.name]: argument}
    yield Tool(use.name, arguments, "started")
    began = time.monotonic()
    state_of_it, found = await _looked(state, use.name, argument, budget.left_s)
    ms = round((time.monotonic() - began) * 1000, 1)
    yield Tool(use.name, arguments, state_of_it, ms, found.summary)
    results.append(result_block(use, found.text, failed=state_of_it == "failed"))
    if state_of_it == "finished":
        state.findings.append(LookRecord(f"{use.name} {argument}", found.text))


def _argument(use: ToolUse) -> str:
    """The one argument of a look. Raises CannotLook."""
    if use.name not in LOOK_ARGUMENTS:
        known = ", ".join([*LOOK_ARGUMENTS, *END_KINDS])
        raise CannotLook(f"There is no tool {use.name[:100]!r}; there are {known}.")
    name = LOOK_ARGUMENTS[use.name]
    value = use.arguments.get(name)
    if not isinstance(value, str) or not value.strip():
        raise CannotLook(f"{use.name} needs {name}, a text that is not empty.")
    return value.strip()


async def _looked(
    state: AgentState, name: str, argument: str, left_s: float
) -> tuple[Literal["finished", "failed"], LookResult]:
    """What it found, or the error as the model and people are told it."""
    try:
        async with asyncio.timeout(left_s):
            return "finished", await look(state, name, argument)
    except TimeoutError:
        text = "It took longer than there is time for looking."
    except (CannotLook, StatementRefused, EngineError) as error:
        text = str(error)
    return "failed", LookResult(text, text.splitlines()[0][:200])
