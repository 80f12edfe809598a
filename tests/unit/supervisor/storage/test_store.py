"""The log on disk: what a power cut may take, and what it may not."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from bus.contract.events import Accepted, Killed, ResponseChunk, Usage
from bus.contract.vocabulary import Reason, Role, Rung, State
from bus.log import LogReader
from bus.transport.codec import encode
from bus.wire.commands import Caller, Submit
from bus.wire.job_record import JobRecord, JobSummary
from bus.wire.topics import Published
from supervisor.maintenance.recovery import settle_jobs
from supervisor.storage.store import Store, StoreError, usable

SUBMIT = Submit(Caller("ann", Role.USER), "s1", "how many?")
BATCH = 10


def record(state: State) -> JobRecord:
    summary = JobSummary(
        job_id="7f3a",
        session_id="s1",
        user="ann",
        agent="parquet",
        question="how many?",
        conversation_id="",
        state=state,
        reason=Reason.USER if state is State.CANCELLED else None,
        created_at=1.0,
        started_at=None,
        ended_at=None,
        pid=None,
        seq=0,
        rung=None,
    )
    return JobRecord(summary, moves=[], rungs=[])


class History:
    """A job's life written to a log, remembering how long the write-ahead log was when something was acknowledged."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.store = Store(folder)
        self.number = self.store.accept(SUBMIT, record(State.QUEUED))
        self.store.append(self.number, Published(1, 1, 1.0, False, encode([Accepted(0)])))
        self.store.commit(durable=True)
        self.accepted_at = self.wal_bytes()
        self.last = 1
        for _ in range(20):
            chunks = [ResponseChunk("response", f"{self.last + i}") for i in range(1, BATCH + 1)]
            self.store.append(self.number, Published(self.last + 1, self.last + BATCH, 1.0, False, encode(chunks)))
            self.store.commit()
            self.last += BATCH
        ending = Killed(Rung.CANCEL, 1.0, "ann", Reason.USER, Usage())
        self.store.append(self.number, Published(self.last + 1, self.last + 1, 1.0, True, encode([ending])))
        self.store.update(self.number, record(State.CANCELLED))
        self.store.commit(durable=True)
        self.ended_at = self.wal_bytes()

    def wal_bytes(self) -> int:
        return (self.folder / "log.sqlite-wal").stat().st_size

    def cut(self, length: int, folder: Path) -> Path:
        """What a disk may hold after a power cut: the log, and the first `length` bytes of its write-ahead log."""
        folder.mkdir()
        (folder / "log.sqlite").write_bytes((self.folder / "log.sqlite").read_bytes())
        (folder / "log.sqlite-wal").write_bytes((self.folder / "log.sqlite-wal").read_bytes()[:length])
        return folder


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    history = History(tmp_path / "whole")
    yield history
    history.store.close()


def test_a_power_cut_never_takes_an_acceptance_or_an_end(history: History, tmp_path: Path) -> None:
    step = max(1, history.ended_at // 97)
    for number, length in enumerate([*range(0, history.ended_at, step), history.accepted_at, history.ended_at]):
        folder = history.cut(length, tmp_path / str(number))
        store = Store(folder)
        heads = settle_jobs(store)
        store.close()
        reader = LogReader(folder / "log.sqlite")
        records = reader.records()
        numbers = [seq for batch in reader.read("7f3a", 0, 1 << 30) for seq, _ in batch.events()]
        reader.close()
        assert numbers == list(range(1, len(numbers) + 1))
        assert records or length < history.accepted_at
        if length >= history.ended_at:
            assert records[0].summary.state is State.CANCELLED
            assert not heads
        elif records:
            assert (records[0].summary.state, records[0].summary.reason) in (
                (State.FAILED, Reason.SUPERVISOR_LOST),
                (State.CANCELLED, Reason.USER),
            )


def test_what_could_not_be_written_waits_for_the_next_time(tmp_path: Path) -> None:
    store = Store(tmp_path)
    number = store.accept(SUBMIT, record(State.QUEUED))
    store.append(number, Published(1, 1, 1.0, False, encode([Accepted(0)])))
    store._db.execute("PRAGMA query_only = ON")  # as a full disk does: reading works, writing does not
    with pytest.raises(StoreError, match="cannot be written"):
        store.commit(durable=True)
    store._db.execute("PRAGMA query_only = OFF")
    store.commit()
    assert store.queries.session("ann", "s1") is not None
    store.close()


def test_a_state_folder_has_one_supervisor(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with pytest.raises(StoreError, match="in use by the supervisor with pid"):
        Store(tmp_path)
    store.close()
    Store(tmp_path).close()


def test_a_start_without_room_says_where_room_is_to_be_made(tmp_path: Path) -> None:
    words = f"cannot be written: No space left on device; make room in {tmp_path}"
    full = Path("/dev/full")
    with pytest.raises(StoreError, match=words), usable(tmp_path), full.open("wb", buffering=0) as file:
        file.write(b"a key")


def test_a_file_that_is_no_log_is_named(tmp_path: Path) -> None:
    (tmp_path / "log.sqlite").write_bytes(b"this is not a database, it is a note" * 100)
    with pytest.raises(StoreError, match=r"log\.sqlite cannot be opened"):
        Store(tmp_path)


def test_following_reads_from_the_middle_of_a_batch(history: History) -> None:
    reader = LogReader(history.folder / "log.sqlite")
    batches = reader.read("7f3a", 15)
    assert [(batch.first, batch.last) for batch in batches][:2] == [(12, 21), (22, 31)]
    assert batches[-1].final
    assert reader.read("7f3a", history.last + 1) == []
    assert reader.final("7f3a") == history.last + 1
    reader.close()


def test_jobs_of_others_use_up_no_limit_of_ones_own(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for number, user in enumerate(["ann", *["zoe"] * 20]):
        submit = Submit(Caller(user, Role.USER), f"s{number}", "how many?")
        ended = record(State.CANCELLED)
        summary = msgspec.structs.replace(ended.summary, job_id=f"ab{number:02}", user=user, session_id=f"s{number}")
        store.accept(submit, msgspec.structs.replace(ended, summary=summary))
    store.commit()
    assert [found.summary.job_id for found in store.queries.record("ab", "ann")] == ["ab00"]
    assert [found.summary.job_id for found in store.queries.ended(5, "ann")] == ["ab00"]
    assert len(store.queries.record("ab")) == 10
    assert {found.summary.user for found in store.queries.ended(5)} == {"zoe"}
    store.close()


@pytest.mark.parametrize("first", [1, 2**63])
def test_what_can_never_be_written_is_said_like_a_full_disk(tmp_path: Path, first: int) -> None:
    store = Store(tmp_path)
    store.append(1, Published(1, 1, 1.0, False, b""))
    store.append(1, Published(first, first, 1.0, False, b""))
    with pytest.raises(StoreError, match=r"cannot be written.*make room"):
        store.commit()
    with pytest.raises(StoreError):
        store.close()
