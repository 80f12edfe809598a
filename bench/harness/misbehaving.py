"""When an animal has really begun: many speak before they do what they are named for, and a stop in between would
measure a healthy worker."""

from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

from bus.contract.events import JobEvent, ResponseChunk, Status
from bus.system.orphans import descendants
from bus.system.proc import read_stat
from tests.harness.servers import Supervisor, eventually

Sign = Callable[[int, JobEvent], bool]
"""Does this event, of this number, show that the animal has begun?"""

ATE_BYTES = 300 << 20
UNHEARD = {"never_ready"}
"""Stopped while it starts: it never says a word."""


def says(beginning: str) -> Sign:
    return lambda _, event: isinstance(event, Status) and event.message.startswith(beginning)


def writes(field: str) -> Sign:
    return lambda _, event: isinstance(event, ResponseChunk) and event.field == field


CHILDREN = (
    *("daemonises", "deaf_daemon", "feeds_children", "fork_bomb", "forks_children", "has_subreaper"),
    "leaves_sessions",
)
SIGNS: dict[str, Sign] = {
    **dict.fromkeys(CHILDREN, says("children ")),
    **dict.fromkeys(("leaves_files", "litters_scratch"), says("files ")),
    "double_forks": says("all are there"),
    "floods_events": lambda seq, _: seq > 5_000,
    "hangs_in_model": writes("prompt_monitor"),
    "retries_overloaded_model": says("the model is overloaded; trying again"),
    "streams_for_ever": writes("response"),
}
PROCESSES: dict[str, Callable[[int], bool]] = {
    "stops_itself": lambda pid: (stat := read_stat(pid)) is not None and stat.state == "T",
    "fills_scratch": lambda pid: len(list(Path(f"/proc/{pid}/cwd").resolve().glob("*.bin"))) > 20,
    "feeds_children": lambda pid: sum(s.resident_bytes for s in map(read_stat, descendants(pid)) if s) > ATE_BYTES,
}
"""Where the process, not the stream, shows it."""


class EndedBefore(Exception):
    """The job was over before there was anything to stop."""


async def until_misbehaving(supervisor: Supervisor, job_id: str, animal: str) -> None:
    """Wait for the sign of this animal; without one of its own, its first status is that. Raises `EndedBefore`."""
    if animal in UNHEARD:
        return
    await _seen(supervisor, job_id, SIGNS.get(animal, says("")))
    if animal in PROCESSES:
        pid = (await supervisor.record(job_id)).summary.pid
        assert pid is not None
        await eventually(lambda: PROCESSES[animal](pid), f"{animal} does what it is named for", 30)


async def _seen(supervisor: Supervisor, job_id: str, sign: Sign) -> None:
    async with aclosing(supervisor.client.follow(job_id)) as batches:
        async for batch, skip in batches:
            if any(sign(seq, event) for seq, event in batch.events(skip)):
                return
    raise EndedBefore(job_id)
