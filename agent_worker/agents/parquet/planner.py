"""The first node: from the question to a plan."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime

from agent_worker.agents.parquet.candidates.ask_candidates import ask_candidates
from agent_worker.agents.parquet.candidates.hardness import is_hard
from agent_worker.agents.parquet.exploration.focus import focus_on
from agent_worker.agents.parquet.exploration.tool_loop import explore
from agent_worker.agents.parquet.state import AgentState, monitor
from agent_worker.llm.errors import ToolsRefused
from agent_worker.llm.prompts.requests import PlanRequest
from agent_worker.offline import planner as offline
from agent_worker.plan import Plan, SqlPlan, Turn
from bus.contract.events import Clarification, Event, Status


async def plan(state: AgentState) -> AsyncGenerator[Event, None]:
    """SQL typed by the person runs as it is; the model plans where there is one, else the offline planner."""
    question = state.job.question
    if state.backends.engine.looks_like_sql(question):
        state.typed_sql = True
        state.plan = SqlPlan(question.strip().rstrip(";"), title="Your statement")
    elif state.backends.model is not None:
        yield Status(f"planning with {state.backends.model.settings.model}")
        state.request = await asyncio.to_thread(_request, state)  # so that a stop finds the loop free
        async for event in _with_model(state):
            yield event
    else:
        yield Status("planning without a model (offline planner)")
        state.plan = await asyncio.to_thread(_plan_offline, state)
        yield monitor(f"**Offline planner**\n\n{_in_words(state.plan)}\n\n")


async def _with_model(state: AgentState) -> AsyncGenerator[Event, None]:
    """A plan after looks at the data, where the model takes tools; else, and where that comes to none, at once.

    That it takes none is noted where it plans well without: a reply that is nonsense both ways says nothing of tools.
    """
    model, request = state.backends.model, state.request
    assert model is not None
    assert request is not None
    refused = False
    if model.takes_tools and state.context.settings.agent.max_tool_calls:
        try:
            async with aclosing(explore(state)) as events:
                async for event in events:
                    yield event
        except ToolsRefused as error:
            refused = True
            yield Status(f"{error}; asking for a plan")
    if state.plan is None:
        state.plan = await model.plan(request)
    model.refuses_tools = model.refuses_tools or refused
    if isinstance(state.plan, SqlPlan) and state.context.settings.agent.candidates > 1 and is_hard(state.plan.sql):
        async with aclosing(ask_candidates(state)) as events:
            async for event in events:
                yield event
    for note in model.notes:
        if note not in state.job.model_notes:
            state.context.model_noted(note)


def _request(state: AgentState) -> PlanRequest:
    question, catalog, history = state.question, state.catalog, state.history
    today = datetime.now().astimezone().date().isoformat()
    return PlanRequest(question, catalog, history, focus_on(question, catalog, history), today)


def _plan_offline(state: AgentState) -> Plan:
    """What the person says to a question that was asked back follows the question it was about."""
    job, history, today = state.job, state.history, datetime.now().astimezone().date()
    if not job.user_clarification:
        return offline.plan(job.question, state.catalog, history, today)
    asked = history if history and history[-1].clarification else (*history, Turn(job.question))
    return offline.plan(job.user_clarification, state.catalog, asked, today)


def _in_words(plan: Plan) -> str:
    if isinstance(plan, SqlPlan):
        return f"Read as: {plan.reading}"
    return "Asked back." if isinstance(plan, Clarification) else "Answered without data."
