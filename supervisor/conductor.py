"""Carries out what the pure parts decide: takes stimuli from clients, workers and the clock, and acts."""

import asyncio
import logging
import secrets
import time
from collections.abc import Iterable

from bus.catalog import Catalog
from bus.codec import CodecError, Decoder
from bus.commands import Caller, Submit
from bus.events import Accepted, Queue, Usage, Warn
from bus.settings import CATALOG_AGENT, HISTORY_AGENT, INTERNAL_AGENTS, Settings, limits_of
from bus.vocabulary import Reason, Role, Rung
from bus.worker_wire import AnyHeader, Assign, Cancel, FinishedHeader, JobSpec, Outcome, Success
from supervisor.admission import Admission, NoRoom
from supervisor.endings import cause_of_death, ending
from supervisor.entries import Entry
from supervisor.journal import Journal, Stream
from supervisor.ladder import Graces, Step, StopRequest
from supervisor.lifecycle import (
    SUPERVISOR,
    Action,
    AlreadyEnded,
    Append,
    Climbing,
    Deadlines,
    End,
    GiveJob,
    Job,
    KillInSilence,
    Launch,
)
from supervisor.presence import Presence
from supervisor.spending import Spending, day_began_at
from supervisor.store import Store
from supervisor.tallies import Tallies
from supervisor.workers import Worker
from supervisor.yard import Yard

log = logging.getLogger(__name__)

POSITIONS_AFTER_S = 0.1
POSITIONS_A_SECOND = 200
"""Each job that starts moves all that wait; told each time, a long queue would keep the supervisor busy with itself."""

OVERSLEPT_S = 1.0
"""A timer that rings so much too late says that we, and not a worker, were not there."""

_decode_outcome: Decoder[Outcome] = Decoder(Outcome)


