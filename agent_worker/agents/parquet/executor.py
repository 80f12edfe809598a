"""The second node: runs the plan's statement, streams its rows, and lets the model repair it when it fails."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import pyarrow as pa

from agent_worker.agents.parquet.charts.fitting import fitting_chart
from agent_worker.agents.parquet.charts.spec import MAX_POINTS, chart_spec, of_rows
from agent_worker.agents.parquet.exploration.second_look import second_look
from agent_worker.agents.parquet.failed_statements import Failures
from agent_worker.agents.parquet.state import AgentState, monitor
from agent_worker.agents.parquet.units import output_units
from agent_worker.catalog.names import left_out
from agent_worker.context import AgentError
from agent_worker.engine.core import ResultEnd
from agent_worker.engine.errors import EngineError
from agent_worker.engine.guard import StatementRefused
from agent_worker.llm.prompt_monitor import failed
from agent_worker.llm.prompts.preview import Preview, PreviewBuilder
from agent_worker.plan import Plan, SqlPlan
from bus.contract.catalog import LeftOut
from bus.contract.events import Chart, Event, Sql, TableRows, TableSchema, Warn
from bus.contract.vocabulary import Reason
from bus.values.arrow_stream import read_table
from bus.values.counts import counted
from bus.values.rows import table_rows

PROGRESS_EVERY_S = 0.2


async def execute(state: AgentState) -> AsyncGenerator[Event, None]:
    """Run the statement; on an error ask the model for a better one, at most `max_repairs` times. What has failed is
    not run again. Once, the model is asked about a result that seems to have missed what was looked for."""
    failures, looked = Failures(), False
    while isinstance(plan := state.plan, SqlPlan):
        try:
            failures.hold(plan.sql)
            async with aclosing(_run(state, plan)) as events:
                async for event in events:
                    yield event
        except (EngineError, StatementRefused) as error:
            yield monitor(failed(str(error)))
            failures.add(plan.sql, error)
            yield _repairing(state, failures)
            state.plan = await _repaired(state, failures)
            continue
        if looked or state.request is None:
            return
        looked = True
        async with aclosing(second_look(state)) as events:
            async for event in events:
                yield event
        if state.plan is plan:
            return


def _repairing(state: AgentState, failures: Failures) -> Warn:
    """What is said before another try; raises AgentError where there is none."""
    error, repairs = failures.last, failures.count
    if state.request is None or not _worth_repairing(error) or repairs > _max_repairs(state):
        raise _for_people(error, repairs - 1, state.catalog.left_out) from error
    return Warn(f"{failures.said}; asking the model for a better one ({repairs}).")


async def _repaired(state: AgentState, failures: Failures) -> Plan:
    assert state.backends.model is not None
    assert state.request is not None
    return await state.backends.model.repair(state.request, failures.tries)


def _max_repairs(state: AgentState) -> int:
    return state.context.settings.agent.max_repairs


def _worth_repairing(error: EngineError | StatementRefused) -> bool:
    """Whether the model could write a better one: not for want of memory or time."""
    return isinstance(error, StatementRefused) or error.kind in ("binder", "syntax", "other")


async def _run(state: AgentState, plan: SqlPlan) -> AsyncGenerator[Event, None]:
    engine = state.backends.engine
    yield Sql(plan.sql)
    yield monitor(f"**SQL**\n\n```sql\n{plan.sql}\n```\n\n")
    reporting = asyncio.create_task(_report_progress(state))
    builder = PreviewBuilder(())
    points: list[list[Any]] = []
    try:
        async with aclosing(engine.run(plan.sql, max_rows=state.job.max_rows)) as items:
            async for item in items:
                if isinstance(item, TableSchema):
                    builder = PreviewBuilder(tuple(item.columns))
                    yield item
                elif isinstance(item, TableRows):
                    for batch in read_table(item.arrow).to_batches():
                        builder.add(batch)
                        points += _points(batch, len(points)) if plan.chart or state.typed_sql else []
                    yield item
                else:
                    state.preview = builder.build(truncated=item.truncated)
                    for event in [*_chart(state, plan, state.preview, points), *_at_end(state, item)]:
                        yield event
    finally:
        reporting.cancel()


def _points(batch: pa.RecordBatch, known: int) -> list[list[Any]]:
    """What of these rows a chart that has so many points can still draw."""
    return table_rows(pa.Table.from_batches([batch.slice(0, MAX_POINTS - known)])) if known < MAX_POINTS else []


def _chart(state: AgentState, plan: SqlPlan, preview: Preview, points: list[list[Any]]) -> list[Event]:
    """The picture that the plan has proposed, if it fits what came; of a typed statement the one that fits."""
    hint = fitting_chart(preview.columns, points, preview.row_count) if state.typed_sql else plan.chart
    if hint is None:
        return []
    title = f"{hint.y}, by {hint.x}" if state.typed_sql else plan.title
    tables = {table.name: [column.name for column in table.columns] for table in state.catalog.tables}
    names = [column.name for column in preview.columns]
    units = output_units(plan.sql, names, state.catalog.description.units, tables)
    spec = chart_spec(hint, preview.columns, points, title, units)
    return [Chart(of_rows(spec, preview.row_count))] if spec is not None else []


def _at_end(state: AgentState, end: ResultEnd) -> list[Event]:
    state.context.truncated = end.truncated
    rows = counted(end.rows, "row")
    events: list[Event] = [monitor(f"{rows} in {end.ms:,.0f} ms\n\n")]
    if end.truncated:
        events.append(Warn(f"The result was cut off after {rows}, the limit for one question."))
    return events


async def _report_progress(state: AgentState) -> None:
    """Say how far the engine is, whenever a person would see a difference."""
    while True:
        await asyncio.sleep(PROGRESS_EVERY_S)
        state.context.progress(state.backends.engine.progress(), "running the statement")


def _for_people(error: EngineError | StatementRefused, repairs: int, those: tuple[LeftOut, ...]) -> AgentError:
    tried = f" (after {counted(repairs, 'repair')})" if repairs else ""
    if isinstance(error, StatementRefused):
        return AgentError(f"{error}{tried}", code="refused", hint="only reading is possible here", retryable=False)
    if error.kind == "out_of_memory":
        hint = "ask for less, for example with a filter or a LIMIT, or raise [worker] engine_memory_bytes"
        return AgentError(error.message, code="memory", hint=hint, reason=Reason.MEMORY)
    if error.kind == "timeout":
        return AgentError(error.message, code="deadline", hint="ask for less", reason=Reason.DEADLINE)
    why = left_out(error.missing, those) if error.missing else None
    if why is not None:
        hint = "put the file right and ask again: the tables are read anew"
        return AgentError(f"There is no table {error.missing}. {why}", code="sql_binder", hint=hint)
    hint = "see to the data and ask again" if error.kind == "io" else "correct the statement and ask again"
    return AgentError(f"{error.message}{tried}", code=f"sql_{error.kind}", hint=hint)
