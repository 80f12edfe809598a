"""Carries out what the pure parts decide: takes stimuli from clients, workers and the clock, and acts."""

import asyncio
import logging
import secrets
import time
from collections.abc import Iterable

import msgspec

from bus.contract.events import Failed, Usage
from bus.contract.settings import INTERNAL_AGENTS
from bus.contract.vocabulary import SUPERVISOR, Reason, Rung
from bus.transport.codec import CodecError, Decoder
from bus.wire.commands import Submit
from bus.wire.worker import AnyWorkerMessage, Assign, EventBatch, Finished, Heartbeat, Outcome, Success
from supervisor.control.catalog_refresh import CatalogKeeper
from supervisor.control.counters import Counters
from supervisor.control.kept_catalog import KeptCatalog
from supervisor.control.ladder_step import carry_out
from supervisor.control.parts import Parts
from supervisor.control.spending import Spending
from supervisor.control.worker_events import fault_in, fault_in_outcome, fault_in_usage
from supervisor.jobs.job_entry import JobEntry
from supervisor.jobs.job_log import note
from supervisor.jobs.job_spec import job_spec
from supervisor.jobs.stream_heads import StreamHeads
from supervisor.lifecycle.final_events import cause_of_death, ending, held_to
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
from supervisor.scheduling.limits import Exceeded
from supervisor.scheduling.run_queue import RunQueue
from supervisor.storage.journal import Stream
from supervisor.workers.worker import Worker

log = logging.getLogger(__name__)

_decode_outcome: Decoder[Outcome] = Decoder(Outcome)


MOST_MODEL_NOTES = 32
"""Models and servers are few; a worker that says more is not listened to."""


