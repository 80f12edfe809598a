"""Carries out what a job decides, from its question to its end: stimuli of clients and the clock come in here, those of
workers in `worker_listener.py`."""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable, Iterable

import msgspec

from bus.wire.commands import Submit
from bus.wire.worker import Assign, Success
from supervisor.control.catalog_file import CatalogFile
from supervisor.control.catalog_refresh import CatalogRefresh
from supervisor.control.parts import Parts
from supervisor.control.worker_listener import WorkerListener
from supervisor.jobs.job_entry import JobEntry
from supervisor.jobs.job_log import note
from supervisor.jobs.job_spec import job_spec
from supervisor.jobs.stream_heads import StreamHeads
from supervisor.lifecycle.job import (
    Action,
    AlreadyEnded,
    Append,
    End,
    Escalate,
    GiveAgain,
    GiveJob,
    Job,
    KillLingering,
    Launch,
)
from supervisor.lifecycle.kill_ladder import Step, StopRequest
from supervisor.own_files.catalogs import OwnCatalogs, may_see_files
from supervisor.scheduling.deadline_timers import DeadlineTimers
from supervisor.scheduling.disconnects import DisconnectWatch
from supervisor.scheduling.run_queue import RunQueue
from supervisor.storage.journal import Stream

log = logging.getLogger(__name__)


class JobController:
    """All jobs that have not ended: makes, starts, stops and ends them."""

    def __init__(self, parts: Parts, heads: StreamHeads) -> None:
        self._settings = parts.settings
        self._store = parts.store
        self._journal = parts.journal
        self._pool = parts.pool
        self._jobs = parts.jobs
        self._limits = parts.limits
        self._daily_budget = parts.daily_budget
        self._clock = parts.clock
        self._heads = heads
        self._loop = asyncio.get_running_loop()
        self._timers = DeadlineTimers(lambda entry, now: self._act(entry, entry.job.tick(now)))
        self._run_queue = RunQueue(parts.admission, parts.conditions.now, parts.journal, parts.jobs, self._launch)
        self._disconnects = DisconnectWatch(parts.settings.supervisor.disconnect_grace_s, self.stop_if_possible)
        self.catalog = CatalogRefresh(self.submit, parts.jobs, parts.conditions, CatalogFile(parts.folder))
        self.own_catalogs = OwnCatalogs(
            self._submit_for_files, self.stop_if_possible, parts.own_folders, self.catalog, parts.conditions
        )
        self._counters = parts.counters
        self._listener = WorkerListener(parts, self._act, self.catalog, self.own_catalogs)

    # ---- stimuli from clients

    def submit(self, submit: Submit, after: JobEntry | None = None) -> JobEntry:
        """A new job from a question that was found to be in order. It does not start before `after` has ended."""
        return self._submit(submit, after, submit.caller.user if may_see_files(submit.agent) else "")

    def _submit_for_files(self, submit: Submit, files_of: str) -> JobEntry:
        return self._submit(submit, None, files_of)

    def _submit(self, submit: Submit, after: JobEntry | None, files_of: str) -> JobEntry:
        job_id = secrets.token_hex(6)
        job = Job(job_id, self._loop.time(), self._limits.graces, self._limits.deadlines(submit))
        entry = JobEntry(job, submit, submit.caller.user, Stream(job_id, 0), time.time(), files_of)
        entry.stream.number = self._store.accept(submit, entry.record())
        self._jobs.add(entry)
        self._run_queue.enter(entry, after)
        self._disconnects.accepted(entry)
        note("accepted", entry)
        return entry

    def read_catalog(self, then: Callable[[], None]) -> None:
        """Have the catalog read; `then()` is called once that job has ended, however it has."""
        self.catalog.read().when_finalized(then)

    def stop(self, job_id: str, request: StopRequest) -> None:
        """Begin to stop the job, or climb sooner. Raises `AlreadyEnded`."""
        entry = self._jobs.get(job_id)
        if entry is None:
            raise AlreadyEnded(job_id)
        self._act(entry, entry.job.stop(request, self._loop.time()))

    def clients_changed(self, job_id: str, present: bool) -> None:
        """The first follower for whom the job runs has come, or the last one has left."""
        entry = self._jobs.get(job_id)
        if entry is not None:
            self._disconnects.changed(entry, present)

    def stop_all(self, request: StopRequest) -> None:
        for entry in self._jobs:
            self.stop_if_possible(entry, request)

    def start_waiting(self) -> None:
        """Start what waits for something that no job's end gives: a descriptor, a new day. Call it now and then."""
        self._run_queue.start_waiting()

    def stop_if_possible(self, entry: JobEntry, request: StopRequest) -> None:
        """For stops without a client that waits for an answer: limits, disconnects, shutdown."""
        if entry.job.undecided:
            self._act(entry, entry.job.stop(request, self._loop.time()))

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
            case Escalate(step, request):
                self._escalate(entry, step, request)
            case KillLingering():
                if entry.worker is not None:
                    entry.worker.do(Step.KILL)
            case End():
                self._end(entry)

    def _launch_worker(self, entry: JobEntry) -> None:
        try:
            worker = entry.worker = self._pool.get(
                entry.submit.agent, entry.job_id, self._listener, self.own_catalogs.folder_for(entry)
            )
        except Exception as error:  # without a worker there is none whose exit would end the job
            log.exception("no worker for %r", entry, extra={"action": "launch"})
            entry.worker_ended(f"could not be started ({error})")
            self._act(entry, entry.job.worker_gone(self._loop.time()))
            return
        if worker.ready:
            self._listener.worker_ready(worker)

    def _give(self, entry: JobEntry) -> None:
        entry.start_now()
        self._tell(entry)
        self._store.update(entry.stream.number, entry.record())
        self._pool.refill_soon()
        note("started", entry)

    def _tell(self, entry: JobEntry) -> None:
        assert entry.worker is not None
        may_trim = not self._clock.held
        spec = job_spec(
            entry, self._settings, self._store.queries, self.own_catalogs.encoded_for(entry), may_trim=may_trim
        )
        entry.worker.tell(Assign(msgspec.structs.replace(spec, model_notes=self._listener.model_notes)))

    def _escalate(self, entry: JobEntry, step: Step, request: StopRequest) -> None:
        try:
            if entry.worker is not None:
                entry.worker.carry_out(step, request)
        finally:  # after the signal: whoever reads the log may be slow
            if step.rung is not None:
                note(step.value, entry)

    def _end(self, entry: JobEntry) -> None:
        event = entry.end_now()
        self._run_queue.leave(entry)
        self._daily_budget.job_ended(entry)
        self._journal.append(entry.stream, event, final=True)
        outcome = entry.job.outcome
        turn = outcome.turn if isinstance(outcome, Success) else None
        self._store.update(entry.stream.number, entry.record(), turn)
        self._journal.after_commit(lambda: self._finalize(entry), durable=True)
        note("ended", entry)

    def _finalize(self, entry: JobEntry) -> None:
        self._jobs.remove(entry.job_id)
        self._heads.ended(entry)
        self._counters.job_ended(entry.job)
        self._timers.cancel(entry.job_id)
        self._disconnects.cancel(entry.job_id)
        entry.finalized()
        self._run_queue.start_waiting()

    def _launch(self, entry: JobEntry) -> None:
        self._daily_budget.start(entry)
        self._act(entry, entry.job.launch(self._loop.time()))
