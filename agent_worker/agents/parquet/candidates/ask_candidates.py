"""Ask for further plans of a hard question, run each, and take the one that most of them agree with."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING, Literal

from agent_worker.agents.parquet.candidates.vote import PlanCandidate, settled, vote_on
from agent_worker.agents.parquet.exploration.look_tools import preview_of
from agent_worker.agents.parquet.state import AgentState, monitor
from agent_worker.engine.errors import EngineError
from agent_worker.engine.guard import StatementRefused
from agent_worker.llm.errors import BudgetExceeded, ModelError
from agent_worker.llm.prompts.preview import Preview
from agent_worker.plan import Plan, SqlPlan
from bus.contract.events import Event, Status, Tool, Warn
from bus.values.counts import counted

if TYPE_CHECKING:
    from agent_worker.llm.client import ModelClient

COMPARED_ROWS = 5_000
SHARE_FOR_PLANS = 0.5
"""The share of the question's budget that plans may use: the rest is for a repair and the answer."""


async def ask_candidates(state: AgentState) -> AsyncGenerator[Event, None]:
    """Put the plan into the state that most of up to `[agent] candidates` plans agree with, the first being the one
    that stands there. One after the other, so that the budget holds to the cent."""
    model, wanted = state.backends.model, state.context.settings.agent.candidates
    assert model is not None
    assert state.plan is not None
    spent_usd = model.meter.cost_usd
    yield Status(f"a hard question: comparing up to {wanted} plans by their results")
    candidates: list[PlanCandidate] = []
    plan: Plan | None = state.plan
    while plan is not None:
        async with aclosing(_run(state, plan, candidates)) as events:
            async for event in events:
                yield event
        if await asyncio.to_thread(settled, candidates, wanted):
            break
        plan = None
        if model.meter.share_used > SHARE_FOR_PLANS:
            yield Status("asking for no further plan: more than half of the question's budget is used")
            break
        try:
            plan = await _another(state, model, len(candidates))
        except (ModelError, BudgetExceeded) as error:
            yield Warn(f"No further plan was possible: {error}.")
    found = await asyncio.to_thread(vote_on, candidates)
    state.plan, state.agreement = candidates[found.chosen].plan, found.said if found.sure else ""
    if found.said:
        yield Status(found.said) if found.sure else Warn(found.said)
        yield monitor(f"**Second opinion:** {found.said}{_cost(model, spent_usd)}\n\n")


async def _another(state: AgentState, model: "ModelClient", number: int) -> Plan:
    assert state.request is not None
    return await model.candidate(state.request, state.findings, number)


async def _run(state: AgentState, plan: Plan, candidates: list[PlanCandidate]) -> AsyncGenerator[Event, None]:
    """Add what the plan's statement gives; people do not see its rows yet."""
    if not isinstance(plan, SqlPlan):
        candidates.append(PlanCandidate(plan, None))
        return
    name, arguments = "compare", {"sql": plan.sql}
    yield Tool(name, arguments, "started")
    began = time.monotonic()
    result, found = await _result(state, plan.sql)
    candidates.append(PlanCandidate(plan, result))
    ended: Literal["finished", "failed"] = "finished" if result is not None else "failed"
    yield Tool(name, arguments, ended, round((time.monotonic() - began) * 1000, 1), found)


async def _result(state: AgentState, sql: str) -> tuple[Preview | None, str]:
    """The statement's first rows and a few words about them; or None, and why there are none."""
    try:
        async with asyncio.timeout(state.context.settings.agent.max_tool_s):
            preview = await preview_of(state.backends.engine, sql, COMPARED_ROWS)
    except TimeoutError:
        return None, "It took longer than there is time for comparing."
    except (EngineError, StatementRefused) as error:
        return None, str(error).splitlines()[0][:200]
    rows = counted(preview.row_count, "row")
    return preview, f"the first {rows}" if preview.truncated else rows


def _cost(model: "ModelClient", spent_usd: float) -> str:
    priced = model.meter.price is not None
    return f" · ${model.meter.cost_usd - spent_usd:.6f} for the further plans" if priced else ""
