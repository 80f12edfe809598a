"""One more look where a statement ran but seems to have missed what it looked for."""

import asyncio
from collections.abc import AsyncGenerator

from agent_worker.agents.parquet.exploration.earlier_result import is_same
from agent_worker.agents.parquet.exploration.look_tools import preview_of
from agent_worker.agents.parquet.exploration.suspicion import near_values, suspicion
from agent_worker.agents.parquet.state import AgentState
from agent_worker.engine.errors import EngineError
from agent_worker.engine.guard import StatementRefused
from agent_worker.llm.errors import BudgetExceeded, ModelError
from agent_worker.llm.prompts.preview import Preview
from agent_worker.plan import Plan, SqlPlan
from bus.contract.events import Clarification, Event, Status, Warn

FEW_ROWS = 2
"""Enough to see whether a statement finds more than the one before."""


async def second_look(state: AgentState) -> AsyncGenerator[Event, None]:
    """Put another plan into the state where the model has one that finds more, or would rather ask; else nothing
    happens: the result that is there stands."""
    plan, preview = state.plan, state.preview
    if preview is None or not isinstance(plan, SqlPlan) or not state.context.settings.agent.look_again:
        return
    odd = _odd(state, plan, preview)
    if not odd:
        return
    yield Status(f"{odd}: looking once more with near values")
    try:
        other = await _another_plan(state, plan, odd)
    except (ModelError, BudgetExceeded) as error:
        yield Warn(f"No second look was possible: {error}.")
        return
    if isinstance(other, Clarification) or (isinstance(other, SqlPlan) and await _finds_more(state, other)):
        state.plan = other


def _odd(state: AgentState, plan: SqlPlan, preview: Preview) -> str:
    """What is odd about the plan's result, in a few words; empty where nothing is."""
    if odd := suspicion(state.question, preview):
        return odd
    same = is_same(state.context.store, plan.sql, preview)
    return "the same result as the question before, by another statement" if same else ""


async def _another_plan(state: AgentState, plan: SqlPlan, odd: str) -> Plan | None:
    """What the model thinks of it; None where it holds to its statement."""
    assert state.backends.model is not None
    assert state.request is not None
    near = await asyncio.to_thread(near_values, plan.sql, state.catalog)
    other = await state.backends.model.look_again(state.request, plan.sql, odd, near)
    same = isinstance(other, SqlPlan) and other.sql.split() == plan.sql.split()
    return None if same else other


async def _finds_more(state: AgentState, plan: SqlPlan) -> bool:
    """Does the statement give something that is not odd? Its rows are not shown yet: it may fail."""
    try:
        preview = await preview_of(state.backends.engine, plan.sql, FEW_ROWS)
    except (EngineError, StatementRefused):
        return False
    return not _odd(state, plan, preview)
