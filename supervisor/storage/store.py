"""The one writer of the log: jobs, their events, and which worker processes exist.

Writes collect until `commit`. A commit survives the crash of any process; a `durable` one, used where a job is
accepted and where it ends, also survives a power cut.
"""

import fcntl
import os
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bus.contract.vocabulary import SUPERVISOR, State
from bus.log import LOG_NAME, SCHEMA
from bus.transport.codec import Decoder, encode
from bus.wire.commands import JobRecord, JobSummary, Submit
from bus.wire.worker import ConversationTurn, Outcome
from supervisor.storage.conversations import Conversations

LOCK_NAME = "lock"
DISCARDED_ROWS = 16
"""Of a stream, in one piece: rows are batches of up to some megabytes."""

LAST_RESORT_PAGES = 65_536
"""After so many a commit moves the write-ahead log into the database by itself, should nobody else do it."""

_decode_record: Decoder[JobRecord] = Decoder(JobRecord)
_decode_submit: Decoder[Submit] = Decoder(Submit)
_decode_outcome: Decoder[Outcome] = Decoder(Outcome)
_decode_turn: Decoder[ConversationTurn] = Decoder(ConversationTurn)


class StoreError(Exception):
    """The log cannot be written or opened; the text says where and what to do."""


class Store:
    """The log of one state folder, held through `flock` so that no second supervisor writes it.

    Nothing is written before `commit`: what has collected is kept until it could be, so that a full disk loses
    nothing.
    """

    def __init__(self, state_dir: Path) -> None:
        self._lock = _take_lock(state_dir / LOCK_NAME)
        self.path = state_dir / LOG_NAME
        self._writes: list[tuple[str, Sequence[Any]]] = []
        self._flush_owed = False
        self.written_bytes = 0
        """About how much of the log was written since somebody last set this to 0."""
        self.on_write: Callable[[], None] = _nothing
        """Called when something waits for the next `commit`."""
        try:
            self._db = sqlite3.connect(self.path, isolation_level=None)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.execute(f"PRAGMA wal_autocheckpoint={LAST_RESORT_PAGES}")
            _add_what_is_new(self._db)
            self._db.executescript(SCHEMA)
            self._wal = os.open(f"{self.path}-wal", os.O_RDWR | os.O_CLOEXEC)
            self.conversations = Conversations(self._db, self._write)
            self._last_number: int = self._db.execute("SELECT coalesce(max(n), 0) FROM jobs").fetchone()[0]
        except (sqlite3.Error, OSError) as error:
            raise StoreError(f"{self.path} cannot be opened: {error}; move it away or use --state-dir") from error

    def close(self) -> None:
        """Write what can be written, and let the state folder go."""
        try:
            self.commit(durable=True)
        finally:
            self._db.close()
            os.close(self._wal)
            os.close(self._lock)

    # ---- writing

    def accept(self, submit: Submit, record: JobRecord) -> int:
        """A new job's row. Returns the number its events are filed under."""
        summary = record.summary
        self._last_number += 1
        self._write(
            "INSERT INTO jobs (n, job_id, user, session_id, conversation_id, state, created_at, spec, record) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            self._last_number,
            summary.job_id,
            summary.user,
            summary.session_id,
            summary.conversation_id,
            summary.state,
            summary.created_at,
            encode(submit),
            encode(record),
        )
        if summary.conversation_id:
            self.conversations.asked(submit, summary.created_at)
        return self._last_number

    def append(self, number: int, first: int, last: int, at: float, blob: bytes, *, final: bool = False) -> None:
        """A batch of a job's events."""
        self._write(
            "INSERT INTO events (n, first, last, at, final, blob) VALUES (?, ?, ?, ?, ?, ?)",
            number,
            first,
            last,
            at,
            int(final),
            blob,
        )

    def update(self, number: int, record: JobRecord, turn: ConversationTurn | None = None) -> None:
        """A job's state and record."""
        summary = record.summary
        self._write(
            "UPDATE jobs SET state = ?, ended_at = ?, record = ?, turn = ? WHERE n = ?",
            summary.state,
            summary.ended_at,
            encode(record),
            encode(turn) if turn else None,
            number,
        )
        if summary.conversation_id and summary.ended_at is not None:
            self.conversations.answered(summary.user, summary.conversation_id, summary.ended_at)

    def outcome(self, number: int, outcome: Outcome) -> None:
        """What the worker said last: from here on the job can no longer be stopped."""
        self._write("UPDATE jobs SET outcome = ? WHERE n = ?", encode(outcome), number)

    def rolled_up(self, numbers: Sequence[int], at: float) -> None:
        """These ended jobs stand in the history; what their workers said last is needed no more."""
        for number in numbers:
            self._write("UPDATE jobs SET rolled_up_at = ?, outcome = NULL WHERE n = ?", at, number)

    def discard(self, ended_before: float) -> bool:
        """Forget a piece of the log that stands in the history: of one job that ended before then (Unix seconds).

        Small, so that nobody waits for it. Returns whether there was any; call again after the commit. A stream
        vanishes from its beginning, which its readers notice, and the job's row with the last of it.
        """
        # The newest job stays: its number must not be given to another one while readers remember it.
        found = self._db.execute(
            "SELECT n, user, conversation_id FROM jobs WHERE rolled_up_at IS NOT NULL AND ended_at < ? AND n < ? "
            "LIMIT 1",
            (ended_before, self._last_number),
        ).fetchone()
        if found is None:
            return False
        number, user, conversation_id = found
        rows = self._db.execute(
            "SELECT last FROM events WHERE n = ? ORDER BY first LIMIT ?", (number, DISCARDED_ROWS)
        ).fetchall()
        if rows:
            self._write("DELETE FROM events WHERE n = ? AND last <= ?", number, rows[-1][0])
        if len(rows) < DISCARDED_ROWS:
            self._write("DELETE FROM jobs WHERE n = ?", number)
            if conversation_id:
                self.conversations.forgotten(user, conversation_id)
        return True

    def worker_born(self, pid: int, started: int, scratch: str) -> None:
        self._write("INSERT INTO workers VALUES (?, ?, ?)", pid, started, scratch)

    def worker_gone(self, pid: int, started: int) -> None:
        self._write("DELETE FROM workers WHERE pid = ? AND started = ?", pid, started)

    def commit(self, *, durable: bool = False) -> None:
        """Write all that has collected, or nothing of it; `durable` also flushes it to the disk.

        Raises `StoreError` and keeps what could not be written for the next time.
        """
        self._flush_owed = self._flush_owed or durable
        try:
            if self._writes:
                self._write_all()
            if self._flush_owed:
                # WAL in NORMAL mode does not flush at commit; this does, for all that has been committed so far.
                os.fdatasync(self._wal)
                self._flush_owed = False
        except (sqlite3.Error, OverflowError, OSError) as error:
            raise StoreError(
                f"{self.path} cannot be written: {error}. No more questions are accepted until it can be; nothing that "
                f"was acknowledged is lost. Make room in {self.path.parent}"
            ) from error

    def _write_all(self) -> None:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            for sql, values in self._writes:
                self._db.execute(sql, values)
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:  # some errors have rolled back already
                self._db.execute("ROLLBACK")
            raise
        self.written_bytes += sum(len(value) for _, values in self._writes for value in values if type(value) is bytes)
        self._writes.clear()

    def _write(self, sql: str, *values: Any) -> None:
        self._writes.append((sql, values))
        self.on_write()

    # ---- reading, for the supervisor itself

    def unfinished(self) -> list[tuple[int, JobRecord, Outcome | None, int]]:
        """Jobs that an earlier supervisor left: (number, record, what the worker said last, last event's number)."""
        rows = self._db.execute(
            "SELECT n, record, outcome, (SELECT coalesce(max(last), 0) FROM events WHERE events.n = jobs.n) FROM jobs "
            "WHERE state NOT IN ('succeeded', 'failed', 'cancelled')"
        ).fetchall()
        return [
            (number, _decode_record(record), _decode_outcome(outcome) if outcome else None, last)
            for number, record, outcome, last in rows
        ]

    def workers(self) -> list[tuple[int, int, str]]:
        """(pid, start time, scratch folder) of the workers that an earlier supervisor left."""
        return [tuple(row) for row in self._db.execute("SELECT pid, started, scratch FROM workers")]

    def session(self, user: str, session_id: str) -> tuple[JobSummary, Submit] | None:
        """The job of a user's session and how it was asked for."""
        row = self._db.execute(
            "SELECT record, spec FROM jobs WHERE user = ? AND session_id = ?", (user, session_id)
        ).fetchone()
        return (_decode_record(row[0]).summary, _decode_submit(row[1])) if row else None

    def record(self, prefix: str, user: str | None = None) -> list[JobRecord]:
        """Records of the jobs (of this user) whose id begins with `prefix`, at most ten."""
        rows = self._db.execute(
            "SELECT record FROM jobs WHERE job_id >= ?1 AND job_id < ?2 AND (?3 IS NULL OR user = ?3) "
            "ORDER BY n DESC LIMIT 10",
            (prefix, prefix + "~", user),
        )
        return [_decode_record(row[0]) for row in rows]

    def ended(
        self, limit: int, user: str | None = None, state: State | None = None, before: str = ""
    ) -> list[JobRecord]:
        """Records of the newest ended jobs (of this user, in this state, asked before that job), newest first."""
        rows = self._db.execute(
            "SELECT record FROM jobs WHERE state IN ('succeeded', 'failed', 'cancelled') "
            "AND (?1 IS NULL OR user = ?1) AND (?3 IS NULL OR state = ?3) "
            # Another's job must not even serve as a mark: whether the page is empty would tell that it exists.
            "AND (?4 = '' OR n < (SELECT n FROM jobs WHERE job_id = ?4 AND (?1 IS NULL OR user = ?1))) "
            "ORDER BY n DESC LIMIT ?2",
            (user, limit, state, before),
        )
        return [_decode_record(row[0]) for row in rows]

    def longest_unrolled(self) -> float | None:
        """When (Unix seconds) the first of those jobs of people ended that are not in the history yet."""
        row = self._db.execute(
            "SELECT ended_at FROM jobs WHERE rolled_up_at IS NULL AND ended_at IS NOT NULL AND user != ? "
            "ORDER BY ended_at LIMIT 1",
            (SUPERVISOR,),
        ).fetchone()
        return float(row[0]) if row else None

    def costs_usd(self, ended_since: float) -> dict[str, float]:
        """What the jobs that have ended since then (Unix seconds) have cost, by user."""
        rows = self._db.execute("SELECT user, record FROM jobs WHERE ended_at >= ?", (ended_since,))
        costs: dict[str, float] = {}
        for user, record in rows:
            costs[user] = costs.get(user, 0.0) + _decode_record(record).usage.get("cost_usd", 0.0)
        return costs

    def conversation(self, user: str, conversation_id: str, limit: int) -> list[ConversationTurn]:
        """The latest turns of a conversation, oldest first."""
        rows = self._db.execute(
            "SELECT turn FROM jobs WHERE user = ? AND conversation_id = ? AND turn IS NOT NULL ORDER BY n DESC LIMIT ?",
            (user, conversation_id, limit),
        ).fetchall()
        return [_decode_turn(row[0]) for row in reversed(rows)]


def _nothing() -> None:
    pass


def _add_what_is_new(db: sqlite3.Connection) -> None:
    """A log that was begun before there was a history."""
    columns = {row[1] for row in db.execute("PRAGMA table_info(jobs)")}
    if columns and "rolled_up_at" not in columns:
        db.execute("ALTER TABLE jobs ADD COLUMN rolled_up_at REAL")


def _take_lock(path: Path) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip() or "unknown"
        os.close(descriptor)
        raise StoreError(
            f"state folder {path.parent} is in use by the supervisor with pid {holder}; "
            "stop that one or choose another folder with --state-dir"
        ) from error
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, str(os.getpid()).encode(), 0)
    return descriptor
