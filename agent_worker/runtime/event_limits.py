"""Keeps each event of an agent within what every client takes."""

from collections.abc import Iterator
from typing import Any

import msgspec

from agent_worker.context import in_range
from agent_worker.whole_text import whole
from bus.contract.events import (
    Chart,
    Clarification,
    Event,
    ModelCall,
    Node,
    Progress,
    ResponseChunk,
    Sql,
    Status,
    Tool,
    Warn,
)
from bus.values.visible import shortened

MAX_TEXT_CHARS = 65_536
"""The longest piece of text: in JSON it stays under 1 MiB whatever its characters, which the strictest clients take."""

MAX_MESSAGE_CHARS = 4_000
"""The longest status, warning or message of progress."""

MAX_NAME_CHARS = 200
"""The longest name of a step, and text of a suggestion."""

MAX_SUGGESTIONS = 20

MAX_CHART_BYTES = 1024 * 1024
"""The largest chart, as JSON: it is sent in one piece."""


def within_limits(event: Event) -> Iterator[Event]:
    """The event as one or more that keep the limits: a long text in pieces, a long message cut off, a fraction between
    0 and 1."""
    match event:
        case ResponseChunk(field, chunk):
            for at in range(0, len(chunk), MAX_TEXT_CHARS) or (0,):
                yield ResponseChunk(field, chunk[at : at + MAX_TEXT_CHARS])
        case Status(message) | Warn(message):
            yield msgspec.structs.replace(event, message=_text(message))
        case Progress(fraction, message):
            yield Progress(in_range(fraction), _text(message))
        case Node(name):
            yield msgspec.structs.replace(event, node=_name(name))
        case ModelCall(purpose, model):
            yield msgspec.structs.replace(event, purpose=_name(purpose), model=_name(model))
        case Sql(sql):
            yield Sql(shortened(whole(sql), MAX_TEXT_CHARS))
        case Chart():
            yield _chart(event)
        case Tool(name, arguments, found=found):
            yield msgspec.structs.replace(
                event,
                name=_name(name),
                arguments={_name(key): _short(value) for key, value in arguments.items()},
                found=_text(found),
            )
        case _:
            yield event


def asked_within_limits(asked: Clarification) -> Clarification:
    """A question that a job asks back, cut to the limits: its text, its suggestions and its SQL."""
    return msgspec.structs.replace(
        asked,
        question=_text(asked.question),
        suggestions=[_name(one) for one in asked.suggestions[:MAX_SUGGESTIONS]],
        sql=shortened(whole(asked.sql), MAX_TEXT_CHARS),
    )


def _chart(chart: Chart) -> Event:
    """The chart, or why it is not shown. One that has no encoding fails the job where events are sent."""
    try:
        size = len(msgspec.json.encode(chart.spec))
    except (TypeError, ValueError, OverflowError, RecursionError):
        return chart
    words = f"The agent's chart has {size:,} bytes and is not shown; the limit is {MAX_CHART_BYTES:,}."
    return chart if size <= MAX_CHART_BYTES else Warn(words)


def _text(text: str) -> str:
    return shortened(whole(text), MAX_MESSAGE_CHARS)


def _name(text: str) -> str:
    return shortened(whole(text), MAX_NAME_CHARS)


def _short(value: Any) -> Any:
    """An argument as it is if it is small, else the beginning of its text."""
    if isinstance(value, bool | int | float | None):
        return value
    return _text(value if isinstance(value, str) else str(value))
