"""Columns that say yes or no are said as adjectives."""

from datetime import datetime

import pytest

from agent_worker.offline.planner import plan
from agent_worker.plan import SqlPlan, Turn
from tests.harness.data.small_tables import Make, Tables

CLUB: Tables = {
    "member": {"member_id": [1, 2, 3, 4], "name": ["Ann", "Ben", "Cat", "Dan"],
               "town": ["Rome", "Oslo", "Rome", "Bern"],
               "is_active": [True, False, True, False]},
    "fee": {"fee_id": [1, 2, 3], "member_id": [1, 2, 3], "amount": [10.0, 20.0, 40.0], "settled": [True, True, False],
            "due_on": [datetime(2025, 1, n) for n in (1, 2, 3)]},
}  # fmt: skip


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("how many members are active", [{"2"}]),
        ("how many active members are there", [{"2"}]),
        ("how many members are not active", [{"2"}]),
        ("list active members", [{"Ann"}, {"Cat"}]),
        ("which members are active", [{"Ann"}, {"Cat"}]),
        ("number of active members by town", [{"Rome", "2"}]),
        ("average amount of fees of active members", [{"25.0"}]),
        ("total amount of settled fees", [{"30.0"}]),
        ("inactive members", [{"Ben"}, {"Dan"}]),
        ("how many fees are unsettled", [{"1"}]),
    ],
)
def test_rows_that_say_yes_or_no_are_meant(make: Make, question: str, rows: list[set[str]]) -> None:
    data = make(CLUB)
    found = plan(question, data.catalog)
    assert isinstance(found, SqlPlan), found
    shown = [set(map(str, row)) for row in data.rows(found.sql)]
    assert len(shown) == len(rows)
    assert all(any(want <= row for row in shown) for want in rows), found.reading


@pytest.mark.parametrize("question", ["how many fees were settled in 2025"])
def test_what_is_not_said_so_is_asked_back(make: Make, question: str) -> None:
    assert not isinstance(plan(question, make(CLUB).catalog), SqlPlan)


DEPOT: Tables = {
    "trucks": {"truck_id": [1, 2, 3, 4], "plate": ["A1", "B2", "C3", "D4"], "electric": [1, 0, 1, 1],
               "leased": ["Y", "N", "N", "Y"], "town": ["Rome", "Oslo", "Rome", "Bern"], "smoker": [True, False, None,
               True]},
}  # fmt: skip


@pytest.mark.parametrize(
    ("questions", "right"),
    [
        (["how many trucks are electric"], [(3,)]),
        (["how many trucks are not electric"], [(1,)]),
        (["number of leased trucks by town"], [("Bern", 1), ("Rome", 1)]),
        (["how many smokers are there"], [(2,)]),
        (["how many electric trucks are there", "and not electric"], [(1,)]),
        (["how many trucks are there", "only leased"], [(2,)]),
    ],
)
def test_letters_and_ones_say_yes_too(make: Make, questions: list[str], right: list[tuple[object, ...]]) -> None:
    data = make(DEPOT)
    found = plan(questions[-1], data.catalog, [Turn(question) for question in questions[:-1]])
    assert isinstance(found, SqlPlan), found
    assert sorted(data.rows(found.sql)) == right, found.reading


HOTEL: Tables = {
    "houses": {"house_id": [1, 2, 3], "name": ["Ai", "Bo", "Cy"], "has_pool": [True, False, None],
               "pets_allowed": [False, True, True], "town": ["Rome", "Oslo", "Rome"]},
}  # fmt: skip


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("which houses have a pool", {"Ai"}),
        ("houses without a pool", {"Bo"}),  # what is not known is in neither
        ("houses that allow pets", {"Bo", "Cy"}),
        ("houses that don't allow pets", {"Ai"}),
        ("houses that allow pets in Rome", {"Cy"}),
    ],
)
def test_what_things_have_or_allow_is_read_from_yes_and_no(make: Make, question: str, names: set[str]) -> None:
    data = make(HOTEL)
    found = plan(question, data.catalog)
    assert isinstance(found, SqlPlan), found
    assert {row[1] for row in data.rows(found.sql)} == names, found.reading
