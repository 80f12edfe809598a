"""The first node: from the question to a plan."""

import asyncio
from collections.abc import AsyncGenerator

from agent_worker import offline
from agent_worker.agents.parquet.state import AgentState, monitor
from agent_worker.llm import PlanRequest
from agent_worker.plan import Plan, SqlPlan, Turn
from bus.contract.events import Clarification, Event, Status


async def plan(inquiry: AgentState) -> AsyncGenerator[Event, None]:
    """SQL typed by the person runs as it is; the model plans where there is one, else the offline planner."""
    question = inquiry.job.question
    if inquiry.workplace.engine.looks_like_sql(question):
        inquiry.typed_sql = True
        inquiry.plan = SqlPlan(question.strip().rstrip(";"), title="Your statement")
    elif inquiry.workplace.model is not None:
        yield Status(f"planning with {inquiry.workplace.model.settings.model}")
        inquiry.plan = await inquiry.workplace.model.plan(plan_request(inquiry))
    else:
        yield Status("planning without a model (offline planner)")
        inquiry.plan = await asyncio.to_thread(_plan_offline, inquiry)  # so that a stop finds the loop free
        yield monitor(f"**Offline planner**\n\n{_in_words(inquiry.plan)}\n\n")


def plan_request(inquiry: AgentState) -> PlanRequest:
    return PlanRequest(inquiry.question, inquiry.catalog, inquiry.history)


def _plan_offline(inquiry: AgentState) -> Plan:
    """What the person says to a question that was asked back follows the question it was about."""
    job = inquiry.job
    if not job.user_clarification:
        return offline.plan(job.question, inquiry.catalog, inquiry.history)
    asked = (*inquiry.history, Turn(job.question))
    return offline.plan(job.user_clarification, inquiry.catalog, asked)


def _in_words(plan: Plan) -> str:
    if isinstance(plan, SqlPlan):
        return f"Read as: {plan.reading}"
    return "Asked back." if isinstance(plan, Clarification) else "Answered without data."
