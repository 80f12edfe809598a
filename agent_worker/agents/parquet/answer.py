"""The last node: the result in words."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from agent_worker.agents.parquet.figures.check import unsupported
from agent_worker.agents.parquet.state import AgentState
from agent_worker.llm.errors import ModelError
from agent_worker.llm.prompts.preview import Preview
from agent_worker.llm.prompts.requests import AnswerRequest
from agent_worker.plan import SqlPlan
from bus.contract.events import Column, Event, ResponseChunk, Status, Warn
from bus.values.counts import counted
from bus.values.logical_types import parse_type
from bus.values.value_text import readable_text

FEW_ROWS = 3
MAX_SHOWN_CHARS = 300
"""The longest text of a value within a sentence, in characters."""

MOST_NAMED = 5
"""How many figures that are not in the result a warning names at most."""

CUT_OFF = frozenset({"llm_max_tokens", "llm_context_exceeded"})
"""Ways in which an answer ends too early, and asking again would end it there again."""


async def answer(state: AgentState) -> AsyncGenerator[Event, None]:
    """The reading, the model's words token by token, and a warning about figures of them that are not in the result.
    Without a model (or for a typed statement) a sentence of our own."""
    plan, preview = state.plan, state.preview
    assert isinstance(plan, SqlPlan)
    assert preview is not None
    model = state.backends.model
    if model is None or state.typed_sql:
        yield ResponseChunk("response", _in_our_words(plan, preview, typed_sql=state.typed_sql))
        if names := without_a_number(preview):
            yield Warn(_no_numbers(names))
        return
    if above := _above(plan.reading, state.agreement):
        yield ResponseChunk("response", above)
    yield Status(f"writing the answer with {model.settings.model}")
    request = AnswerRequest(state.question, plan.sql, preview, plan.reading, state.history)
    said: list[str] = []
    try:
        async with aclosing(model.answer(request)) as texts:
            async for text in texts:
                said.append(text)
                yield ResponseChunk("response", text)
    except ModelError as error:
        if not said or error.code not in CUT_OFF:
            raise
        # The rows are whole and most of the text is there: an answer, though a short one.
        yield Warn(f"{error.message[:1].upper()}{error.message[1:]}. {error.hint}")
    if not "".join(said).strip():
        yield ResponseChunk("response", what_came(preview))
        yield Warn(f"{model.settings.model} said nothing about the result.")
    if wrong := unsupported("".join(said), preview, _asked(request)):
        yield Warn(_not_in_the_result(wrong, preview))
    if names := without_a_number(preview):
        yield Warn(_no_numbers(names))


def _asked(request: AnswerRequest) -> list[str]:
    """The texts said before the answer: a figure that stands there is no claim of the answer's."""
    turns = [text for turn in request.history for text in (turn.question, turn.answer)]
    return [request.question, request.sql, request.reading, *turns]


def without_a_number(preview: Preview) -> list[str]:
    """The columns of numbers in which NaN stands, in their order."""
    columns = enumerate(preview.columns)
    floats = [(place, column.name) for place, column in columns if column.type in ("FLOAT", "DOUBLE")]
    return [name for place, name in floats if any(row[place] == "NaN" for row in preview.rows)]


def _no_numbers(names: list[str]) -> str:
    listed = ", ".join(names[:MOST_NAMED]) + (" and more columns" if len(names) > MOST_NAMED else "")
    are = "are" if len(names) > 1 else "is"
    return (
        f"{listed} {are} not a number (NaN) in at least one row: NaN in the data is not taken for missing, so what is "
        "computed from it is NaN too. Add `NOT isnan(COLUMN)` to the statement's conditions to leave it out."
    )


def _not_in_the_result(wrong: list[str], preview: Preview) -> str:
    named = [f"“{figure}”" for figure in wrong[:MOST_NAMED]]
    more = [f"{len(wrong) - MOST_NAMED} more figures"] if len(wrong) > MOST_NAMED else []
    *others, last = [*named, *more]
    figures = f"{', '.join(others)} and {last}" if others else last
    seen = "the result"
    if preview.row_count > len(preview.rows):
        seen = f"the first {len(preview.rows)} rows of the result, nor in its totals"
    neither = "neither" if preview.row_count > len(preview.rows) else "not"
    it = "them" if others else "it"
    return f"{figures} {'are' if others else 'is'} {neither} in {seen}: check {it} against the table."


def _above(reading: str, agreement: str = "") -> str:
    """One line above the answer, in Markdown: how the question was understood, and how many plans agree. Empty for
    neither."""
    said = [f"Read as: {reading}" if reading else "", agreement]
    sentences = [f"{' '.join(text.split()).rstrip('.')}." for text in said if text]
    return f"*{' '.join(sentences)}*\n\n" if sentences else ""


def _in_our_words(plan: SqlPlan, preview: Preview, *, typed_sql: bool) -> str:
    reading = "" if typed_sql else _above(plan.reading)
    note = f"\n\n{plan.note}" if plan.note else ""
    return f"{reading}{what_came(preview)}{note}"


def what_came(preview: Preview) -> str:
    """How many rows, or what stands in a single one of few columns."""
    if not preview.row_count:
        return "There are **no rows** that fit."
    if preview.row_count == 1 and len(preview.columns) <= FEW_ROWS:
        return ", ".join(
            f"{column.name}: **{_shown(value, column)}**"
            for column, value in zip(preview.columns, preview.rows[0], strict=True)
        )
    cut = ", and there are more" if preview.truncated else ""
    return f"**{counted(preview.row_count, 'row')}**{cut}."


def _shown(value: Any, column: Column) -> str:
    """The value as people read it; of a long text its beginning, because the table above has the whole."""
    text = readable_text(value, parse_type(column.type), column.name) or ("nothing (null)" if value is None else "")
    return text if len(text) <= MAX_SHOWN_CHARS else f"{text[:MAX_SHOWN_CHARS].rstrip()}…"
