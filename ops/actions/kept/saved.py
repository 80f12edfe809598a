"""Saved questions from the command line: found by name, and filled."""

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from bus.contract.saved import SavedQuestion
from ops.client.access import JobsAccess, Query
from ops.client.connect import connect
from ops.errors import OpsError
from ops.target import Target


async def read_saved(target: Target) -> Sequence[SavedQuestion]:
    """One's own, the earliest first."""
    async with connect(target) as jobs:
        return await jobs.saved()


async def filled(jobs: JobsAccess, name: str, values: Mapping[str, str]) -> Query:
    """What the saved question of this name asks with these values. Raises `OpsError` where there is none."""
    found = named(await jobs.saved(), name)
    return await jobs.fill(found.saved_id, values)


def row_of(one: SavedQuestion) -> dict[str, Any]:
    """As the outside wire has it."""
    row: dict[str, Any] = msgspec.to_builtins(one)
    content = row.pop("content")
    return {"query": content.pop("text"), **content, **row}


def named(saved: Sequence[SavedQuestion], name: str) -> SavedQuestion:
    """The one of this name, whatever its case. Raises `OpsError` that names the nearest."""
    wanted = " ".join(name.split()).casefold()
    by_name = {one.content.name.casefold(): one for one in saved}
    if wanted in by_name:
        return by_name[wanted]
    near = [by_name[key].content.name for key in difflib.get_close_matches(wanted, by_name, 1)]
    hint = f"did you mean {near[0]!r}?" if near else "`deadstop saved list` names yours"
    raise OpsError(f"there is no saved question {name!r} of yours; {hint}")