class Conductor:
    """Every job that has not ended."""

    def __init__(self, settings: Settings, store: Store, journal: Journal, yard: Yard, admission: Admission) -> None:
        self._settings = settings
        self._store = store
        self._journal = journal
        self._yard = yard
        self._admission = admission
        self._loop = asyncio.get_running_loop()
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._telling: asyncio.TimerHandle | None = None
        self._presence = Presence(settings.supervisor.disconnect_grace_s, self.stop_if_possible)
        self.entries: dict[str, Entry] = {}
        self.catalog: Catalog | None = None
        now, limit_usd = time.time(), settings.agent.max_cost_usd_per_user_day
        self._spending = Spending(limit_usd, store.costs_usd(day_began_at(now)), now)
        self.just_ended: dict[str, tuple[float, int]] = {}
        self.tallies = Tallies()
        self.idle = asyncio.Event()
        self.idle.set()

    # ---- stimuli from clients

    def submit(self, submit: Submit, after: Entry | None = None) -> Entry:
        """A new job from a question that was found to be in order. It does not start before `after` has ended."""
        now = self._loop.time()
        job_id = secrets.token_hex(6)
        job = Job(job_id, now, self._graces(), self._deadlines(submit))
        entry = Entry(job, submit, submit.caller.user, Stream(job_id, 0), time.time())
        entry.stream.number = self._store.accept(submit, entry.record())
        self.entries[job_id] = entry
        self.idle.clear()
        if after is None:
            self._admission.enter(job_id, entry.user)
        else:
            after.when_forgotten.append(lambda: self._let_in(entry, after))
        starts = self._admission.next()
        entry.position = 0 if starts == job_id else self._admission.positions().get(job_id, 1)
        self._journal.append(entry.stream, Accepted(entry.position))
        if starts is not None:
            self._launch(starts)
        self._presence.begin(entry)
        self._note("accepted", entry, logging.INFO)
        return entry

    def read_catalog(self) -> Entry:
        """Have the catalog read anew, by a job of its own."""
        caller = Caller(SUPERVISOR, Role.OPERATOR)
        return self.submit(Submit(caller, secrets.token_hex(8), "read the catalog", agent=CATALOG_AGENT))

    @property
    def reads_catalog(self) -> bool:
        """Whether the catalog is being read now."""
        return any(entry.submit.agent == CATALOG_AGENT for entry in self.entries.values())

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

    def stop_if_possible(self, entry: Entry, request: StopRequest) -> None:
        """For stops that nobody waits for an answer to: limits, disconnects, shutdown."""
        if entry.job.undecided:
            self._act(entry, entry.job.stop(request, self._loop.time()))

    def busy(self, user: str, conversation_id: str) -> Entry | None:
        """The job of this conversation that has not ended; there is one at most."""
        for entry in self.entries.values():
            same = (entry.user, entry.submit.conversation_id) == (user, conversation_id)
            if same and not entry.job.ended:
                return entry
        return None

    # ---- stimuli from workers

    def worker_ready(self, worker: Worker) -> None:
        entry = self._entry_of(worker)
        if entry is not None:
            self._act(entry, entry.job.worker_ready(self._loop.time()))

    def worker_heard(self, worker: Worker) -> None:
        entry = self._entry_of(worker)
        if entry is not None:
            entry.job.heard(self._loop.time())

    def data_changed(self, worker: Worker, fingerprint: str) -> None:
        """A worker has found other data than the catalog tells of: have it read anew, once for all who find so."""
        entry = self._entry_of(worker)
        if entry is None or entry.submit.agent == HISTORY_AGENT or self._admission.draining or self._admission.closed:
            return
        known = self.catalog is not None and self.catalog.fingerprint == fingerprint
        if not known and not self.reads_catalog:
            self.read_catalog()

    def worker_sent(self, worker: Worker, header: AnyHeader, blob: bytes) -> None:
        entry = self._entry_of(worker)
        if entry is None or not entry.job.given:
            worker.dropped += 1
            return
        entry.job.heard(self._loop.time())
        costs_more = header.usage.cost_usd > entry.job.usage.cost_usd
        entry.job.usage = _usage(header.usage, entry.stream.seq)
        if costs_more:
            self._check_spending(entry)
        if isinstance(header, FinishedHeader):
            self._finished(entry, blob)
        elif entry.job.outcome is None:
            self._note_first_word(entry)
            self._journal.append_batch(entry.stream, header.count, blob)
            self._check_output(entry)
        self._journal.after_commit(lambda: worker.logged(self._yard.control))

    def worker_exited(self, worker: Worker) -> None:
        entry = self._entry_of(worker)
        if entry is not None:
            entry.job.worker_exited()
            self._set_timer(entry)

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

    def _act(self, entry: Entry, actions: Iterable[Action]) -> None:
        try:
            for action in actions:
                self._do(entry, action)
        finally:  # a step that fails, for want of a descriptor for example, must not end the ladder
            self._set_timer(entry)

    def _do(self, entry: Entry, action: Action) -> None:
        match action:
            case Append(event):
                self._journal.append(entry.stream, event)
            case Launch():
                self._launch_worker(entry)
            case GiveJob():
                self._give(entry)
            case Climbing(step, request):
                self._climb(entry, step, request)
            case KillInSilence():
                self._kill(entry)
            case End():
                self._end(entry)

    def _launch_worker(self, entry: Entry) -> None:
        worker = self._yard.get(entry.submit.agent)
        entry.worker, worker.job_id = worker, entry.job_id
        if worker.ready:
            self.worker_ready(worker)

    def _give(self, entry: Entry) -> None:
        assert entry.worker is not None
        entry.started_at = time.time()
        submit = entry.submit
        options = submit.options
        max_rows = min(options.max_rows or self._settings.limits.max_rows, self._settings.limits.max_rows)
        conversation = (
            self._store.conversation(entry.user, submit.conversation_id, self._settings.agent.history_turns)
            if submit.conversation_id
            else []
        )
        entry.cost_left_usd = self._spending.left_usd(entry.user, self.entries.values(), entry.started_at)
        spec = JobSpec(
            job_id=entry.job_id,
            user=entry.user,
            question=submit.question,
            user_clarification=submit.user_clarification,
            conversation=conversation,
            options=options,
            max_rows=max_rows,
            max_cost_usd=entry.cost_left_usd,
            catalog=None if submit.agent == HISTORY_AGENT else self.catalog,
        )
        entry.worker.tell(self._yard.control, Assign(spec))
        self._store.update(entry.stream.number, entry.record())
        self._yard.refill_soon()
        self._note("started", entry, logging.INFO)

    def _climb(self, entry: Entry, step: Step, request: StopRequest) -> None:
        worker = entry.worker
        if step.rung is not None:
            self._note(step.value, entry, logging.WARNING)
        if worker is None:
            return
        if step is Step.CANCEL:
            worker.tell(self._yard.control, Cancel(request.by, request.reason))
        elif worker.process is None:
            return  # still being born; the next step finds it
        elif step is Step.DUMP_STACK and worker.ready:
            worker.process.dump_stack()
        elif step is Step.TERMINATE:
            worker.process.terminate()
        elif step in (Step.KILL, Step.KILL_AGAIN):
            worker.process.kill()

    def _kill(self, entry: Entry) -> None:
        if entry.worker is not None and entry.worker.process is not None:
            entry.worker.process.kill()

    def _end(self, entry: Entry) -> None:
        entry.end_now()
        self._admission.leave(entry.job_id)
        self._spending.end(entry, time.time())
        event = ending(entry.job, entry.exit_words, entry.last_words.get("stderr", ""), entry.limit_words)
        self._journal.append(entry.stream, event, final=True)
        outcome = entry.job.outcome
        turn = outcome.turn if isinstance(outcome, Success) else None
        self._store.update(entry.stream.number, entry.record(), turn)
        self._journal.after_commit(lambda: self._forget(entry), durable=True)
        self._note("ended", entry, logging.INFO)

    def _forget(self, entry: Entry) -> None:
        self.entries.pop(entry.job_id, None)
        self.just_ended[entry.job_id] = (self._loop.time(), entry.stream.seq)
        self._count_end(entry.job)
        timer = self._timers.pop(entry.job_id, None)
        if timer is not None:
            timer.cancel()
        self._presence.forget(entry.job_id)
        for call in entry.when_forgotten:
            call()
        self.start_waiting()
        if not self.entries:
            self.idle.set()

    def _let_in(self, entry: Entry, after: Entry) -> None:
        if entry.job.ended:
            return
        if after.job.reason is not None:
            text = f"{after.submit.question!r} has failed ({after.job.reason}): the answer may be out of date"
            self._journal.append(entry.stream, Warn(text))
        self._admission.enter(entry.job_id, entry.user)

    def start_waiting(self) -> None:
        """Start whatever may start, and tell the others their new position before long."""
        while (job_id := self._admission.next()) is not None:
            self._launch(job_id)
        if self._telling is None and self._admission.waiting:
            after_s = max(POSITIONS_AFTER_S, len(self._admission.waiting) / POSITIONS_A_SECOND)
            self._telling = self._loop.call_later(after_s, self._tell_positions)

    def _tell_positions(self) -> None:
        self._telling = None
        for job_id, position in self._admission.positions().items():
            entry = self.entries[job_id]
            if position != entry.position:
                entry.position = position
                self._journal.append(entry.stream, Queue(position))

    def _launch(self, job_id: str) -> None:
        entry = self.entries[job_id]
        self._act(entry, entry.job.launch(self._loop.time()))

    def _note_first_word(self, entry: Entry) -> None:
        if not entry.spoke and entry.submit.agent not in INTERNAL_AGENTS:
            self.tallies.spoke(self._loop.time() - entry.job.accepted_at)
        entry.spoke = True

    def _count_end(self, job: Job) -> None:
        self.tallies.job_ended(job.state, job.reason)
        if job.ladder is not None and job.ladder.climbed:
            self.tallies.stopped(job.ladder.rung, job.stop_ms / 1000)

    def _finished(self, entry: Entry, blob: bytes) -> None:
        try:
            outcome = _decode_outcome(blob)
        except CodecError:
            log.warning("%r sent an outcome that cannot be read", entry, extra={"action": "outcome"})
            return
        entry.job.finished(outcome, self._loop.time())
        if entry.job.outcome is outcome:
            self._store.outcome(entry.stream.number, outcome)
        if isinstance(outcome, Success) and outcome.catalog is not None and entry.submit.agent == CATALOG_AGENT:
            self.catalog = outcome.catalog
        self._set_timer(entry)

    def refuse_spending(self, user: str) -> NoRoom | None:
        """Why another question of this user would cost too much, if so."""
        return self._spending.refuse(user, self.entries.values(), time.time())

    def _check_spending(self, entry: Entry) -> None:
        """A worker ends by itself at what was left when it began; but its user's other jobs spend too."""
        left_usd = self._spending.left_usd(entry.user, self.entries.values(), time.time())
        if left_usd is None or entry.cost_left_usd is None or left_usd >= 0:
            return
        if entry.job.usage.cost_usd <= entry.cost_left_usd:
            words = self._spending.words(left_usd)
            entry.limit_words = f"{words[:1].upper()}{words[1:]}."
            self.stop_if_possible(entry, StopRequest(SUPERVISOR, Reason.BUDGET))

    def _check_output(self, entry: Entry) -> None:
        limits = self._settings.limits
        for what, value, limit in (
            ("bytes", entry.stream.size_bytes, limits.max_output_bytes),
            ("events", entry.stream.seq, limits.max_events),
        ):
            if value > limit:
                entry.limit_words = f"The answer has grown to {value:,} {what}; the limit is {limit:,}."
                self.stop_if_possible(entry, StopRequest(SUPERVISOR, Reason.OUTPUT_LIMIT))

    # ---- time

    def _set_timer(self, entry: Entry) -> None:
        known = self._timers.pop(entry.job_id, None)
        if known is not None:
            known.cancel()
        due = entry.job.due
        if due is not None:
            self._timers[entry.job_id] = self._loop.call_at(due, self._tick, entry)

    def _tick(self, entry: Entry) -> None:
        now, due = self._loop.time(), entry.job.due
        if due is not None and now > due + OVERSLEPT_S:
            entry.job.overslept(now)
        self._act(entry, entry.job.tick(now))

    def _graces(self) -> Graces:
        return Graces(self._settings.supervisor.cancel_grace_s, self._settings.supervisor.terminate_grace_s)

    def _deadlines(self, submit: Submit) -> Deadlines:
        worker, limit_s = self._settings.worker, limits_of(self._settings, submit.agent).max_runtime_s
        wanted_s = submit.options.max_runtime_s
        return Deadlines(
            start_s=worker.start_timeout_s,
            runtime_s=min(wanted_s, limit_s) if wanted_s and limit_s else (wanted_s or limit_s),
            heartbeat_s=worker.heartbeat_timeout_s,
            linger_s=worker.linger_s,
        )

    # ---- inside

    def _entry_of(self, worker: Worker) -> Entry | None:
        entry = self.entries.get(worker.job_id) if worker.job_id else None
        return entry if entry is not None and entry.worker is worker and not entry.job.ended else None

    def _note(self, action: str, entry: Entry, level: int) -> None:
        pid = entry.worker.pid if entry.worker else None
        text = f"job {entry.job_id} {action}"
        if action in {rung.value for rung in Rung} and entry.job.ladder is not None:
            request = entry.job.ladder.latest
            text = f"{action}: worker {pid} (job {entry.job_id}), asked by {request.by}, reason {request.reason}"
        log.log(level, text, extra={"action": action, "job_id": entry.job_id, "pid": pid})


def _usage(reported: Usage, seq: int) -> Usage:
    """The worker's own figures, except the number of chunks, which we count."""
    return Usage(
        rows=reported.rows,
        chunks=max(seq - 1, 0),
        model_calls=reported.model_calls,
        input_tokens=reported.input_tokens,
        output_tokens=reported.output_tokens,
        cached_tokens=reported.cached_tokens,
        cost_usd=reported.cost_usd,
        estimated=reported.estimated,
    )
