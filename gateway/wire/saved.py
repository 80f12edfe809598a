"""Saved questions as the outside wire has them."""

from typing import Annotated, Literal

import msgspec

from bus.contract.kept.saved import (
    MAX_NAME_CHARS,
    MAX_PARAMETERS,
    MAX_PINNED,
    MAX_VALUE_CHARS,
    BoardRun,
    Parameter,
    SavedContent,
    SavedQuestion,
)
from bus.wire.replies import Filled


class NewSaved(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question, or a `statement` (SQL), to be asked again. What stands as `{name}` in it is a parameter; empty names
    of agent and model are the server's choice. A board that is open asks again every so many minutes, with 0 never."""

    name: Annotated[str, msgspec.Meta(extra_json_schema={"minLength": 1, "maxLength": MAX_NAME_CHARS})]
    query: str
    statement: bool = False
    agent: str = ""
    model: str = ""
    parameters: Annotated[list[Parameter], msgspec.Meta(extra_json_schema={"maxItems": MAX_PARAMETERS})] = []
    refresh_minutes: Literal[0, 1, 5, 15, 60] = 0


class OutsideSaved(NewSaved, frozen=True, kw_only=True):
    """A saved question. `place` is where it stands on the board, from 0, null where it is not pinned; `latest` its
    latest run there, null where there is none of what it asks now."""

    saved_id: str
    created_at: float
    place: int | None
    latest: BoardRun | None


class SavedList(msgspec.Struct, frozen=True):
    """One's own, the earliest first. `now` is the server's time, in Unix seconds, as `asked_at` is."""

    saved: list[OutsideSaved]
    now: float


class BoardOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands on the board, in this order."""

    saved_ids: Annotated[list[str], msgspec.Meta(extra_json_schema={"maxItems": MAX_PINNED})]


class ParameterValues(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Values by parameter; where there is none the default holds."""

    values: dict[str, Annotated[str, msgspec.Meta(extra_json_schema={"maxLength": MAX_VALUE_CHARS})]] = {}


class FilledQuestion(msgspec.Struct, frozen=True):
    """What is to be asked; empty names are the server's choice."""

    query: str
    agent: str
    model: str


def content_of(wanted: NewSaved) -> SavedContent:
    """The content of a question to be saved; on the outside wire its text is called `query`."""
    facts = msgspec.structs.asdict(wanted)
    return SavedContent(text=facts.pop("query"), **facts)


def outside_saved(saved: SavedQuestion) -> OutsideSaved:
    """A saved question as its owner gets it."""
    facts = msgspec.structs.asdict(saved.content)
    row = msgspec.structs.asdict(saved)
    del row["content"]
    return OutsideSaved(query=facts.pop("text"), **facts, **row)


def filled_question(filled: Filled) -> FilledQuestion:
    return FilledQuestion(filled.question, filled.agent, filled.model)
