"""Jobs that wait until they may start, and what their streams say of it."""

import asyncio
from collections.abc import Callable

from bus.contract.events import Accepted, Queue, Warn
from supervisor.jobs.job_entry import JobEntry
from supervisor.jobs.job_table import JobTable
from supervisor.scheduling.admission import Admission, Facts
from supervisor.storage.journal import Journal

POSITIONS_AFTER_S = 0.1
POSITIONS_A_SECOND = 200
"""Each job that starts moves all that wait; told each time, a long queue would keep the supervisor busy with itself."""


class RunQueue:
    """Calls `launch(entry)` for each job whose turn has come. `facts()` are those of the moment."""

    def __init__(
        self,
        admission: Admission,
        facts: Callable[[], Facts],
        journal: Journal,
        jobs: JobTable,
        launch: Callable[[JobEntry], None],
    ) -> None:
        self._admission = admission
        self._facts = facts
        self._journal = journal
        self._jobs = jobs
        self._launch = launch
        self._loop = asyncio.get_running_loop()
        self._telling: asyncio.TimerHandle | None = None

    def __repr__(self) -> str:
        return f"<RunQueue {len(self._admission.waiting)} wait>"

    def enter(self, entry: JobEntry, after: JobEntry | None) -> None:
        """A new job, which hears its position; others may stand further behind for it. It does not start before `after`
        has ended."""
        if after is None:
            self._admission.enter(entry.job_id, entry.user, entry.submit.agent)
        else:
            after.when_finalized(lambda: self._let_in(entry, after))
        facts = self._facts()
        starts = self._admission.next(facts)
        entry.moved_to(0 if starts == entry.job_id else self._admission.positions(facts).get(entry.job_id, 1))
        self._journal.append(entry.stream, Accepted(entry.position))
        self._start(starts)
        self._tell_soon()

    def leave(self, entry: JobEntry) -> None:
        """The job has ended, wherever it was."""
        self._admission.leave(entry.job_id)

    def start_waiting(self) -> None:
        """Start each waiting job that may start, and soon tell the others their new position."""
        while self._admission.waiting and (job_id := self._admission.next(self._facts())) is not None:
            self._start(job_id)
        self._tell_soon()

    def _start(self, job_id: str | None) -> None:
        entry = self._jobs.get(job_id)
        if entry is not None:
            self._launch(entry)

    def _tell_soon(self) -> None:
        if self._telling is None and self._admission.waiting:
            after_s = max(POSITIONS_AFTER_S, len(self._admission.waiting) / POSITIONS_A_SECOND)
            self._telling = self._loop.call_later(after_s, self._tell_positions)

    def _tell_positions(self) -> None:
        self._telling = None
        facts = self._facts()
        notes = self._admission.hold_notes(facts)
        for job_id, position in self._admission.positions(facts).items():
            entry = self._jobs.get(job_id)
            if entry is not None and entry.moved_to(position, notes[job_id]):
                self._journal.append(entry.stream, Queue(position, entry.queue_note))

    def _let_in(self, entry: JobEntry, after: JobEntry) -> None:
        if entry.job.ended:
            return
        if after.job.reason is not None:
            text = f"{after.submit.question!r} has failed ({after.job.reason}): the answer may be out of date"
            self._journal.append(entry.stream, Warn(text))
        self._admission.enter(entry.job_id, entry.user, entry.submit.agent)
