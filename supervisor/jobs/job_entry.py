"""A job as the supervisor holds it: the pure job, its stream, its worker, and what is told about it."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bus.contract.events import Ending, Failed, Usage
from bus.contract.vocabulary import Rung
from bus.wire.commands import Submit
from bus.wire.job_record import JobRecord, JobSummary
from supervisor.lifecycle.final_events import ending
from supervisor.lifecycle.job import Job
from supervisor.storage.journal import Stream
from supervisor.workers.worker import Worker

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Reservation:
    """What is set aside for a job of its user's day; `scheduling/daily_budget.py` alone writes it."""

    usd: float | None = None
    """Since the job has started; None without a limit for a day."""
    overspent_since: float | None = None
    """When the job was first seen to cost more than that, in monotonic seconds."""


@dataclass(slots=True)
class UsageReport:
    """What is known of a job's usage beside the usage itself; `control/usage_reports.py` alone writes it."""

    used_at: float = 0.0
    """When the usage was as it is known, by its worker's clock."""
    recorded: Usage = field(default_factory=Usage)
    """As the record on disk has it, without rows and chunks."""


@dataclass(slots=True)
class JobEntry:
    """Everything about one job that has not ended, or just has. Its state changes in `job`; what is told about it, by
    the methods here."""

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
    position: int = 0
    queue_note: str = ""
    exit_words: str = ""
    last_words: dict[str, str] = field(default_factory=dict)
    limit_words: str = ""
    failed: Failed | None = None
    reservation: Reservation = field(default_factory=Reservation)
    usage_report: UsageReport = field(default_factory=UsageReport)
    dropped: int = 0
    spoke: bool = False
    _on_finalized: list[Callable[[], None]] = field(default_factory=list)

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

    # ---- changes

    def moved_to(self, position: int, queue_note: str = "") -> bool:
        """It waits at this position, 1 is next and 0 is none; `queue_note` says why not sooner. Returns whether either
        is new."""
        if (position, queue_note) == (self.position, self.queue_note):
            return False
        self.position, self.queue_note = position, queue_note
        return True

    def start_now(self) -> None:
        """Its worker is given the job."""
        self.started_at = time.time()

    def name_limit(self, words: str) -> None:
        """It has gone beyond a limit, which the words name for people. They are for its end, unless it is being stopped
        for another reason already."""
        if self.job.ladder is None:
            self.limit_words = words

    def worker_ended(self, exit_words: str) -> None:
        """Its worker, if it got one, has ended so, and says nothing more."""
        self.exit_words = exit_words
        if self.worker is not None:
            self.last_words, self.dropped = self.worker.last_words, self.worker.dropped

    def end_now(self) -> Ending:
        """It has ended. Returns the last event of its stream."""
        self.ended_at = time.time()
        event = ending(self.job, self.exit_words, self.last_words.get("stderr", ""), self.limit_words)
        self.failed = event if isinstance(event, Failed) else None
        return event

    def when_finalized(self, call: Callable[[], None]) -> None:
        """Have `call()` called once the last event is in the log."""
        self._on_finalized.append(call)

    def finalized(self) -> None:
        """The last event is in the log: whatever waits for that follows, each thing although another fails."""
        for call in self._on_finalized:
            try:
                call()
            except Exception:
                log.exception("what was to follow on %r failed", self, extra={"action": "finalize"})
