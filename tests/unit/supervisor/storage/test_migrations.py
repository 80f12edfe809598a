"""A log that any earlier version began is opened, and one of a later version is refused."""

import sqlite3
from pathlib import Path

import pytest

from bus.contract.vocabulary import Role, State
from bus.log import LOG_NAME, SCHEMA, VERSION, LogReader, UnknownVersion
from bus.transport.codec import encode
from bus.wire.commands import Caller, Submit
from bus.wire.job_record import JobRecord, JobSummary
from supervisor.storage.store import Store, StoreError

BEFORE_THE_HISTORY = """
CREATE TABLE jobs (
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
    UNIQUE (user, session_id)
);
CREATE INDEX jobs_by_state ON jobs (state);
CREATE TABLE workers (pid INTEGER NOT NULL, started INTEGER NOT NULL, scratch TEXT NOT NULL);
CREATE TABLE events (
    n INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    at REAL NOT NULL,
    final INTEGER NOT NULL,
    blob BLOB NOT NULL,
    PRIMARY KEY (n, first)
);
"""
SUBMIT = Submit(Caller("ann", Role.USER), "s1", "how many?")
SUMMARY = JobSummary(
    "7f3a", "s1", "ann", "parquet", "how many?", "c1", State.SUCCEEDED, None, 1.0, 1.0, 2.0, None, 1, None
)


def old_log(folder: Path, schema: str) -> None:
    """A log of that shape, without a number, in which a job has ended."""
    with sqlite3.connect(folder / LOG_NAME) as log:
        log.executescript(schema)
        columns = "n, job_id, user, session_id, conversation_id, state, created_at, ended_at, spec, record"
        log.execute(
            f"INSERT INTO jobs ({columns}) VALUES (1, '7f3a', 'ann', 's1', 'c1', 'succeeded', 1, 2, ?, ?)",
            (encode(SUBMIT), encode(JobRecord(SUMMARY, [], []))),
        )
    log.close()


def shape(folder: Path) -> tuple[int, set[tuple[str, str]], set[str]]:
    """Version, columns and indexes of the log."""
    log = sqlite3.connect(folder / LOG_NAME)
    (version,) = log.execute("PRAGMA user_version").fetchone()
    tables = [name for (name,) in log.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    columns = {(table, row[1]) for table in tables for row in log.execute(f"PRAGMA table_info({table})")}
    indexes = {name for (name,) in log.execute("SELECT name FROM sqlite_master WHERE type = 'index'")}
    log.close()
    return version, columns, indexes


@pytest.mark.parametrize("schema", [BEFORE_THE_HISTORY, SCHEMA], ids=["before the history", "before versions"])
def test_an_old_log_gets_the_shape_of_a_new_one_and_keeps_its_jobs(tmp_path: Path, schema: str) -> None:
    new, old = tmp_path / "new", tmp_path / "old"
    new.mkdir()
    old.mkdir()
    Store(new).close()
    old_log(old, schema)
    store = Store(old)
    found = store.queries.session("ann", "s1")
    assert found == (SUMMARY, SUBMIT)
    assert store.queries.longest_unrolled() == 2.0
    store.rolled_up([1], 3.0)
    store.close()
    assert shape(old) == shape(new)
    assert shape(new)[0] == 3
    reader = LogReader(old / LOG_NAME)
    assert [record.summary for record in reader.record("7f")] == [SUMMARY]
    assert reader.not_rolled_up() == []
    reader.close()


def test_a_step_is_taken_once(tmp_path: Path) -> None:
    Store(tmp_path).close()
    with sqlite3.connect(tmp_path / LOG_NAME) as log:
        log.execute("DROP INDEX jobs_by_state")
    log.close()
    Store(tmp_path).close()
    assert "jobs_by_state" not in shape(tmp_path)[2]


def test_a_log_of_a_later_version_is_left_as_it_is(tmp_path: Path) -> None:
    Store(tmp_path).close()
    with sqlite3.connect(tmp_path / LOG_NAME) as log:
        log.execute("PRAGMA user_version = 7")
    log.close()
    words = r"log\.sqlite cannot be read: it is of version 7, this program knows versions up to 3; upgrade it"
    with pytest.raises(StoreError, match=words):
        Store(tmp_path)
    assert shape(tmp_path)[0] == 7


def test_a_reader_refuses_a_log_of_a_later_version_too(tmp_path: Path) -> None:
    Store(tmp_path).close()
    LogReader(tmp_path / LOG_NAME).close()
    with sqlite3.connect(tmp_path / LOG_NAME) as log:
        log.execute(f"PRAGMA user_version = {VERSION + 1}")
    log.close()
    with pytest.raises(
        UnknownVersion, match=rf"{LOG_NAME} cannot be read: it is of version {VERSION + 1}, this program"
    ):
        LogReader(tmp_path / LOG_NAME)


def test_the_version_is_how_many_steps_there_are(tmp_path: Path) -> None:
    Store(tmp_path).close()
    assert shape(tmp_path)[0] == VERSION


def test_a_reader_goes_on_with_the_log_that_takes_the_place_of_its_own(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        old_log(tmp_path / folder, SCHEMA)
    with sqlite3.connect(tmp_path / "two" / LOG_NAME) as log:
        log.execute("DELETE FROM jobs")
    log.close()
    reader = LogReader(tmp_path / "one" / LOG_NAME)
    assert len(reader.records()) == 1
    (tmp_path / "two" / LOG_NAME).replace(tmp_path / "one" / LOG_NAME)
    assert reader.records() == []
    reader.close()
