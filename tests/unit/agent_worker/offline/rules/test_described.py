"""What words before or behind a noun say of it: what is so or not, how long, and which period has most."""

from datetime import date, datetime

import pytest

from agent_worker.offline.planner import plan
from agent_worker.plan import SqlPlan
from tests.harness.data.small_tables import Make, Tables

GYM: Tables = {
    "classes": {"class_id": [10, 11, 12], "title": ["Yin", "Box", "Spin"], "duration_minutes": [75, 45, 30],
                "price": [11.0, 18.0, 14.0]},
    "members": {"member_id": [1, 2, 3, 4], "full_name": ["Ann", "Ben", "Cat", "Dan"],
                "city": ["York", "Hull", "York", "Hull"], "plan": ["plus", "basic", "plus", "plus"],
                "active": [True, False, True, None], "joined_on": [date(2024, 1, day) for day in (1, 2, 3, 4)]},
    "bookings": {"booking_id": [21, 22, 23, 24], "member_id": [1, 1, 2, 3], "class_id": [10, 11, 10, 10],
                 "booked_at": [datetime(2024, 5, 6, 8), datetime(2024, 5, 7, 9), datetime(2024, 6, 1, 9),
                               datetime(2025, 1, 2, 7)],
                 "attended": [True, False, False, True]},
}  # fmt: skip


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("how many active members", [(2,)]),
        ("how many members are active", [(2,)]),
        ("how many members are not active", [(1,)]),  # of one it is not known
        ("active members in York", [(1, "Ann"), (3, "Cat")]),
        ("which city has the most active members", [("York", 2)]),
        ("which city has the most plus members", [("York", 2)]),
        ("how many bookings were attended", [(2,)]),
        ("what share of bookings was attended", [(50.0,)]),
        ("titles of classes longer than 40 minutes", [("Yin",), ("Box",)]),
        ("titles of classes shorter than 40 minutes", [("Spin",)]),
        ("show the titles of classes by price descending", [("Box",), ("Spin",), ("Yin",)]),
        ("which month had the most bookings", [(date(2024, 5, 1), 2)]),
        ("which year had the most bookings", [(2024, 3)]),
    ],
)
def test_it_is_read_so(make: Make, question: str, rows: list[tuple[object, ...]]) -> None:
    data = make(GYM)
    found = plan(question, data.catalog)
    assert isinstance(found, SqlPlan), found
    assert [row[: len(rows[0])] for row in data.rows(found.sql)] == rows, found.sql


@pytest.mark.parametrize(
    "question",
    [
        # by each of them, or by whom
        "bookings that were not attended by class",
        # prices have no minutes
        "classes more expensive than 10 minutes",
    ],
)
def test_it_is_asked_back(make: Make, question: str) -> None:
    assert not isinstance(plan(question, make(GYM).catalog), SqlPlan)
