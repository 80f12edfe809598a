"""The event log on disk: its schema, and how it is read by all but its one writer.

A row is a batch: events `first`..`last` of a job in one MessagePack array. Readers use short read-only
transactions, so that they never stand in the writer's way.
"""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from bus.transport.codec import Decoder
from bus.transport.sockets import BusError
from bus.wire.batch import Batch
from bus.wire.job_record import JobRecord

LOG_NAME = "log.sqlite"

SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (
    n INTEGER PRIMARY KEY,
    job_id TEXT NOT NULL UNIQUE,
    user TEXT NOT NULL,
    session_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at REAL NOT NULL,
    ended_at REAL,
    spec BLOB NOT NULL,
    record BLOB NOT NULL,
    outcome BLOB,
    turn BLOB,
    rolled_up_at REAL,
    UNIQUE (user, session_id)
);
CREATE INDEX IF NOT EXISTS jobs_by_state ON jobs (state);
CREATE INDEX IF NOT EXISTS jobs_by_conversation ON jobs (user, conversation_id);
CREATE INDEX IF NOT EXISTS jobs_by_roll_up ON jobs (rolled_up_at, ended_at);
CREATE TABLE IF NOT EXISTS conversations (
    user TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    title TEXT NOT NULL,
    words TEXT NOT NULL,
    created_at REAL NOT NULL,
    updated_at REAL NOT NULL,
    hidden INTEGER NOT NULL,
    PRIMARY KEY (user, conversation_id)
);
CREATE INDEX IF NOT EXISTS conversations_by_time ON conversations (user, hidden, updated_at, conversation_id);
CREATE TABLE IF NOT EXISTS workers (
    pid INTEGER NOT NULL,
    started INTEGER NOT NULL,
    scratch TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS events (
    n INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    at REAL NOT NULL,
    final INTEGER NOT NULL,
    blob BLOB NOT NULL,
    PRIMARY KEY (n, first)
);
"""

VERSION = 3
"""The version of the tables, which a log has in `PRAGMA user_version`; 0 in logs older than these versions."""

_MAX_KNOWN = 10_000
"""Numbers of jobs that a reader remembers."""

_decode_record: Decoder[JobRecord] = Decoder(JobRecord)


class UnknownVersion(BusError):
    """The log is of a later version than this program knows; the text says which."""


def known_version(db: sqlite3.Connection) -> int:
    """The log's version. Raises `UnknownVersion`, `sqlite3.Error`."""
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise UnknownVersion(f"it is of version {version}, this program knows versions up to {VERSION}")
    return int(version)


_T = TypeVar("_T")

_LOOK_FOR_S, _LOOK_AGAIN_S = 1.0, 0.001
"""A writer takes microseconds; one that has to wait for a processor in between, as long as that takes."""


def _settled(look: Callable[[], _T]) -> _T:
    """A reader that may not write beside the log (one in the sandbox) cannot tell an index that is being written from
    one that a dead writer has left unfinished, and is refused: it looks again before it believes the latter."""
    until = time.monotonic() + _LOOK_FOR_S
    while True:
        try:
            return look()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_READONLY or time.monotonic() > until:
                raise
            time.sleep(_LOOK_AGAIN_S)


_Identity = tuple[int, int]


def _identity(path: Path) -> _Identity | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


class EndedJob(msgspec.Struct, frozen=True):
    """A job whose stream is complete; `number` is what the log files it under."""

    number: int
    record: JobRecord


class LogReader:
    """Reads the log of a state folder. Cheap to make; one per thread. A log that takes the place of the one that was
    opened is opened in its turn. Raises `UnknownVersion` for one that a later version of the program has written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._numbers: dict[str, int] = {}
        self._open()

    def close(self) -> None:
        self._opened.close()

    def _open(self) -> None:
        self._opened = sqlite3.connect(f"file:{self._path}?mode=ro", uri=True, isolation_level=None, timeout=2.0)
        try:
            _settled(lambda: known_version(self._opened))
        except UnknownVersion as error:
            self._opened.close()
            raise UnknownVersion(f"{self._path} cannot be read: {error}; upgrade this program") from error
        self._identity = self._found()
        self._numbers.clear()

    def _found(self) -> tuple[_Identity, _Identity | None] | None:
        """The log's file, and the one beside it: with another of either, what is open is no use. None without one."""
        log = _identity(self._path)
        return (log, _identity(self._path.with_name(f"{self._path.name}-wal"))) if log is not None else None

    @property
    def _db(self) -> sqlite3.Connection:
        if self._found() not in (None, self._identity):
            self._opened.close()
            self._open()
        return self._opened

    def read(self, job_id: str, after: int, max_bytes: int = 1 << 18) -> list[Batch]:
        """Batches with events later than `after`, oldest first, until `max_bytes` are reached (at least one)."""
        number = self._number(job_id)
        if number is None:
            return []
        rows = self._select(
            "SELECT first, last, at, final, blob FROM events WHERE n = :n AND last > :after AND first >= "
            "coalesce((SELECT max(first) FROM events WHERE n = :n AND first <= :after), 0) ORDER BY first",
            {"n": number, "after": after},
        )
        batches: list[Batch] = []
        size = 0
        for first, last, at, final, blob in rows:
            batches.append(Batch(job_id, first, last, at, bool(final), blob))
            size += len(blob)
            if size >= max_bytes:
                break
        rows.close()
        return batches

    def final(self, job_id: str) -> int | None:
        """The number of a job's last event, once it has ended."""
        newest = "SELECT last, final FROM events WHERE n = ? ORDER BY first DESC LIMIT 1"
        row = self._select(newest, (self._number(job_id),)).fetchone()
        return int(row[0]) if row and row[1] else None

    def find(self, user: str, session_id: str) -> str | None:
        """The job of a user's session."""
        row = self._select("SELECT job_id FROM jobs WHERE user = ? AND session_id = ?", (user, session_id)).fetchone()
        return str(row[0]) if row else None

    def records(self, limit: int = 1000) -> list[JobRecord]:
        """The newest jobs' records, ended ones too, newest first."""
        rows = self._select("SELECT record FROM jobs ORDER BY n DESC LIMIT ?", (limit,)).fetchall()
        return [_decode_record(row[0]) for row in rows]

    def record(self, prefix: str) -> list[JobRecord]:
        """Records of the jobs whose id begins with `prefix`, at most ten."""
        return _settled(lambda: records_by_prefix(self._db, prefix))

    def not_rolled_up(self, after: int = 0, limit: int = 1000) -> list[EndedJob]:
        """The ended jobs that are not marked as standing in the history, in the order of their numbers, which are
        larger than `after`."""
        rows = self._select(
            "SELECT n, record FROM jobs WHERE rolled_up_at IS NULL AND ended_at IS NOT NULL "
            "AND n > ? AND EXISTS (SELECT 1 FROM events WHERE events.n = jobs.n AND final = 1) ORDER BY n LIMIT ?",
            (after, limit),
        ).fetchall()
        return [EndedJob(number, _decode_record(record)) for number, record in rows]

    def _select(self, sql: str, given: tuple[object, ...] | dict[str, object]) -> sqlite3.Cursor:
        return _settled(lambda: self._db.execute(sql, given))

    def _number(self, job_id: str) -> int | None:
        if job_id not in self._numbers:
            row = self._select("SELECT n FROM jobs WHERE job_id = ?", (job_id,)).fetchone()
            if row is None:
                return None
            if len(self._numbers) >= _MAX_KNOWN:
                self._numbers.clear()
            self._numbers[job_id] = row[0]
        return self._numbers[job_id]


def records_by_prefix(db: sqlite3.Connection, prefix: str, user: str | None = None) -> list[JobRecord]:
    """Records of the jobs (of this user) whose id begins with `prefix`, newest first, at most ten."""
    rows = db.execute(
        "SELECT record FROM jobs WHERE job_id >= ?1 AND job_id < ?2 AND (?3 IS NULL OR user = ?3) "
        "ORDER BY n DESC LIMIT 10",
        (prefix, prefix + "~", user),
    ).fetchall()
    return [_decode_record(row[0]) for row in rows]
