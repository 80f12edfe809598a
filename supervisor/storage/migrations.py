"""Brings a log that an earlier version of the program began to the newest version, step by numbered step."""

import sqlite3
from collections.abc import Callable

from bus.log import SCHEMA, known_version


def migrate(db: sqlite3.Connection) -> None:
    """Take each step that the log has not taken yet, in a transaction of its own; `PRAGMA user_version` counts them.

    Raises `UnknownVersion`, `sqlite3.Error`.
    """
    version = known_version(db)
    for number, step in enumerate(_STEPS[version:], version + 1):
        try:
            db.executescript(f"BEGIN IMMEDIATE; {step(db)} PRAGMA user_version = {number}; COMMIT;")
        finally:
            if db.in_transaction:
                db.execute("ROLLBACK")


def _first_tables(db: sqlite3.Connection) -> str:
    """The tables as they were when versions began to be counted. A log without a number may be new, or complete, or
    older than the history, which came with a column."""
    columns = {row[1] for row in db.execute("PRAGMA table_info(jobs)")}
    add = "ALTER TABLE jobs ADD COLUMN rolled_up_at REAL;" if columns and "rolled_up_at" not in columns else ""
    return add + SCHEMA


def _shares(db: sqlite3.Connection) -> str:
    return """CREATE TABLE shares (
        share_id TEXT PRIMARY KEY,
        user TEXT NOT NULL,
        conversation_id TEXT NOT NULL,
        title TEXT NOT NULL,
        public INTEGER NOT NULL,
        created_at REAL NOT NULL,
        jobs BLOB NOT NULL
    ); CREATE INDEX shares_by_user ON shares (user, created_at);"""


def _saved(db: sqlite3.Connection) -> str:
    return """CREATE TABLE saved (
        saved_id TEXT PRIMARY KEY,
        user TEXT NOT NULL,
        created_at REAL NOT NULL,
        content BLOB NOT NULL,
        place INTEGER,
        session_id TEXT,
        conversation_id TEXT,
        asked_at REAL
    ); CREATE INDEX saved_by_user ON saved (user, created_at);"""


_STEPS: tuple[Callable[[sqlite3.Connection], str], ...] = (_first_tables, _shares, _saved)
"""Each returns the SQL that leads from the version before to its own; `bus.log.VERSION` is how many there are. Only
ever append: a step that was taken once is never taken again."""
