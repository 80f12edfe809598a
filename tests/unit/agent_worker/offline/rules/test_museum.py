"""Things called by two of their values, lives, what is not done yet, floors and decades, over a museum's tables."""

from datetime import date

import pytest

from agent_worker.offline.planner import plan
from agent_worker.plan import SqlPlan
from tests.harness.data.small_tables import Make, Tables, assert_rows

MUSEUM: Tables = {
    "artists": {"artist_id": [1, 2, 3], "full_name": ["Ada Moll", "Ben Rask", "Cy Oort"],
                "nationality": ["Dutch", "French", "Dutch"], "birth_year": [1701, 1750, 1801],
                "death_year": [1760, 1820, None]},
    "galleries": {"gallery_id": [1, 2], "gallery_name": ["Rotunda", "Attic"], "floor": [1, 3]},
    "objects": {"object_id": [1, 2, 3, 4, 5], "title": ["Dawn", "Bust", "Noon", "Hare", "Rain"],
                "artist_id": [1, 1, 2, 3, 3],
                "object_type": ["painting", "sculpture", "painting", "sculpture", "print"],
                "material": ["oil", "bronze", "oil", "marble", "ink"], "year_made": [1730, 1740, 1790, 1830, 1831],
                "gallery_id": [1, 1, 2, 2, 1], "worth": [100.0, 70.5, 90.0, 40.0, 5.5],
                "acquired_on": [date(y, 5, 1) for y in (1988, 1991, 1996, 2003, 2011)]},
    "loans": {"loan_id": [1, 2, 3], "object_id": [1, 3, 3], "fee": [10.0, 20.0, 30.0],
              "start_date": [date(2024, n, 1) for n in (1, 2, 3)], "return_date": [date(2024, 6, 1), None, None]},
}  # fmt: skip


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        # a value before a word for the kind, of the same table and of another
        ("bronze sculptures", [{"Bust"}]),
        ("how many dutch sculptures", [{"2"}]),
        ("oil paintings in the Rotunda", [{"Dawn"}]),
        ("how many oil paintings per gallery", [{"Rotunda", "1"}, {"Attic", "1"}]),
        # whose birth and death are years
        ("artists born before 1720", [{"Ada Moll"}]),
        ("how many artists were born in 1801", [{"1"}]),
        ("artists who died before 1800", [{"Ada Moll"}]),
        # a verb tells which of two years is meant
        ("objects acquired in 1996", [{"Noon"}]),
        ("objects acquired since 2003", [{"Hare"}, {"Rain"}]),
        # what has no day yet
        ("loans not returned yet", [{"2"}, {"3"}]),
        ("how many loans have not been returned", [{"2"}]),
        ("show the return dates of all loans", [{"2024-06-01"}, {"None"}, {"None"}]),
        ("when were the loans returned", [{"2024-06-01"}, {"None"}, {"None"}]),
        # numbers and times
        ("galleries on the third floor", [{"Attic"}]),
        ("objects in galleries on the first floor", [{"Dawn"}, {"Bust"}, {"Rain"}]),
        ("how many objects were acquired per decade", [{"1980", "1"}, {"1990", "2"}, {"2000", "1"}, {"2010", "1"}]),
    ],
)
def test_it_is_read(make: Make, question: str, rows: list[set[str]]) -> None:
    data = make(MUSEUM)
    assert_rows(data, plan(question, data.catalog), rows)


@pytest.mark.parametrize(
    "question", ["artists born per decade", "objects made but not acquired", "loans returned late"]
)
def test_it_is_asked_back(make: Make, question: str) -> None:
    assert not isinstance(plan(question, make(MUSEUM).catalog), SqlPlan)


def test_a_decade_of_years_that_are_numbers(make: Make) -> None:
    data = make({"films": {"title": ["A", "B", "C"], "year": [1994, 1999, 2001]}})
    found = plan("films by decade", data.catalog)
    assert isinstance(found, SqlPlan)
    assert [tuple(row) for row in data.rows(found.sql)] == [(1990, 2), (2000, 1)]
