"""A job as the supervisor holds it: the pure job, its stream, its worker, and what is told about it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bus.contract.events import Failed, Usage
from bus.contract.vocabulary import Rung
from bus.wire.commands import Submit
from bus.wire.job_record import JobRecord, JobSummary
from supervisor.lifecycle.job import Job
from supervisor.storage.journal import Stream
from supervisor.workers.worker import Worker


@dataclass(slots=True)
class JobEntry:
    """Everything about one job that has not ended, or just has."""

    job: Job
    submit: Submit
    user: str
    stream: Stream
    created_at: float
    files_of: str = ""
    """The user whose own files its worker may open, if there are any; empty for nobody's."""
    started_at: float | None = None
    ended_at: float | None = None
    worker: Worker | None = None
    present: bool = False
    position: int = 0
    queue_note: str = ""
    exit_words: str = ""
    last_words: dict[str, str] = field(default_factory=dict)
    limit_words: str = ""
    failed: Failed | None = None
    reserved_usd: float | None = None
    """Of the user's day, since the job has started; None without such a limit."""
    overspent_since: float | None = None
    """When it was first seen to cost more than that, in monotonic seconds."""
    used_at: float = 0.0
    """When its usage was as it is known, by its worker's clock."""
    recorded_usage: Usage = field(default_factory=Usage)
    """As the record on disk has it, without rows and chunks."""
    dropped: int = 0
    spoke: bool = False
    on_finalized: list[Callable[[], None]] = field(default_factory=list)
    """Called once the job's last event is in the log."""

    def __repr__(self) -> str:
        pid = self.worker.pid if self.worker else None
        return f"<Job {self.job.job_id} {self.job.state} pid={pid} seq={self.stream.seq}>"

    @property
    def job_id(self) -> str:
        return self.job.job_id

    @property
    def rung(self) -> Rung | None:
        ladder = self.job.ladder
        return ladder.rung if ladder is not None and ladder.climbed else None

    @property
    def note(self) -> str:
        """The text that came with the stop; that of the first request, which the last event names, if it has one."""
        ladder = self.job.ladder
        return (ladder.request.note or ladder.latest.note) if ladder is not None else ""

    def summary(self) -> JobSummary:
        """The job's row in `ps`."""
        worker = self.worker
        return JobSummary(
            job_id=self.job_id,
            session_id=self.submit.session_id,
            user=self.user,
            agent=self.submit.agent,
            question=self.submit.question,
            conversation_id=self.submit.conversation_id,
            state=self.job.state,
            reason=self.job.reason,
            created_at=self.created_at,
            started_at=self.started_at,
            ended_at=self.ended_at,
            pid=worker.pid if worker else None,
            seq=self.stream.seq,
            rung=self.rung,
            rows=self.job.usage.rows,
            memory_bytes=worker.memory_bytes if worker else 0,
            cpu_s=worker.cpu_s if worker else 0.0,
            detached=not self.submit.attached,
            node=worker.place.name if worker else "",
        )

    def record(self) -> JobRecord:
        """What is kept about the job beside its stream."""
        worker, usage, failed = self.worker, self.job.usage, self.failed
        return JobRecord(
            summary=self.summary(),
            moves=self.job.story(),
            rungs=self.job.rungs(),
            exit=self.exit_words,
            stderr=self.last_words.get("stderr", ""),
            stack=self.last_words.get("stack", ""),
            peak_memory_bytes=worker.peak_bytes if worker else 0,
            cpu_s=worker.cpu_s if worker else 0.0,
            dropped_events=self.dropped,
            usage={name: float(getattr(usage, name)) for name in usage.__struct_fields__},
            note=self.note,
            error=failed.error if failed else "",
            code=failed.code if failed else "",
            hint=failed.hint if failed else "",
            proof=self.job.proof,
            counted=worker.counted if worker else {},
        )

    def end_now(self) -> None:
        self.ended_at = time.time()
