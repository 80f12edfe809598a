"""Keeps each event of an agent within what every client takes."""

from collections.abc import Iterator
from typing import Any

import msgspec

from agent_worker.context import in_range
from bus.contract.events import Event, Node, Progress, ResponseChunk, Status, Tool, Warn
from bus.values.visible import shortened

MAX_TEXT_CHARS = 65_536
"""Of one piece of text: in JSON it stays under 1 MiB whatever its characters, which the strictest clients take."""

MAX_MESSAGE_CHARS = 4_000
"""Of a status, a warning or a message of progress."""

MAX_NAME_CHARS = 200
"""Of a step's name."""


def within_limits(event: Event) -> Iterator[Event]:
    """The event as one or more that keep the limits: a long text in pieces, a long message cut off, a fraction between
    0 and 1."""
    match event:
        case ResponseChunk(field, chunk):
            for at in range(0, len(chunk), MAX_TEXT_CHARS) or (0,):
                yield ResponseChunk(field, chunk[at : at + MAX_TEXT_CHARS])
        case Status(message) | Warn(message):
            yield msgspec.structs.replace(event, message=shortened(message, MAX_MESSAGE_CHARS))
        case Progress(fraction, message):
            yield Progress(in_range(fraction), shortened(message, MAX_MESSAGE_CHARS))
        case Node(name):
            yield msgspec.structs.replace(event, node=shortened(name, MAX_NAME_CHARS))
        case Tool(name, arguments, found=found):
            yield msgspec.structs.replace(
                event,
                name=shortened(name, MAX_NAME_CHARS),
                arguments={shortened(key, MAX_NAME_CHARS): _short(value) for key, value in arguments.items()},
                found=shortened(found, MAX_MESSAGE_CHARS),
            )
        case _:
            yield event


def _short(value: Any) -> Any:
    """An argument as it is if it is small, else the beginning of its text."""
    if isinstance(value, bool | int | float | None):
        return value
    text = value if isinstance(value, str) else str(value)
    return shortened(text, MAX_MESSAGE_CHARS)
