"""Answers that were wrong in silence: each is given right, or asked back. Small tables, made here."""

import pytest

from agent_worker.offline.planner import plan
from agent_worker.plan import SqlPlan
from bus.contract.events import Clarification
from tests.harness.data.small_tables import Make, Tables

STATES: Tables = {
    "state": {"name": ["Texas", "Ohio", "Maine"], "capital": ["austin", "columbus", "augusta"],
              "population": [30, 12, 1], "density": [40.5, 107.25, 17.0], "highest_elevation": [2667, 472, 1606]},
    "city": {"city_name": ["boston", "dallas", "akron"], "state_name": ["Maine", "Texas", "Ohio"],
             "population": [650, 1300, 190]},
}  # fmt: skip
SCHOOL: Tables = {
    "advisor": {"advisor_id": [1, 2, 3], "name": ["Ada", "Bo", "Cy"]},
    "student": {"student_id": [11, 12, 13, 14], "name": ["Ann", "Ben", "Cat", "Dan"],
                "sex": ["male", "female", "male", "male"], "advisor_id": [1, 1, 2, 2], "age": [20, 22, 24, 31]},
    "pet": {"pet_id": [1, 2, 3], "student_id": [11, 11, 12], "kind": ["cat", "dog", "dog"]},
}  # fmt: skip
SALES: Tables = {
    "sales_by_region": {"region": ["north", "north", "south"], "total": [10, 20, 5], "is_null_count": [0, 1, 2],
                        "value": [1, 2, 3], "empty": [0, 0, 1], "a": [7, 8, 9]},
}  # fmt: skip
MACHINES: Tables = {
    "machine": {"machine_id": [1, 2, 3], "name": ["press", "lathe", "drill"], "model_year": [1998, 2004, 2021],
                "month": [2, 5, 11], "hour": [1, 2, 3], "warranty_months": [12, 24, 36]},
}  # fmt: skip


@pytest.mark.parametrize(
    ("tables", "question", "cells"),
    [
        (STATES, "which state has the highest population density", {"Ohio"}),
        (STATES, "what is the highest elevation of Texas", {2667}),
        (STATES, "what is the population of boston", {650}),
        (SCHOOL, "names of advisors who have at least two students", {"Ada", "Bo"}),
        (SCHOOL, "names of students who do not have a pet", {"Cat", "Dan"}),
        (SCHOOL, "names of students who do not have a cat", {"Ben", "Cat", "Dan"}),
        (SCHOOL, "how many students does each advisor have", {"Ada", "Bo"}),
        (SCHOOL, "which advisor has the most students", {"Ada", "Bo"}),
        (SCHOOL, "which advisors have no students", {"Cy"}),
        (SCHOOL, "names of students who have both a cat and a dog", {"Ann"}),
        (SALES, "sum of a", {24}),
        (SALES, "total by region", {"north", "south", 30, 5}),
        (SALES, "sum of total by region", {"north", "south", 30, 5}),
        (SALES, "average value", {2.0}),
        (SALES, "maximum is_null_count", {2}),
        (MACHINES, "names of machines with more than 20 warranty months", {"lathe", "drill"}),
    ],
)
def test_it_is_answered_right_or_asked_back(make: Make, tables: Tables, question: str, cells: set[object]) -> None:
    data = make(tables)
    found = plan(question, data.catalog)
    if isinstance(found, SqlPlan):
        shown = {cell for row in data.rows(found.sql) for cell in row}
        kinds = {type(cell) for cell in cells}
        assert cells & shown, found.reading
        assert {cell for cell in shown if type(cell) in kinds and isinstance(cell, str)} <= cells, found.reading


@pytest.mark.parametrize(
    ("tables", "question"),
    [
        (SCHOOL, "average advisor id"),
        (SCHOOL, "how many students are male and how many female"),
        (SCHOOL, "students nominated for a prize"),
        (SCHOOL, "total margin of each advisor"),
        # so many years is how long, and a column of that name says when
        (MACHINES, "which machines are older than 20 years"),
        (MACHINES, "machines younger than 5 years"),
        (MACHINES, "machines with more than 3 months"),
        (MACHINES, "how many machines have more than 2 hours"),
    ],
)
def test_it_is_asked_back(make: Make, tables: Tables, question: str) -> None:
    assert not isinstance(plan(question, make(tables).catalog), SqlPlan)


def test_what_is_sure_is_answered(make: Make) -> None:
    data = make(SCHOOL)
    for question in ("how many students are there", "names of advisors who have at least two students",
                     "names of students who do not have a pet", "average age of students"):  # fmt: skip
        assert isinstance(plan(question, data.catalog), SqlPlan), question


@pytest.mark.parametrize("question", ["students never seen", "students that never came"])
def test_a_not_is_asked_back_with_a_question_that_works_and_no_value_that_sounds_like_it(
    make: Make, question: str
) -> None:
    data = make(SCHOOL)
    asked = plan(question, data.catalog)
    assert isinstance(asked, Clarification)
    assert "something is missing" in asked.question
    assert asked.suggestions
    assert all(isinstance(plan(chip, data.catalog), SqlPlan) for chip in asked.suggestions)
