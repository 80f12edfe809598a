"""Hears the workers of jobs: takes what they say, in order, where it is what a worker may say, and tells their jobs."""

import asyncio
import logging
from collections.abc import Callable, Iterable

from bus.contract.agents import INTERNAL_AGENTS
from bus.contract.events import Usage
from bus.contract.vocabulary import SUPERVISOR, Reason, Rung
from bus.transport.codec import CodecError, Decoder
from bus.wire.worker import AnyWorkerMessage, EventBatch, Finished, Heartbeat, Outcome
from supervisor.control.catalog_refresh import CatalogRefresh
from supervisor.control.parts import Parts
from supervisor.control.usage_reports import UsageReports
from supervisor.control.worker_message_check import fault_in, fault_in_outcome, fault_in_usage
from supervisor.jobs.job_entry import JobEntry
from supervisor.lifecycle.final_events import cause_of_death, held_to
from supervisor.lifecycle.job import Action
from supervisor.lifecycle.kill_ladder import Step, StopRequest
from supervisor.own_files.catalogs import OwnCatalogs
from supervisor.scheduling.limits import Exceeded
from supervisor.workers.worker import Worker

log = logging.getLogger(__name__)

_decode_outcome: Decoder[Outcome] = Decoder(Outcome)

MOST_MODEL_NOTES = 32
"""Models and servers are few; a worker that says more is not listened to."""


class WorkerListener:
    """Of all jobs. `act` does what a job decides; without actions it sets the job's timer anew."""

    def __init__(
        self,
        parts: Parts,
        act: Callable[[JobEntry, Iterable[Action]], None],
        catalog: CatalogRefresh,
        own_catalogs: OwnCatalogs,
    ) -> None:
        self._store = parts.store
        self._journal = parts.journal
        self._jobs = parts.jobs
        self._limits = parts.limits
        self._usage_reports = UsageReports(parts.store, parts.daily_budget)
        self._act = act
        self._catalog = catalog
        self._own_catalogs = own_catalogs
        self._counters = parts.counters
        self._model_notes: dict[str, None] = {}
        self._loop = asyncio.get_running_loop()

    @property
    def model_notes(self) -> list[str]:
        """What workers have found out about the model's servers, oldest first, each once."""
        return list(self._model_notes)

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
            self._usage_reports.record(entry)
        if heartbeat.begun:
            entry.job.heard(self._loop.time())
        else:
            self._act(entry, entry.job.heard_waiting(self._loop.time()))

    def data_changed(self, worker: Worker, fingerprint: str) -> None:
        """The worker has found other data than its catalog tells of."""
        entry = self._entry_of(worker)
        if entry is not None and worker.own_folder:
            self._own_catalogs.data_changed(entry, fingerprint)
        elif entry is not None:
            self._catalog.data_changed(entry, fingerprint)

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

    def worker_exited(self, worker: Worker) -> None:
        entry = self._entry_of(worker)
        if entry is not None:
            entry.job.worker_exited()
            self._act(entry, [])

    def worker_gone(self, worker: Worker, exit_words: str) -> None:
        entry = self._entry_of(worker)
        if entry is None:
            return
        entry.worker_ended(exit_words)
        died_of = worker.limit_hit or cause_of_death(entry.last_words.get("stderr", ""))
        if worker.limit_hit is not None:
            entry.name_limit(held_to(worker.limit_hit, worker.limits))
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
            entry.name_limit(words)
            self._act(entry, entry.job.stop(StopRequest(SUPERVISOR, reason, Rung.KILL), self._loop.time()))
        else:
            worker.do(Step.KILL)

    def _take_usage(self, entry: JobEntry, usage: Usage, used_at: float) -> bool:
        """False for a report that no worker can mean; its job is stopped."""
        fault = fault_in_usage(usage)
        if fault is not None:
            self._refuse(entry, fault)
            return False
        self._stop_exceeding(entry, self._usage_reports.take(entry, usage, used_at, self._loop.time()))
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
            self._usage_reports.record(entry)
        self._catalog.take(entry, outcome)
        self._own_catalogs.take(entry, outcome)
        self._act(entry, [])

    def _stop_exceeding(self, entry: JobEntry, limit: Exceeded | None) -> None:
        """Stop a job that has gone beyond a limit. One that is being stopped already keeps the reason it has."""
        if limit is not None and entry.job.ladder is None:
            entry.name_limit(limit.words)
            if entry.job.undecided:
                self._act(entry, entry.job.stop(StopRequest(SUPERVISOR, limit.reason), self._loop.time()))

    def _refuse(self, entry: JobEntry, fault: str) -> None:
        """Stop a job whose worker says what it may not."""
        log.warning("%r: %s", entry, fault, extra={"action": "refused_message"})
        self._stop_exceeding(entry, Exceeded(Reason.AGENT_ERROR, fault))

    def _count_first_chunk(self, entry: JobEntry) -> None:
        if not entry.spoke and entry.submit.agent not in INTERNAL_AGENTS:
            self._counters.first_chunk_after(self._loop.time() - entry.job.accepted_at)
        entry.spoke = True

    def _entry_of(self, worker: Worker) -> JobEntry | None:
        entry = self._jobs.get(worker.job_id)
        return entry if entry is not None and entry.worker is worker and not entry.job.ended else None
