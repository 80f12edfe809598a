"""A job that has ended, and what must hold of every one that has."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bus.contract.events import (
    Accepted,
    Completed,
    Ending,
    Failed,
    JobEvent,
    Killed,
    ResponseChunk,
    Result,
    Sql,
    Status,
    Stopping,
    Warn,
)
from bus.contract.vocabulary import ENDED, Role, Rung, State, end_state
from bus.system.orphans import descendants
from bus.wire.commands import Caller
from bus.wire.job_record import JobRecord
from tests.harness.jobs.job_processes import is_left
from tests.harness.servers import Supervisor
from tests.harness.zoo import zoo_settings

ALICE = Caller("alice", Role.USER)
BOB = Caller("bob", Role.USER)

ROOMY: dict[str, Any] = {**zoo_settings(), "limits.max_running": 100, "limits.max_running_per_user": 100}
"""The whole zoo, and room for it."""

BROODERS = (
    "forks_children",
    "leaves_sessions",
    "daemonises",
    "deaf_daemon",
    "has_subreaper",
    "fork_bomb",
    "flees",
    "leaves_files",
)
"""Those of the zoo that leave processes or files behind."""


@dataclass(frozen=True)
class Ended:
    """A job that has ended: its stream, its last event and its record."""

    events: list[JobEvent]
    record: JobRecord

    @property
    def last(self) -> Ending:
        last = self.events[-1]
        assert isinstance(last, Completed | Failed | Killed)
        return last

    @property
    def killed(self) -> Killed:
        assert isinstance(self.last, Killed), self.last
        return self.last

    @property
    def failed(self) -> Failed:
        assert isinstance(self.last, Failed), self.last
        return self.last

    @property
    def result(self) -> Result:
        assert isinstance(self.last, Completed), self.last
        return self.last.result

    @property
    def climbed(self) -> list[Rung]:
        return [event.rung for event in self.events if isinstance(event, Stopping)]

    @property
    def rows(self) -> list[list[Any]]:
        rows: list[list[Any]] = self.result.final_output["raw_table"]["rows"]
        return rows

    @property
    def response(self) -> str:
        return self._text("response")

    @property
    def monitor(self) -> str:
        return self._text("prompt_monitor")

    @property
    def statuses(self) -> list[str]:
        return [event.message for event in self.events if isinstance(event, Status)]

    @property
    def warnings(self) -> list[str]:
        return [event.message for event in self.events if isinstance(event, Warn)]

    @property
    def statements(self) -> list[str]:
        return [event.sql for event in self.events if isinstance(event, Sql)]

    @property
    def started_at(self) -> float:
        """When the job was given to its worker, in seconds of `time.monotonic()`."""
        assert self.record.summary.started_at is not None
        return self.record.summary.started_at - time.time() + time.monotonic()

    def _text(self, field: str) -> str:
        return "".join(
            event.chunk for event in self.events if isinstance(event, ResponseChunk) and event.field == field
        )


async def ended(supervisor: Supervisor, job_id: str) -> Ended:
    """Wait for a job's end, and check at that very moment what must hold of every job that has ended."""
    events = [event for _, event in await supervisor.events(job_id)]
    left = [pid for pid in told_pids(events) if is_left(supervisor, pid)]
    assert not left, f"{left} live on after the last event of {job_id}"
    record = await supervisor.record(job_id)
    assert record.summary.pid is None or not is_left(supervisor, record.summary.pid)
    check_stream(events)
    check_record(Ended(events, record))
    return Ended(events, record)


async def climbed(supervisor: Supervisor, job_id: str, rung: Rung) -> None:
    """Wait until this rung of the job's ladder has been climbed."""
    await supervisor.until_seen(job_id, lambda event: isinstance(event, Stopping) and event.rung is rung)


def check_stream(events: list[JobEvent]) -> None:
    """One beginning, one end, each in its place."""
    assert [type(event) for event in events if isinstance(event, Accepted)] == [type(events[0])]
    assert [event for event in events if isinstance(event, Completed | Failed | Killed)] == [events[-1]]


def check_record(job: Ended) -> None:
    """The record tells the same as the stream."""
    record, summary = job.record, job.record.summary
    assert summary.state in ENDED
    assert summary.state is end_state(summary.reason)
    assert summary.state is {Completed: State.SUCCEEDED, Failed: State.FAILED, Killed: State.CANCELLED}[type(job.last)]
    assert summary.seq == len(job.events)
    assert record.moves[-1].state is summary.state
    assert [climb.rung for climb in record.rungs] == job.climbed
    if isinstance(job.last, Killed):
        assert job.last.reason is summary.reason


def told_pids(events: Iterable[JobEvent]) -> list[int]:
    """The processes that an animal has named in its statuses."""
    told: list[int] = []
    for event in events:
        if isinstance(event, Status) and event.message.startswith(("children ", "pid ")):
            told += map(int, event.message.split()[1:])
    return told


def small_interpreters(supervisor: Supervisor) -> list[int]:
    """What animals have started, beneath the supervisor."""
    return [pid for pid in descendants(supervisor.process.pid) if "-S" in command_of(pid)]


def command_of(pid: int) -> list[str]:
    """The words of its command; none if it has ended."""
    try:
        return psutil.Process(pid).cmdline()
    except psutil.NoSuchProcess:
        return []


def told_files(events: Iterable[JobEvent]) -> list[Path]:
    """The files that an animal has named in its statuses."""
    words = [event.message.split() for event in events if isinstance(event, Status)]
    return [Path(name) for first, *rest in words if first == "files" for name in rest]
