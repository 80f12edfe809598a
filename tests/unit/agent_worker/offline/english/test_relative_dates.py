"""Times relative to today, as days."""

from datetime import date

import pytest

from agent_worker.offline.english.relative_dates import find_period

TODAY = date(2026, 11, 26)  # a Thursday


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("today", "2026-11-26", "2026-11-26"), ("yesterday", "2026-11-25", "2026-11-25"),
        ("this week", "2026-11-23", "2026-11-26"), ("last week", "2026-11-16", "2026-11-22"),
        ("this month", "2026-11-01", "2026-11-26"), ("previous month", "2026-10-01", "2026-10-31"),
        ("last quarter", "2026-07-01", "2026-09-30"), ("last year", "2025-01-01", "2025-12-31"),
        ("in the past 30 days", "2026-10-28", "2026-11-26"), ("last 3 months", "2026-08-26", "2026-11-26"),
        ("past two weeks", "2026-11-13", "2026-11-26"), ("past year", "2025-11-26", "2026-11-26"),
        ("year to date", "2026-01-01", "2026-11-26"), ("mtd", "2026-11-01", "2026-11-26"),
        ("since March", "2026-03-01", "2026-11-26"), ("since December", "2025-12-01", "2026-11-26"),
        ("2 weeks ago", "2026-11-09", "2026-11-15"), ("3 days ago", "2026-11-23", "2026-11-23"),
        ("last summer", "2026-06-01", "2026-08-31"), ("last winter", "2025-12-01", "2026-02-28"),
        ("last March", "2026-03-01", "2026-03-31"),
    ],
)  # fmt: skip
def test_what_is_said_is_days(said: str, first: str, last: str) -> None:
    found = find_period(f"orders {said} by region", TODAY)
    assert found is not None
    assert (str(found.first), str(found.last)) == (first, last)
    assert find_period(found.put_into(f"orders {said} by region"), TODAY) is None


@pytest.mark.parametrize(
    "text",
    ["last day of the month", "last five orders", "since March 2013", "the last order", "this one", "past orders"],
)
def test_what_is_not_said_of_today_is_left_alone(text: str) -> None:
    assert find_period(text, TODAY) is None


@pytest.mark.parametrize("today", [date(2024, 2, 29), date(2026, 1, 1), date(2026, 12, 31), date(2026, 3, 31)])
@pytest.mark.parametrize(
    "said", ["last month", "past 1 month", "last quarter", "past 12 months", "last winter", "4 years ago"]
)
def test_ends_of_months_are_days_that_there_are(said: str, today: date) -> None:
    found = find_period(said, today)
    assert found is not None
    assert found.first <= found.last <= today


def test_a_time_before_its_noun_goes_behind_it() -> None:
    found = find_period("last year's orders by region", TODAY)
    assert found is not None
    assert found.put_into("last year's orders by region") == "orders by region in 2025"
