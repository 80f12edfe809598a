"""The one writer of the log: jobs, their events, and which worker processes exist.

Writes collect until `commit`. A commit survives the crash of any process; a `durable` one, used where a job is
accepted and where it ends, also survives a power cut.
"""

import asyncio
import errno
import fcntl
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

from bus.log import LOG_NAME, UnknownVersion
from bus.system.private_files import keep_private
from bus.transport.codec import CodecError, encode
from bus.wire.commands import Submit
from bus.wire.job_record import JobRecord
from bus.wire.topics import Published
from bus.wire.worker import ConversationTurn, Outcome
from supervisor.storage.conversations import ConversationLog
from supervisor.storage.migrations import migrate
from supervisor.storage.queries import Queries
from supervisor.storage.saved import SavedLog
from supervisor.storage.shares import ShareLog

LOCK_NAME = "lock"
DISCARDED_ROWS = 16
"""Of a stream, in one piece: rows are batches of up to some megabytes."""

LAST_RESORT_PAGES = 65_536
"""After so many a commit moves the write-ahead log into the database by itself, should the checkpointer not."""


_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


class StoreError(Exception):
    """The log cannot be written or opened; the text says where and what to do."""


@contextmanager
def usable(state_dir: Path) -> Iterator[None]:
    """Raises `StoreError` where what the log has is not what was written, or where there is no room."""
    try:
        yield
    except (sqlite3.Error, CodecError) as error:
        text = f"{state_dir / LOG_NAME} cannot be read: {error}; {_way_out(error, state_dir)}, or use --state-dir"
        raise StoreError(text) from error
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        text = f"{error.filename or state_dir} cannot be written: {error.strerror}"
        raise StoreError(f"{text}; {_way_out(error, state_dir)}, or use --state-dir") from error


def _way_out(error: Exception, folder: Path) -> str:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if isinstance(error, CodecError) or code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return "it is damaged: with the server ended, restore it from a backup or move it away"
    return f"make room in {folder}"


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
        """About how much of the log was written since the checkpointer last set this to 0."""
        self.commit_requested = asyncio.Event()
        """Set while something waits for the next `commit`; the group commit clears it."""
        try:
            for suffix in ("", "-wal", "-shm"):
                keep_private(Path(f"{self.path}{suffix}"))
            self._db = sqlite3.connect(self.path, isolation_level=None)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.execute(f"PRAGMA wal_autocheckpoint={LAST_RESORT_PAGES}")
            migrate(self._db)
            self._wal_path = self.path.with_name(f"{LOG_NAME}-wal")
            self._wal = os.open(self._wal_path, os.O_RDWR | os.O_CLOEXEC)
            self._identity = _identity(self.path)
            self.queries = Queries(self._db)
            self.conversations = ConversationLog(self._db, self._write)
            self.shares = ShareLog(self._db, self._write)
            self.saved = SavedLog(self._db, self._write)
            self._last_number: int = self._db.execute("SELECT coalesce(max(n), 0) FROM jobs").fetchone()[0]
        except UnknownVersion as error:
            raise StoreError(f"{self.path} cannot be read: {error}; upgrade it, or use --state-dir") from error
        except (sqlite3.Error, OSError) as error:
            text = f"{self.path} cannot be opened: {error}; {_way_out(error, state_dir)}, or use --state-dir"
            raise StoreError(text) from error

    @property
    def in_place(self) -> bool:
        """False once the log's file, or the one beside it, was removed or replaced: what is written then is in no
        folder any more."""
        return _identity(self.path) == self._identity and _identity(self._wal_path) == _identity(self._wal)

    def close(self) -> None:
        """Write what can be written, and let the state folder go. A log that was removed is written there anew."""
        with ExitStack() as at_exit:
            at_exit.callback(self._let_go)
            if not self.in_place:
                at_exit.callback(self._write_anew)
            self.commit(durable=True)

    def _let_go(self) -> None:
        self._db.close()
        os.close(self._wal)
        os.close(self._lock)

    def _write_anew(self) -> None:
        self._db.execute("PRAGMA wal_checkpoint(PASSIVE)")
        if _identity(self.path) == self._identity:
            return
        for suffix in ("-wal", "-shm"):  # they would be taken for those of the log that takes its place
            self.path.with_name(LOG_NAME + suffix).unlink(missing_ok=True)
        if not self.path.exists():
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with closing(sqlite3.connect(self.path)) as copy:
                self._db.backup(copy)
            self.path.chmod(0o600)

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
        if submit.saved:
            self.saved.asked(submit, summary.created_at)
        return self._last_number

    def append(self, number: int, batch: Published) -> None:
        """A batch of a job's events, as it is published."""
        self._write(
            "INSERT INTO events (n, first, last, at, final, blob) VALUES (?, ?, ?, ?, ?, ?)",
            number,
            batch.first,
            batch.last,
            batch.at,
            int(batch.final),
            batch.blob,
        )

    def update(self, number: int, record: JobRecord, turn: ConversationTurn | None = None) -> None:
        """Write a job's state and record, and the turn that later questions of its conversation learn of, if any."""
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
        """The worker's last message: from here on the job can no longer be stopped."""
        self._write("UPDATE jobs SET outcome = ? WHERE n = ?", encode(outcome), number)

    def rate(self, record: JobRecord) -> int:
        """What an ended job was worth, which the history does not know yet. Returns the job's number."""
        job_id = record.summary.job_id
        self._write("UPDATE jobs SET record = ?, rolled_up_at = NULL WHERE job_id = ?", encode(record), job_id)
        number: int = self._db.execute("SELECT n FROM jobs WHERE job_id = ?", (job_id,)).fetchone()[0]
        return number

    def rolled_up(self, numbers: Sequence[int], at: float) -> None:
        """These ended jobs stand in the history; their outcomes are needed no more."""
        for number in numbers:
            self._write("UPDATE jobs SET rolled_up_at = ?, outcome = NULL WHERE n = ?", at, number)

    def discard(self, ended_before: float) -> bool:
        """Forget a piece of the log that stands in the history: of one job that ended before then (Unix seconds).

        Small, so that other work does not wait for it. Returns whether there was any; call again after the commit. A
        stream vanishes from its beginning, which its readers notice, and the job's row with the last of it.
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
                self.conversations.job_discarded(user, conversation_id)
                self.shares.job_discarded(user, conversation_id)
        return True

    def worker_started(self, pid: int, started: int, scratch: str) -> None:
        self._write("INSERT INTO workers VALUES (?, ?, ?)", pid, started, scratch)

    def worker_gone(self, pid: int, started: int) -> None:
        self._write("DELETE FROM workers WHERE pid = ? AND started = ?", pid, started)

    def request_commit(self) -> None:
        """Have the group commit run soon."""
        self.commit_requested.set()

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
                f"was acknowledged is lost: {_way_out(error, self.path.parent)}"
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
        self.request_commit()


def _identity(file: Path | int) -> tuple[int, int] | None:
    try:
        found = os.fstat(file) if isinstance(file, int) else file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


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
