"""Saved questions from the command line: kept, found by name, and filled."""

import difflib
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from typing import Any

import msgspec
from msgspec.structs import replace

from bus.contract.kept.saved import SavedContent, SavedQuestion
from bus.wire.outside import OutsideJob
from ops.client.access import AskRequest, JobsAccess
from ops.client.connect import connect
from ops.errors import OpsError
from ops.target import Target


async def read_saved(target: Target) -> Sequence[SavedQuestion]:
    """The caller's saved questions, the earliest first."""
    async with connect(target) as jobs:
        return await jobs.saved()


async def save(target: Target, content: SavedContent) -> SavedQuestion:
    """Keep it. Without a text it is what was asked last: as it was asked, or the statement that answered it where it
    went on from another question, which would mean nothing alone. Raises `OpsError` where there is none."""
    async with connect(target) as jobs:
        return await jobs.save(content if content.text else await _of_the_last(jobs, content))


async def _of_the_last(jobs: JobsAccess, content: SavedContent) -> SavedContent:
    conversation = await jobs.latest_conversation()
    last = await jobs.last_question(conversation) if conversation else None
    if last is None:
        raise OpsError("nothing was asked in a conversation yet; give the question, or a statement with --sql")
    statement = await _statement_of(jobs, last.job)
    typed = statement == last.question.strip().rstrip(";").rstrip()
    if last.stands_alone and not typed:
        return replace(content, text=last.question, agent=content.agent or last.agent)
    if not statement:
        raise OpsError(f"no statement has answered {last.question[:80]!r}; give one with --sql")
    return replace(content, text=statement, statement=True, agent=content.agent or last.agent)


async def _statement_of(jobs: JobsAccess, job: OutsideJob) -> str:
    """The one that answered the job's question, empty where none has."""
    statement = ""
    async with aclosing(jobs.follow(job)) as items:  # type: ignore[type-var]
        async for item in items:
            chunk = item["data"].get("chunk", {})
            statement = chunk["sql"] if chunk.get("type") == "sql" else statement
    return statement


async def filled(jobs: JobsAccess, name: str, values: Mapping[str, str]) -> AskRequest:
    """What the saved question of this name asks with these values. Raises `OpsError` where there is none."""
    found = named(await jobs.saved(), name)
    return await jobs.fill(found.saved_id, values)


def row_of(one: SavedQuestion) -> dict[str, Any]:
    """The saved question as the outside wire has it."""
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
