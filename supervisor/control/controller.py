"""Carries out what the pure parts decide: takes stimuli from clients, workers and the clock, and acts."""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable, Iterable

import msgspec

from bus.contract.events import Failed, Usage
from bus.contract.settings import INTERNAL_AGENTS, Settings
from bus.transport.codec import CodecError, Decoder
from bus.wire.commands import Submit
from bus.wire.worker import AnySaid, Assign, Finished, Outcome, Success
from supervisor.control.catalog_refresh import CatalogKeeper
from supervisor.control.counters import Counters
from supervisor.control.escalation import climb
from supervisor.jobs.job_entry import JobEntry
from supervisor.jobs.job_log import note
from supervisor.jobs.job_spec import job_spec
from supervisor.lifecycle.final_events import cause_of_death, ending
from supervisor.lifecycle.job import (
    Action,
    AlreadyEnded,
    Append,
    Climbing,
    End,
    GiveAgain,
    GiveJob,
    Job,
    KillInSilence,
    Launch,
)
from supervisor.lifecycle.kill_ladder import Step, StopRequest
from supervisor.scheduling.admission import Admission
from supervisor.scheduling.deadlines import DeadlineTimers
from supervisor.scheduling.disconnects import DisconnectWatch
from supervisor.scheduling.limits import Limits
from supervisor.scheduling.run_queue import RunQueue
from supervisor.storage.journal import Journal, Stream
from supervisor.storage.store import Store
from supervisor.workers.pool import WorkerPool
from supervisor.workers.worker import Worker

log = logging.getLogger(__name__)

_decode_outcome: Decoder[Outcome] = Decoder(Outcome)


