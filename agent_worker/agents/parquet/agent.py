"""The bundled agents: questions about Parquet data in plain words or SQL, and SQL alone."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable

from agent_worker.agents.backends import Backends, hold_to, model_failures, set_up
from agent_worker.agents.catalog.current import current_catalog
from agent_worker.agents.parquet.answer import answer
from agent_worker.agents.parquet.executor import execute
from agent_worker.agents.parquet.exploration import earlier_result
from agent_worker.agents.parquet.planner import plan
from agent_worker.agents.parquet.state import AgentState, monitor, node
from agent_worker.context import AgentContext
from agent_worker.llm.prompt_monitor import total
from agent_worker.plan import DirectAnswer, SqlPlan
from bus.contract.events import Clarification, Event, ResponseChunk, Status
from bus.wire.worker import JobSpec

Planner = Callable[[AgentState], AsyncGenerator[Event, None]]


def prepare(context: AgentContext) -> Backends:
    """Connect the engine and make the model's client, before the question is known."""
    return set_up(context)


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    """planner → executor → answer."""
    with model_failures():
        async for event in _ask(job, context, plan):
            yield event


async def run_typed_sql(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    """The statement as the person typed it, and nothing else."""
    async for event in _ask(job, context, _take_as_typed):
        yield event


async def _ask(job: JobSpec, context: AgentContext, planner: Planner) -> AsyncIterator[Event]:
    catalog = await current_catalog(job, context)
    backends: Backends = context.prepared
    backends.engine.attach(catalog)
    if backends.model is not None:
        hold_to(backends.model, job)
    state = AgentState(job, context, backends, catalog)
    async for event in node("planner", planner(state)):
        yield event
    if isinstance(state.plan, SqlPlan):
        async for event in node("executor", execute(state)):
            yield event
    if isinstance(state.plan, SqlPlan):
        if state.preview is not None and state.request is not None:
            earlier_result.keep(context.store, state.plan.sql, state.preview)
        async for event in node("answer", answer(state)):
            yield event
    elif isinstance(state.plan, Clarification):
        context.clarification = state.plan
        yield ResponseChunk("response", state.plan.question)
    elif isinstance(state.plan, DirectAnswer):
        yield ResponseChunk("response", state.plan.text)
    if backends.model is not None and not state.typed_sql:
        yield monitor(total(context.usage(), priced=backends.model.meter.price is not None))


async def _take_as_typed(state: AgentState) -> AsyncGenerator[Event, None]:
    state.typed_sql = True
    state.plan = SqlPlan(state.job.question.strip().rstrip(";"), title="Your statement")
    yield Status("running your statement")
