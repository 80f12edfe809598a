"""How an answer is compared with the rows that a public benchmark expects."""

import duckdb
import pytest

from bench.public_questions import Question, one_of_the_first, same_rows


@pytest.mark.parametrize(
    ("found", "expected", "ordered", "right"),
    [
        ([("Ann", 3), ("Bob", 2)], [[2], [3]], False, True),
        ([("Ann", 3), ("Bob", 2)], [[2], [3]], True, False),
        ([("Ann", 3), ("Bob", 2)], [[3, "ann "], [2, "bob"]], True, True),
        ([("Ann", 3), ("Ann", 3)], [["Ann"]], False, False),
        ([("Ann", 3), ("Bob", 2)], [["Ann", 2], ["Bob", 3]], False, False),
        ([(0.33333333,)], [[0.3333333]], False, True),
        ([("2013-01-01 00:00:00",)], [["2013-01-01"]], False, True),
        ([], [[1]], False, False),
    ],
)
def test_an_answer_is_right_when_some_columns_hold_exactly_the_rows(
    found: list[tuple[object, ...]], expected: list[list[object]], ordered: bool, right: bool
) -> None:
    assert same_rows(found, expected, ordered) is right


@pytest.mark.parametrize(("name", "allowed"), [("Ann", True), ("Bob", True), ("Cid", False)])
def test_any_of_several_first_ones_could_have_been_named(name: str, allowed: bool) -> None:
    sql = "SELECT name FROM people ORDER BY age DESC LIMIT 1"
    with duckdb.connect() as engine:
        engine.execute("CREATE TABLE people AS FROM (VALUES ('Ann', 9), ('Bob', 9), ('Cid', 3)) AS t(name, age)")
        assert one_of_the_first([(name, 9)], Question("d", "q", sql, True, [["Ann"]]), engine) is allowed
