"""When ended jobs are rolled up into the Parquet history, and when the log may forget them.

The writing is a job of its own (`agent_worker.agents.history`): the supervisor neither knows Parquet nor waits for it.
Once its files are in place the jobs are marked in the log, and days later their rows are removed, both in small pieces.
"""

import asyncio
import logging
import secrets
import time

from bus.address import history_folder
from bus.contract.agents import ROLL_UP_AGENT
from bus.contract.vocabulary import SUPERVISOR, Role, State
from bus.system.private_files import private_folder
from bus.wire.commands import Caller, Submit
from bus.wire.worker import Success
from supervisor.control.controller import JobController
from supervisor.control.parts import Parts
from supervisor.jobs.job_entry import JobEntry

log = logging.getLogger(__name__)

DISCARD_EVERY_S = 60.0
PIECE_EVERY_S = 0.01
MARKED_AT_ONCE = 50
DAY_S = 86_400.0


class Retention:
    """Keeps the history up with the log. `tick` it about once a second."""

    def __init__(self, parts: Parts, controller: JobController) -> None:
        self._settings = parts.settings.history
        self._store = parts.store
        self._journal = parts.journal
        self._conditions = parts.conditions
        self._admission = parts.admission
        self._clock = parts.clock
        self._controller = controller
        self._loop = asyncio.get_running_loop()
        self._running: JobEntry | None = None
        self._to_mark: list[int] = []
        self._changed: set[int] = set()  # since the roll-up under way was asked for, which may have read what was
        self._busy = False  # with pieces, one after the other
        self._not_before = 0.0
        self._daily_at = self._loop.time() + DAY_S  # what is too old must go even when no question is asked
        self._discard_at = 0.0
        private_folder(history_folder(parts.settings.supervisor.state_dir))

    def roll_up(self) -> tuple[JobEntry, bool]:
        """The job that rolls up, and whether it is a new one: one at a time, for they write the same files."""
        if self._running is not None:
            return self._running, False
        caller = Caller(SUPERVISOR, Role.OPERATOR)
        question = Submit(caller, secrets.token_hex(8), "roll ended jobs up into the history", agent=ROLL_UP_AGENT)
        self._daily_at = self._loop.time() + DAY_S
        self._changed.clear()
        entry = self._running = self._controller.submit(question)
        entry.when_finalized(lambda: self._rolled_up(entry))
        return entry, True

    def up_to_date(self) -> JobEntry | None:
        """The job to wait for before the history tells of everything that has ended; None where it does already."""
        return None if self._store.queries.longest_unrolled() is None else self.roll_up()[0]

    def changed(self, number: int) -> None:
        """An ended job (by its number in the log) has been changed: the history has to take it in again, and it is not
        marked as taken in by a roll-up that may have read it before."""
        self._changed.add(number)
        self._to_mark = [other for other in self._to_mark if other != number]

    def tick(self) -> None:
        """Begin a roll-up if one is due, and go on with marking and discarding. To be called about once a second."""
        if self._conditions.closed:
            return
        if self._running is None and not self._to_mark and self._due():
            self.roll_up()
        if not self._busy and (self._to_mark or self._loop.time() >= self._discard_at):
            self._next_piece()

    def _due(self) -> bool:
        every_s = self._settings.roll_up_every_s
        if not every_s or self._loop.time() < self._not_before:
            return False
        if self._loop.time() >= self._daily_at:
            return True
        ended_at = self._store.queries.longest_unrolled()
        return ended_at is not None and ended_at <= time.time() - every_s

    def _rolled_up(self, entry: JobEntry) -> None:
        self._running, outcome = None, entry.job.outcome
        if entry.job.state is State.SUCCEEDED and isinstance(outcome, Success):
            self._to_mark += [number for number in outcome.rolled_up if number not in self._changed]
            if not self._busy:
                self._next_piece()
            return
        self._not_before = self._loop.time() + self._settings.roll_up_every_s
        log.error(
            "the history could not be brought up to date (%s); the log keeps everything, and it is tried again in "
            "%g s; `deadstop show %s` says more",
            getattr(outcome, "error", None) or entry.job.reason,
            self._settings.roll_up_every_s,
            entry.job_id,
            extra={"action": "roll_up", "job_id": entry.job_id},
        )

    def _next_piece(self) -> None:
        """Mark some jobs, or discard a bit of an old one; the next piece follows once this one is on disk."""
        self._busy = False
        if self._admission.draining:
            return  # the log may be closed by the time of the next piece
        if self._to_mark:
            self._store.rolled_up(self._to_mark[:MARKED_AT_ONCE], time.time())
            del self._to_mark[:MARKED_AT_ONCE]
        elif self._clock.held or not self._store.discard(time.time() - self._settings.keep_log_days * DAY_S):
            self._discard_at = self._loop.time() + DISCARD_EVERY_S
            return
        self._busy = True
        self._journal.after_commit(self._next_piece_soon)

    def _next_piece_soon(self) -> None:
        self._loop.call_later(PIECE_EVERY_S, self._next_piece)
