"""A clock that jumps ahead trims nothing until somebody has said that it is right."""

from pathlib import Path

import pytest

from supervisor.storage.clock_guard import CLOCK_NAME, DAY_S, ClockGuard, ClockReading, ahead_s, read_clocks

NOON = ClockReading(1_800_000_000.0, 1_000.0, "first")


def later(
    passed_s: float, *, jumped_s: float = 0.0, boot_id: str = "first", since_boot_s: float | None = None
) -> ClockReading:
    since = NOON.since_boot_s + passed_s if since_boot_s is None else since_boot_s
    return ClockReading(NOON.wall + passed_s + jumped_s, since, boot_id)


def test_the_clock_is_as_far_ahead_as_no_time_has_passed() -> None:
    assert ahead_s(NOON, later(100 * DAY_S)) == 0.0
    assert ahead_s(NOON, later(5.0, jumped_s=3 * DAY_S)) == 3 * DAY_S
    assert ahead_s(NOON, later(5.0, jumped_s=-3 * DAY_S)) == -3 * DAY_S
    assert ahead_s(NOON, later(4 * DAY_S, boot_id="second", since_boot_s=DAY_S)) == 3 * DAY_S


def test_days_that_pass_hold_nothing_back(tmp_path: Path) -> None:
    guard = ClockGuard(tmp_path)
    for reading in (NOON, later(10 * DAY_S), later(10 * DAY_S, jumped_s=DAY_S / 2), later(5.0, jumped_s=-DAY_S)):
        guard.look(reading)
        assert not guard.held


def test_a_jump_holds_until_the_clock_is_back(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    guard = ClockGuard(tmp_path)
    guard.look(NOON)
    for passed_s in (1.0, 2.0, 400 * DAY_S):
        guard.look(later(passed_s, jumped_s=3 * DAY_S))
        assert guard.held
    assert [record.getMessage().partition(" ahead")[0] for record in caplog.records] == ["the clock is 3.0 days"]
    guard.look(later(3.0))
    assert not guard.held


def test_a_jump_holds_until_an_operator_says_so_also_after_a_restart(tmp_path: Path) -> None:
    guard = ClockGuard(tmp_path)
    guard.look(NOON)
    again = ClockGuard(tmp_path)
    for reading in (later(5.0, jumped_s=2 * DAY_S), later(2 * DAY_S, boot_id="second", since_boot_s=10.0)):
        again.look(reading)
        assert again.held
    (tmp_path / CLOCK_NAME).unlink()
    again.look(later(6.0, jumped_s=2 * DAY_S))
    assert not again.held
    again.look(later(7.0, jumped_s=2 * DAY_S))
    assert not again.held


def test_a_reading_that_cannot_be_read_or_written_is_none(tmp_path: Path) -> None:
    (tmp_path / CLOCK_NAME).write_text("{")
    guard = ClockGuard(tmp_path)
    guard.look(later(0.0, jumped_s=1000 * DAY_S))
    assert not guard.held
    ClockGuard(tmp_path / "missing").look(read_clocks())
