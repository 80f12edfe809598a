"""What is known of a saved question: a text with parameters, asked again by a click, and its place on a board."""

from enum import StrEnum

import msgspec

MAX_SAVED = 500
"""Saved questions that one user may have."""
MAX_PINNED = 30
MAX_NAME_CHARS = 100
MAX_PARAMETERS = 20
MAX_VALUE_CHARS = 1_000
REFRESH_MINUTES = (0, 1, 5, 15, 60)
"""How often a board that is open asks again; 0: only when told to."""


class ParameterKind(StrEnum):
    """How a value is checked, and written into a statement."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"


class Parameter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands as `{name}` in the text, and the value that it has where none is given: a date is YYYY-MM-DD."""

    name: str
    kind: ParameterKind = ParameterKind.TEXT
    default: str = ""


class SavedContent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person saves. In the text of a `statement` (SQL) values become literals, in that of a question they stand
    as they are. Empty names of agent and model are the server's choice."""

    name: str
    text: str
    statement: bool = False
    agent: str = ""
    model: str = ""
    parameters: list[Parameter] = []
    refresh_minutes: int = 0


class BoardRun(msgspec.Struct, frozen=True):
    """The latest run on a board, in the conversation that was begun for it; `asked_at` in Unix seconds."""

    session_id: str
    conversation_id: str
    asked_at: float


class SavedQuestion(msgspec.Struct, frozen=True):
    """A row of the list. `place` is where it stands on the board, from 0; null: it is not pinned. `latest` is null
    until it has run there, and again once something else is asked by it."""

    saved_id: str
    created_at: float
    content: SavedContent
    place: int | None = None
    latest: BoardRun | None = None
