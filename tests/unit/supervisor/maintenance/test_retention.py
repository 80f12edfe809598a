"""When the log forgets what stands in the history: in small pieces, and never anything else."""

import sqlite3
from pathlib import Path

import pytest

from bus.client import _read_log as read_log
from bus.contract.events import Accepted, Status
from bus.contract.vocabulary import SUPERVISOR
from bus.log import LOG_NAME, LogReader
from bus.transport.delivery import Cursor
from bus.transport.sockets import BusError
from supervisor.storage import store as store_module
from supervisor.storage.store import Store
from tests.harness.data.histories import COMPLETED, NOON, log_numbers, record_of, write_job

LATER = NOON + 1


def discard_all(store: Store, before: float = LATER) -> int:
    """Returns how many pieces it took."""
    pieces = 0
    while store.discard(before):
        store.commit()
        pieces += 1
        assert pieces < 1000
    return pieces


def test_only_old_jobs_that_stand_in_the_history_go(tmp_path: Path) -> None:
    store = Store(tmp_path)
    old, unmarked, running, young, last = [
        write_job(store, record_of(name, at))
        for name, at in (("old", NOON), ("unmarked", NOON), ("running", None), ("young", LATER), ("last", NOON))
    ]
    store.rolled_up([old, young, last], NOON)
    store.commit()
    assert discard_all(store) == 1
    store.close()
    assert log_numbers(tmp_path) == [unmarked, running, young, last]  # the newest number is never given away again
    with sqlite3.connect(tmp_path / LOG_NAME) as log:
        assert {row[0] for row in log.execute("SELECT n FROM events")} == {unmarked, running, young, last}
    log.close()


def test_a_long_stream_goes_in_pieces_from_its_beginning_even_over_a_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "DISCARDED_ROWS", 2)
    store = Store(tmp_path)
    number = write_job(store, record_of("a"), [[Accepted(0)], *[[Status("x")]] * 5, [COMPLETED]])
    write_job(store, record_of("b"))
    store.rolled_up([number], NOON)
    store.commit()
    reader = LogReader(tmp_path / LOG_NAME)
    firsts: list[list[int]] = []
    while log_numbers(tmp_path, "job_id = 'a'"):
        assert store.discard(LATER)
        store.close() if len(firsts) % 2 else store.commit()
        if len(firsts) % 2:
            store = Store(tmp_path)
        firsts.append([batch.first for batch in reader.read("a", 0)])
    assert firsts == [[3, 4, 5, 6, 7], [5, 6, 7], [7], []]
    assert not store.discard(LATER)
    reader.close()
    store.close()


async def test_who_reads_a_stream_while_it_vanishes_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "DISCARDED_ROWS", 1)
    store = Store(tmp_path)
    store.rolled_up([write_job(store, record_of("a"))], NOON)
    write_job(store, record_of("b"))
    store.discard(LATER)
    store.commit()
    reader = LogReader(tmp_path / LOG_NAME)
    with pytest.raises(BusError, match="events 1 to 1 of job a are not in the log any more"):
        [batch async for batch in read_log(reader, "a", Cursor())]
    reader.close()
    store.close()


def test_marking_frees_what_only_recovery_needs(tmp_path: Path) -> None:
    store = Store(tmp_path)
    number = write_job(store, record_of("a"))
    store.rolled_up([number], NOON)
    store.commit()
    assert log_numbers(tmp_path, f"rolled_up_at = {NOON} AND outcome IS NULL") == [number]
    store.close()


def test_what_waits_longest_is_known_and_the_supervisors_own_jobs_do_not_wait(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.queries.longest_unrolled() is None
    write_job(store, record_of("own", NOON - 5, user=SUPERVISOR))
    write_job(store, record_of("running", None))
    assert store.queries.longest_unrolled() is None
    write_job(store, record_of("late", NOON + 7))
    first = write_job(store, record_of("first", NOON))
    assert store.queries.longest_unrolled() == NOON
    store.rolled_up([first], NOON)
    store.commit()
    assert store.queries.longest_unrolled() == NOON + 7
    store.close()