class JobController:
    """Every job that has not ended."""

    def __init__(
        self, settings: Settings, store: Store, journal: Journal, pool: WorkerPool, admission: Admission
    ) -> None:
        self._settings = settings
        self._store = store
        self._journal = journal
        self._pool = pool
        self._loop = asyncio.get_running_loop()
        self.entries: dict[str, JobEntry] = {}
        self.catalog = CatalogKeeper(self.submit, self.entries, admission)
        self._timers = DeadlineTimers(lambda entry, now: self._act(entry, entry.job.tick(now)))
        self._waiting = RunQueue(admission, journal, self.entries, self._launch)
        self._presence = DisconnectWatch(settings.supervisor.disconnect_grace_s, self.stop_if_possible)
        self.limits = Limits(settings, store, self.entries, self.stop_if_possible)
        self.on_forgotten: Callable[[JobEntry], None] = lambda _: None
        """Called when a job's last event is in the log."""
        self.counters = Counters()
        self.idle = asyncio.Event()
        self.idle.set()

    # ---- stimuli from clients

    def submit(self, submit: Submit, after: JobEntry | None = None) -> JobEntry:
        """A new job from a question that was found to be in order. It does not start before `after` has ended."""
        job_id = secrets.token_hex(6)
        job = Job(job_id, self._loop.time(), self.limits.graces, self.limits.deadlines(submit))
        entry = JobEntry(job, submit, submit.caller.user, Stream(job_id, 0), time.time())
        entry.stream.number = self._store.accept(submit, entry.record())
        self.entries[job_id] = entry
        self.idle.clear()
        self._waiting.enter(entry, after)
        self._presence.begin(entry)
        note("accepted", entry)
        return entry

    def stop(self, job_id: str, request: StopRequest) -> None:
        """Raises `AlreadyEnded`."""
        entry = self.entries.get(job_id)
        if entry is None:
            raise AlreadyEnded(job_id)
        self._act(entry, entry.job.stop(request, self._loop.time()))

    def presence(self, job_id: str, present: bool) -> None:
        """Somebody for whom the job runs has come, or the last one has left."""
        entry = self.entries.get(job_id)
        if entry is not None:
            self._presence.changed(entry, present)

    def stop_all(self, request: StopRequest) -> None:
        for entry in list(self.entries.values()):
            self.stop_if_possible(entry, request)

    def stop_if_possible(self, entry: JobEntry, request: StopRequest) -> None:
        """For stops that nobody waits for an answer to: limits, disconnects, shutdown."""
        if entry.job.undecided:
            self._act(entry, entry.job.stop(request, self._loop.time()))

    # ---- stimuli from workers

    def worker_ready(self, worker: Worker) -> None:
        entry = self._entry_of(worker)
        if entry is not None:
            self._act(entry, entry.job.worker_ready(self._loop.time()))

    def worker_heard(self, worker: Worker, *, begun: bool) -> None:
        entry = self._entry_of(worker)
        if entry is None:
            return
        self.limits.keep_spending(entry)
        if begun:
            entry.job.heard(self._loop.time())
        else:
            self._act(entry, entry.job.heard_waiting(self._loop.time()))

    def data_changed(self, worker: Worker, fingerprint: str) -> None:
        """The worker has found other data than its catalog tells of."""
        entry = self._entry_of(worker)
        if entry is not None:
            self.catalog.data_changed(entry, fingerprint)

    def worker_said(self, worker: Worker, said: AnySaid) -> None:
        entry = self._entry_of(worker)
        if entry is None or not entry.job.given:
            worker.dropped += 1
            return
        entry.job.heard(self._loop.time())
        costs_more = said.usage.cost_usd > entry.job.usage.cost_usd
        entry.job.usage = _usage(said.usage, entry.stream.seq)
        if costs_more:
            self.limits.check_spending(entry)
        last = isinstance(said, Finished)
        if last:
            self._finished(entry, said.blob)
        elif entry.job.outcome is None:
            self._note_first_word(entry)
            self._journal.append_batch(entry.stream, said.count, said.blob)
            self.limits.check_output(entry)
        self._journal.after_commit(lambda: worker.logged(self._pool.control, last=last))

    def worker_exited(self, worker: Worker) -> None:
        entry = self._entry_of(worker)
        if entry is not None:
            entry.job.worker_exited()
            self._timers.set(entry)

    def worker_gone(self, worker: Worker, exit_words: str) -> None:
        entry = self._entry_of(worker)
        if entry is None:
            return
        entry.exit_words = exit_words
        entry.last_words = worker.last_words
        entry.dropped = worker.dropped
        died_of = cause_of_death(entry.last_words.get("stderr", ""))
        self._act(entry, entry.job.worker_gone(self._loop.time(), died_of))

    # ---- acting

    def _act(self, entry: JobEntry, actions: Iterable[Action]) -> None:
        try:
            for action in actions:
                self._do(entry, action)
        finally:  # a step that fails, for want of a descriptor for example, must not end the ladder
            self._timers.set(entry)

    def _do(self, entry: JobEntry, action: Action) -> None:
        match action:
            case Append(event):
                self._journal.append(entry.stream, event)
            case Launch():
                self._launch_worker(entry)
            case GiveJob():
                self._give(entry)
            case GiveAgain():
                self._tell(entry)
            case Climbing(step, request):
                self._climb(entry, step, request)
            case KillInSilence():
                if entry.worker is not None and entry.worker.process is not None:
                    entry.worker.process.kill()
            case End():
                self._end(entry)

    def _launch_worker(self, entry: JobEntry) -> None:
        try:
            worker = self._pool.get(entry.submit.agent)
        except Exception as error:  # without a worker nobody would ever tell that it is gone
            log.exception("no worker for %r", entry, extra={"action": "launch"})
            entry.exit_words = f"could not be started ({error})"
            self._act(entry, entry.job.worker_gone(self._loop.time()))
            return
        entry.worker, worker.job_id = worker, entry.job_id
        if worker.ready:
            self.worker_ready(worker)

    def _give(self, entry: JobEntry) -> None:
        entry.started_at = time.time()
        entry.cost_left_usd = self.limits.cost_left_usd(entry)
        self._tell(entry)
        self._store.update(entry.stream.number, entry.record())
        self._pool.refill_soon()
        note("started", entry)

    def _tell(self, entry: JobEntry) -> None:
        assert entry.worker is not None
        spec = job_spec(entry, self._settings, self._store, self.catalog.encoded)
        entry.worker.tell(self._pool.control, Assign(spec))

    def _climb(self, entry: JobEntry, step: Step, request: StopRequest) -> None:
        if step.rung is not None:
            note(step.value, entry)
        if entry.worker is not None:
            climb(entry.worker, step, request, self._pool.control)

    def _end(self, entry: JobEntry) -> None:
        entry.end_now()
        self._waiting.leave(entry)
        self.limits.ended(entry)
        event = ending(entry.job, entry.exit_words, entry.last_words.get("stderr", ""), entry.limit_words)
        entry.failed = event if isinstance(event, Failed) else None
        self._journal.append(entry.stream, event, final=True)
        outcome = entry.job.outcome
        turn = outcome.turn if isinstance(outcome, Success) else None
        self._store.update(entry.stream.number, entry.record(), turn)
        self._journal.after_commit(lambda: self._forget(entry), durable=True)
        note("ended", entry)

    def _forget(self, entry: JobEntry) -> None:
        self.entries.pop(entry.job_id, None)
        self.on_forgotten(entry)
        self.counters.job_ended(entry.job)
        self._timers.forget(entry.job_id)
        self._presence.forget(entry.job_id)
        for call in entry.when_forgotten:
            try:
                call()
            except Exception:  # what comes after is for other jobs, and for who waits until there are none
                log.exception("what was to follow on %r failed", entry, extra={"action": "forget"})
        self._waiting.start_waiting()
        if not self.entries:
            self.idle.set()

    def _launch(self, entry: JobEntry) -> None:
        self._act(entry, entry.job.launch(self._loop.time()))

    def _note_first_word(self, entry: JobEntry) -> None:
        if not entry.spoke and entry.submit.agent not in INTERNAL_AGENTS:
            self.counters.spoke(self._loop.time() - entry.job.accepted_at)
        entry.spoke = True

    def _finished(self, entry: JobEntry, blob: bytes) -> None:
        try:
            outcome = _decode_outcome(blob)
        except CodecError:
            log.warning("%r sent an outcome that cannot be read", entry, extra={"action": "outcome"})
            return
        entry.job.finished(outcome, self._loop.time())
        if entry.job.outcome is outcome:
            self._store.outcome(entry.stream.number, outcome)
            self.limits.keep_spending(entry)
        self.catalog.keep(entry, outcome)
        self._timers.set(entry)

    # ---- inside

    def _entry_of(self, worker: Worker) -> JobEntry | None:
        entry = self.entries.get(worker.job_id) if worker.job_id else None
        return entry if entry is not None and entry.worker is worker and not entry.job.ended else None


def _usage(reported: Usage, seq: int) -> Usage:
    """The worker's own figures, except the number of chunks, which we count."""
    return msgspec.structs.replace(reported, chunks=max(seq - 1, 0))
