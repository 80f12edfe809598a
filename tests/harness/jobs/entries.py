"""Jobs as the supervisor holds them, made without one."""

from typing import Any

from bus.contract.vocabulary import Role
from bus.wire.commands import Caller, Submit
from supervisor.jobs.job_entry import JobEntry
from supervisor.lifecycle.job import Deadlines, Job
from supervisor.lifecycle.kill_ladder import Graces
from supervisor.storage.journal import Stream

DEADLINES = Deadlines(start_s=10.0, runtime_s=60.0, heartbeat_s=5.0, linger_s=2.0)


def new_entry(job_id: str = "7f3a", user: str = "ann", *, accepted_at: float = 0.0, **fields: Any) -> JobEntry:
    """A job that was accepted then, in monotonic seconds; `fields` are those of its question."""
    submit = Submit(**{"caller": Caller(user, Role.USER), "session_id": f"s-{job_id}", "question": "go", **fields})
    job = Job(job_id, accepted_at, Graces(0.5, 0.5), DEADLINES)
    return JobEntry(job, submit, user, Stream(job_id, 1), 1_700_000_000.0)
