"""How a wrong answer to a question of a public benchmark is sorted."""

import duckdb
import pytest

from bench.public_questions import Question, one_of_the_first, tied


@pytest.mark.parametrize(("name", "allowed"), [("Ann", True), ("Bob", True), ("Cid", False)])
def test_any_of_several_first_ones_could_have_been_named(name: str, allowed: bool) -> None:
    sql = "SELECT name FROM people ORDER BY age DESC LIMIT 1"
    with duckdb.connect() as engine:
        engine.execute("CREATE TABLE people AS FROM (VALUES ('Ann', 9), ('Bob', 9), ('Cid', 3)) AS t(name, age)")
        assert one_of_the_first([(name, 9)], Question("d", "q", sql, True, [["Ann"]]), engine) is allowed


@pytest.mark.parametrize(("names", "all_of_them"), [(["Ann", "Bob"], True), (["Ann"], False), (["Ann", "Cid"], False)])
def test_an_answer_is_tied_that_shows_all_who_share_the_first_place(names: list[str], all_of_them: bool) -> None:
    sql = "SELECT name FROM people ORDER BY age DESC LIMIT 1"
    with duckdb.connect() as engine:
        engine.execute("CREATE TABLE people AS FROM (VALUES ('Ann', 9), ('Bob', 9), ('Cid', 3)) AS t(name, age)")
        rows = [(name, 9) for name in names]
        assert tied(rows, Question("d", "q", sql, True, [["Ann"]]), engine) is all_of_them
