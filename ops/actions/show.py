"""One job's record, for people."""

import time
from contextlib import aclosing
from typing import Any

from rich.console import Console

from ops.client.access import job_of
from ops.client.connect import connect
from ops.client.timeline import Span, timeline
from ops.format import ago, clean, size, span
from ops.render.console import print_facts, say_log_only
from ops.render.job_table import state_words
from ops.render.sentences import usage_words
from ops.target import Target


async def read_record(target: Target, job_id: str) -> dict[str, Any]:
    """The record of the job whose id begins with `job_id`."""
    async with connect(target, say_log_only) as jobs:
        return await jobs.show(job_id)


async def read_timeline(target: Target, job_id: str) -> list[Span]:
    """The steps of the job whose id begins with `job_id`, as far as they have come."""
    async with connect(target, say_log_only) as jobs:
        record = await jobs.show(job_id)
        timed_events = []
        if record["seq"]:
            async with aclosing(jobs.timed_events(job_of(record))) as stream:
                async for event in stream:
                    timed_events.append(event)
                    if event.data["seq"] >= record["seq"]:  # of a job that lives there is no end to wait for
                        break
        return timeline(record, timed_events, time.time())


def print_record(record: dict[str, Any], out: Console) -> None:
    """A line for each fact; then what the worker left behind: stack and standard error."""
    print_facts(out, record_facts(record, time.time()))
    for name in ("stack", "stderr"):
        if record[name]:
            out.print(f"\n{name}", style="bold")
            out.print(clean(record[name].rstrip("\n")), soft_wrap=True)


def record_facts(record: dict[str, Any], now: float) -> list[tuple[str, str]]:
    """(name, value) of what is known; what is empty is left out. `now` in Unix seconds."""
    job = job_of(record)
    facts = [
        ("job", job.job_id),
        ("question", clean(job.query)),
        ("state", state_words(job)),
        ("error", clean(record.get("error", ""))),
        ("code", _finer(record, job.reason)),
        ("hint", clean(record.get("hint", ""))),
        ("user", clean(job.user)),
        ("agent", clean(job.agent)),
        ("session", job.session_id),
        ("conversation", clean(job.conversation_id)),
        ("asked", f"{_local_time(job.created_at)} ({_how_long_ago(job.created_at, now)})"),
        ("life", _moves(record["moves"])),
        ("rungs", _rungs(record["rungs"])),
        ("note", clean(record.get("note", ""))),
        ("node", clean(job.node)),
        ("process", str(job.pid or "")),
        ("exit", clean(record["exit"])),
        ("memory", size(record["peak_memory_bytes"]) + " at most" if record["peak_memory_bytes"] else ""),
        ("cpu", span(record["cpu_s"]) if record["cpu_s"] else ""),
        ("events", f"{job.seq:,}" + (f", {record['dropped_events']:,} dropped" if record["dropped_events"] else "")),
        ("used", ", ".join(usage_words(record["usage"]))),
        ("rated", _rating(record)),
    ]
    return [(name, value) for name, value in facts if value]


def _rating(record: dict[str, Any]) -> str:
    """What its owner thought of the answer."""
    verdict, comment = record.get("verdict") or "", clean(record.get("comment", ""))
    return f"{verdict}: {comment}" if comment else verdict


def _finer(record: dict[str, Any], reason: str | None) -> str:
    """The code of a failure where it says more than the reason, which stands beside the state."""
    code = clean(record.get("code", ""))
    return code if code != reason else ""


def _local_time(at: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at))


def _how_long_ago(then: float, now: float) -> str:
    age = ago(then, now)
    return "just now" if age == "now" else f"{age} ago"


def _moves(moves: list[dict[str, Any]]) -> str:
    return " → ".join(f"{move['state']} {span(move['ms'] / 1000)}" for move in moves)


def _rungs(rungs: list[dict[str, Any]]) -> str:
    return "\n".join(
        f"{rung['rung']} after {span(rung['ms'] / 1000)}, by {clean(rung['by'])} ({rung['reason']})" for rung in rungs
    )
