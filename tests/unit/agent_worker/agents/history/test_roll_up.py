"""From the log into the history: everything once, by day, within its limits."""

from datetime import date, timedelta
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from agent_worker.agents.history import files
from agent_worker.agents.history.roll_up import roll_up, too_old_or_too_much
from agent_worker.catalog.reader import read_catalog
from agent_worker.context import AgentError
from bus.contract.agents import CATALOG_AGENT
from bus.contract.settings import HistorySettings
from bus.log import LOG_NAME
from supervisor.storage.store import Store
from tests.harness.data.histories import NOON, history_of, record_of, write_job

KEEP_ALL = HistorySettings(keep_days=100_000)
DAY_S = 86_400
FOUR = [("a", 1), ("a", 2), ("a", 3), ("a", 4)]


class Rolled:
    """A state folder with a log, and its history."""

    def __init__(self, state_dir: Path) -> None:
        self.store = Store(state_dir)
        self.log = state_dir / LOG_NAME
        self.folder = state_dir / "history"
        self.folder.mkdir()
        self.said: list[str] = []

    def up(self, settings: HistorySettings | None = KEEP_ALL) -> list[int]:
        return roll_up(self.log, self.folder, settings, self.said.append)


@pytest.fixture
def rolled(tmp_path: Path):  # type: ignore[no-untyped-def]
    rolled = Rolled(tmp_path)
    yield rolled
    rolled.store.close()


def test_an_ended_job_and_its_events_come_in_and_a_running_one_does_not(rolled: Rolled) -> None:
    number = write_job(rolled.store, record_of("a"))
    write_job(rolled.store, record_of("b", None))
    assert rolled.up() == [number]
    assert history_of(rolled.folder) == (["a"], FOUR)


def test_again_changes_nothing_while_the_log_is_not_marked_yet(rolled: Rolled) -> None:
    number = write_job(rolled.store, record_of("a"))
    assert rolled.up() == rolled.up() == [number]
    assert history_of(rolled.folder) == (["a"], FOUR)


def test_a_marked_job_is_not_looked_at_again(rolled: Rolled) -> None:
    rolled.store.rolled_up([write_job(rolled.store, record_of("a"))], NOON)
    rolled.store.commit()
    assert rolled.up() == []


def test_later_jobs_of_a_day_join_the_earlier_ones_in_one_file(rolled: Rolled) -> None:
    write_job(rolled.store, record_of("a"))
    rolled.up()
    write_job(rolled.store, record_of("b", NOON + 5))
    write_job(rolled.store, record_of("c", NOON + DAY_S))
    rolled.up()
    names = sorted(str(path.relative_to(rolled.folder)) for path in rolled.folder.rglob("*.parquet"))
    days = ("day=2026-03-14", "day=2026-03-15")
    assert names == [f"{table}/{day}/{table}.parquet" for table in ("events", "jobs") for day in days]
    jobs, events = history_of(rolled.folder)
    assert jobs == ["a", "b", "c"]
    assert len(events) == len(set(events)) == 12


def test_a_history_that_an_older_version_has_written_gets_the_columns_that_the_description_names(
    rolled: Rolled,
) -> None:
    write_job(rolled.store, record_of("a"))
    rolled.up()
    file = next(rolled.folder.glob("jobs/*/jobs.parquet"))
    pq.write_table(pq.ParquetFile(file).read().drop_columns(["verdict", "comment"]), file)
    rolled.up()
    with duckdb.connect(config={"threads": 1}) as connection:
        catalog = read_catalog(rolled.folder, connection=connection)
    assert catalog.description.synonyms["feedback"] == "jobs.comment"
    assert history_of(rolled.folder) == (["a"], FOUR)


def test_the_supervisors_own_jobs_are_done_with_but_do_not_count(rolled: Rolled) -> None:
    number = write_job(rolled.store, record_of("a", agent=CATALOG_AGENT))
    assert rolled.up() == [number]
    assert history_of(rolled.folder) == ([], [])


def test_garbage_of_a_worker_holds_nobody_up(rolled: Rolled) -> None:
    write_job(rolled.store, record_of("a"), [b"\xc1 garbage", b""])
    write_job(rolled.store, record_of("b"))
    assert len(rolled.up()) == 2
    jobs, events = history_of(rolled.folder)
    assert jobs == ["a", "b"]
    assert events[:2] == [("a", 1), ("a", 2)]


def test_a_long_stream_is_taken_in_pieces(rolled: Rolled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "ROW_GROUP_ROWS", 3)
    write_job(rolled.store, record_of("a"))
    write_job(rolled.store, record_of("b"))
    rolled.up()
    assert [seq for _, seq in history_of(rolled.folder)[1]] == [1, 2, 3, 4] * 2


def test_a_damaged_file_is_named_and_stays(rolled: Rolled) -> None:
    write_job(rolled.store, record_of("a"))
    rolled.up()
    file = files.day_file(rolled.folder, "jobs", date(2026, 3, 14))
    file.write_bytes(b"not parquet")
    write_job(rolled.store, record_of("b"))
    with pytest.raises(AgentError, match=r"jobs\.parquet cannot be read") as raised:
        rolled.up()
    assert "move the file away" in raised.value.hint
    assert file.read_bytes() == b"not parquet"


def test_days_older_than_the_limit_go(rolled: Rolled) -> None:
    write_job(rolled.store, record_of("a"))
    rolled.up()
    rolled.up(None)
    assert history_of(rolled.folder)[0] == ["a"], "a clock that cannot be believed trims nothing"
    rolled.up(HistorySettings(keep_days=1))
    assert history_of(rolled.folder) == ([], [])
    assert list(rolled.folder.glob("*/*")) == []


def test_the_oldest_days_go_first_and_the_latest_stays(rolled: Rolled) -> None:
    for day in range(4):
        write_job(rolled.store, record_of(f"job{day}", NOON + day * DAY_S))
    rolled.up()
    today = date(2026, 3, 17)
    sizes = [files.day_bytes(rolled.folder, today - timedelta(days=ago)) for ago in range(4)]
    for room, gone in ((sum(sizes), 0), (sum(sizes) - 1, 1), (sizes[0] + sizes[1], 2), (1, 3), (0, 0)):
        going = too_old_or_too_much(rolled.folder, HistorySettings(max_bytes=room), today)
        assert going == [today - timedelta(days=3 - index) for index in range(gone)], f"with room for {room} bytes"
    assert too_old_or_too_much(rolled.folder, HistorySettings(keep_days=2), today) == [date(2026, 3, 14)]