class JobController:
    """Every job that has not ended."""

    def __init__(self, parts: Parts, heads: StreamHeads) -> None:
        self._settings = parts.settings
        self._store = parts.store
        self._journal = parts.journal
        self._pool = parts.pool
        self._jobs = parts.jobs
        self._limits = parts.limits
        self._reservations = parts.reservations
        self._clock = parts.clock
        self._spending = Spending(parts.store, parts.reservations)
        self._heads = heads
        self._model_notes: dict[str, None] = {}
        self._loop = asyncio.get_running_loop()
        self._timers = DeadlineTimers(lambda entry, now: self._act(entry, entry.job.tick(now)))
        self._run_queue = RunQueue(parts.admission, parts.journal, parts.jobs, self._launch)
        self._disconnects = DisconnectWatch(parts.settings.supervisor.disconnect_grace_s, self.stop_if_possible)
        self.catalog = CatalogKeeper(self.submit, parts.jobs, parts.admission, KeptCatalog(parts.folder))
        self.own_catalogs = OwnCatalogs(
            self._submit_for_files, self.stop_if_possible, parts.own_folders, self.catalog, parts.admission
        )
        self.counters = Counters()

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

    def stop(self, job_id: str, request: StopRequest) -> None:
        """Raises `AlreadyEnded`."""
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

    # ---- stimuli from workers

    def worker_ready(self, worker: Worker) -> None:
        entry = self._entry_of(worker)
        if entry is not None:
            self._act(entry, entry.job.worker_ready(self._loop.time()))

    def worker_heard(self, worker: Worker, heartbeat: Heartbeat) -> None:
        entry = self._entry_of(worker)
        if entry is None:
            return
        if entry.job.given:
            self._take_usage(entry, heartbeat.usage, heartbeat.used_at)
            self._spending.record(entry)
        if heartbeat.begun:
            entry.job.heard(self._loop.time())
        else:
            self._act(entry, entry.job.heard_waiting(self._loop.time()))

    def data_changed(self, worker: Worker, fingerprint: str) -> None:
        """The worker has found other data than its catalog tells of."""
        entry = self._entry_of(worker)
        if entry is not None and worker.own_folder:
            self.own_catalogs.data_changed(entry, fingerprint)
        elif entry is not None:
            self.catalog.data_changed(entry, fingerprint)

    def model_noted(self, worker: Worker, note: str) -> None:
        """The worker has found out something about the model's server."""
        if self._entry_of(worker) is not None and len(self._model_notes) < MOST_MODEL_NOTES:
            self._model_notes[note] = None

    def on_worker_message(self, worker: Worker, message: AnyWorkerMessage) -> None:
        entry = self._entry_of(worker)
        if entry is None or not entry.job.given:
            worker.dropped += 1
            return
        entry.job.heard(self._loop.time())
        if not self._take_usage(entry, message.usage, message.used_at):
            return
        if isinstance(message, Finished):
            self._finished(entry, message.blob)
        elif entry.job.outcome is None:
            self._take(entry, message)
        last = isinstance(message, Finished)
        self._journal.after_commit(lambda: worker.logged(last=last))

    def _take_usage(self, entry: JobEntry, usage: Usage, used_at: float) -> bool:
        """False for a report that no worker can mean; its job is stopped."""
        fault = fault_in_usage(usage)
        if fault is not None:
            self._refuse(entry, fault)
            return False
        self._stop_exceeding(entry, self._spending.take(entry, usage, used_at, self._loop.time()))
        return True

    def _take(self, entry: JobEntry, batch: EventBatch) -> None:
        """Log what a worker says; one that says what it may not is stopped, and that is neither logged nor shown."""
        fault = fault_in(batch)
        if fault is not None:
            self._refuse(entry, fault)
            return
        self._count_first_chunk(entry)
        self._journal.append_batch(entry.stream, batch.count, batch.blob)
        self._stop_exceeding(entry, self._limits.over_output(entry))

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
        died_of = worker.limit_hit or cause_of_death(entry.last_words.get("stderr", ""))
        if worker.limit_hit is not None and entry.job.ladder is None:
            entry.limit_words = held_to(worker.limit_hit, worker.limits)
        if worker.with_its_node:
            died_of = Reason.NODE_LOST
        self._act(entry, entry.job.worker_gone(self._loop.time(), died_of, worker.proof))

    def exceeded(self, worker: Worker, reason: Reason, words: str) -> None:
        """The worker uses more than it may; `words` name the limit with its number, for people."""
        entry = self._entry_of(worker)
        if entry is not None:
            self._stop_exceeding(entry, Exceeded(reason, words))

    def overcrowded(self, worker: Worker, reason: Reason, words: str) -> None:
        """The worker has more processes, or connections, than it may: it is killed at once, as there are more each
        moment, also that of a job that is being stopped, or has finished, and of a worker without one."""
        entry = self._entry_of(worker)
        if entry is not None and entry.job.undecided:
            if entry.job.ladder is None:
                entry.limit_words = words
            self._act(entry, entry.job.stop(StopRequest(SUPERVISOR, reason, Rung.KILL), self._loop.time()))
        else:
            worker.do(Step.KILL)

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
                entry.submit.agent, entry.job_id, self, self.own_catalogs.folder_for(entry)
            )
        except Exception as error:  # without a worker there is none whose exit would end the job
            log.exception("no worker for %r", entry, extra={"action": "launch"})
            entry.exit_words = f"could not be started ({error})"
            self._act(entry, entry.job.worker_gone(self._loop.time()))
            return
        if worker.ready:
            self.worker_ready(worker)

    def _give(self, entry: JobEntry) -> None:
        entry.started_at = time.time()
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
        entry.worker.tell(Assign(msgspec.structs.replace(spec, model_notes=list(self._model_notes))))

    def _escalate(self, entry: JobEntry, step: Step, request: StopRequest) -> None:
        try:
            if entry.worker is not None:
                carry_out(entry.worker, step, request)
        finally:  # after the signal: whoever reads the log may be slow
            if step.rung is not None:
                note(step.value, entry)

    def _end(self, entry: JobEntry) -> None:
        entry.end_now()
        self._run_queue.leave(entry)
        self._reservations.job_ended(entry)
        event = ending(entry.job, entry.exit_words, entry.last_words.get("stderr", ""), entry.limit_words)
        entry.failed = event if isinstance(event, Failed) else None
        self._journal.append(entry.stream, event, final=True)
        outcome = entry.job.outcome
        turn = outcome.turn if isinstance(outcome, Success) else None
        self._store.update(entry.stream.number, entry.record(), turn)
        self._journal.after_commit(lambda: self._finalize(entry), durable=True)
        note("ended", entry)

    def _finalize(self, entry: JobEntry) -> None:
        self._jobs.remove(entry.job_id)
        self._heads.ended(entry)
        self.counters.job_ended(entry.job)
        self._timers.cancel(entry.job_id)
        self._disconnects.cancel(entry.job_id)
        for call in entry.on_finalized:
            try:
                call()
            except Exception:  # what comes after is for other jobs
                log.exception("what was to follow on %r failed", entry, extra={"action": "finalize"})
        self._run_queue.start_waiting()

    def _launch(self, entry: JobEntry) -> None:
        self._reservations.start(entry)
        self._act(entry, entry.job.launch(self._loop.time()))

    def _stop_exceeding(self, entry: JobEntry, limit: Exceeded | None) -> None:
        """Stop a job that has gone beyond a limit. One that is being stopped already keeps the reason it has."""
        if limit is not None and entry.job.ladder is None:
            entry.limit_words = limit.words
            self.stop_if_possible(entry, StopRequest(SUPERVISOR, limit.reason))

    def _refuse(self, entry: JobEntry, fault: str) -> None:
        """Stop a job whose worker says what it may not."""
        log.warning("%r: %s", entry, fault, extra={"action": "refused_message"})
        self._stop_exceeding(entry, Exceeded(Reason.AGENT_ERROR, fault))

    def _count_first_chunk(self, entry: JobEntry) -> None:
        if not entry.spoke and entry.submit.agent not in INTERNAL_AGENTS:
            self.counters.first_chunk_after(self._loop.time() - entry.job.accepted_at)
        entry.spoke = True

    def _finished(self, entry: JobEntry, blob: bytes) -> None:
        try:
            outcome = _decode_outcome(blob)
        except CodecError as error:
            self._refuse(entry, f"The worker sent a result that cannot be read ({error}).")
            return
        fault = fault_in_outcome(outcome)
        if fault is not None:
            self._refuse(entry, fault)
            return
        entry.job.finished(outcome, self._loop.time())
        if entry.job.outcome is outcome:
            self._store.outcome(entry.stream.number, outcome)
            self._spending.record(entry)
        self.catalog.keep(entry, outcome)
        self.own_catalogs.keep(entry, outcome)
        self._timers.set(entry)

    # ---- inside

    def _entry_of(self, worker: Worker) -> JobEntry | None:
        entry = self._jobs.get(worker.job_id)
        return entry if entry is not None and entry.worker is worker and not entry.job.ended else None
