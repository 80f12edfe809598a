"""The last node: the result in words."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from agent_worker.agents.parquet.state import AgentState
from agent_worker.llm import AnswerRequest, ModelError, Preview
from agent_worker.plan import SqlPlan
from bus.contract.events import Column, Event, ResponseChunk, Status, Warn
from bus.values.logical_types import parse_type
from bus.values.value_text import readable_text

FEW_ROWS = 3

CUT_OFF = frozenset({"llm_max_tokens", "llm_context_exceeded"})
"""Ways in which an answer ends too early, and asking again would end it there again."""


async def answer(state: AgentState) -> AsyncGenerator[Event, None]:
    """The model's words, token by token; without a model (or for a typed statement) a sentence of our own."""
    plan, preview = state.plan, state.preview
    assert isinstance(plan, SqlPlan)
    assert preview is not None
    model = state.tools.model
    if model is None or state.typed_sql:
        yield ResponseChunk("response", _in_our_words(plan, preview, typed_sql=state.typed_sql))
        return
    yield Status(f"writing the answer with {model.settings.model}")
    request = AnswerRequest(state.question, plan.sql, preview, plan.reading, state.history)
    said = False
    try:
        async with aclosing(model.answer(request)) as texts:
            async for text in texts:
                said = True
                yield ResponseChunk("response", text)
    except ModelError as error:
        if not said or error.code not in CUT_OFF:
            raise
        # The rows are whole and most of the text is there: an answer, though a short one.
        yield Warn(f"{error.message[:1].upper()}{error.message[1:]}. {error.hint}")


def _in_our_words(plan: SqlPlan, preview: Preview, *, typed_sql: bool) -> str:
    reading = "" if typed_sql or not plan.reading else f"*Read as: {plan.reading.rstrip('.')}.*\n\n"
    note = f"\n\n{plan.note}" if plan.note else ""
    return f"{reading}{_what_came(preview)}{note}"


def _what_came(preview: Preview) -> str:
    if not preview.row_count:
        return "There are **no rows** that fit."
    if preview.row_count == 1 and len(preview.columns) <= FEW_ROWS:
        return ", ".join(
            f"{column.name}: **{_shown(value, column)}**"
            for column, value in zip(preview.columns, preview.rows[0], strict=True)
        )
    cut = ", and there are more" if preview.truncated else ""
    return f"**{preview.row_count:,} row{'' if preview.row_count == 1 else 's'}**{cut}."


def _shown(value: Any, column: Column) -> str:
    return readable_text(value, parse_type(column.type), column.name) or ("nothing (null)" if value is None else "")
