"""Dates and times of every year, against the engine's own calendar."""

import random

import duckdb

from bus.values.time_text import date_text, time_text, timestamp_text


def test_every_date_is_the_engines() -> None:
    chosen = random.Random(1)
    days = [
        *range(-719_600, -718_700),
        *range(-400, 800),
        *(chosen.randint(-2_000_000_000, 2_147_483_640) for _ in range(5_000)),
    ]
    with duckdb.connect() as connection:
        known = (
            "SELECT d, (DATE '1970-01-01' + d::INTEGER)::VARCHAR FROM unnest(?::BIGINT[]) t(d) WHERE d > -2147483648"
        )
        rows = connection.execute(known, [[day for day in days if day > -690_000_000]]).fetchall()
    assert len(rows) > 4_000
    assert [date_text(day) for day, _ in rows] == [text for _, text in rows]


def test_every_timestamp_is_the_engines() -> None:
    chosen = random.Random(2)
    counts = [chosen.randint(-9_000_000_000_000_000_000, 9_000_000_000_000_000_000) for _ in range(5_000)]
    with duckdb.connect() as connection:
        known = "SELECT c, make_timestamp(c)::VARCHAR FROM unnest(?::BIGINT[]) t(c)"
        rows = connection.execute(known, [counts]).fetchall()
    assert [timestamp_text(count, 10**6).replace("T", " ") for count, _ in rows] == [text for _, text in rows]


def test_a_fraction_has_no_zeros_at_its_end() -> None:
    assert time_text(3_723_000_001, 10**6) == "01:02:03.000001"
    assert time_text(3_723_120_000, 10**6) == "01:02:03.12"
    assert time_text(86_400, 1) == "24:00:00"
