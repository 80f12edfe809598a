"""How an answer to a question of a public benchmark is sorted where the right statement leaves something open."""

import duckdb
import pytest

from bench.public_questions import Question, tied

_PEOPLE = "CREATE TABLE people AS FROM (VALUES ('Ann', 9), ('Bob', 9), ('Cid', 3), ('Dan', 1)) AS t(name, age)"


@pytest.mark.parametrize(
    ("limit", "names", "left_open"),
    [
        ("LIMIT 1", ["Ann"], True),
        ("LIMIT 1", ["Bob"], True),
        ("LIMIT 1", ["Cid"], False),
        # all who share the first place
        ("LIMIT 1", ["Ann", "Bob"], True),
        ("LIMIT 1", ["Ann", "Cid"], False),
        ("LIMIT 2", ["Ann", "Cid"], False),
        # equals in any order, others not
        ("", ["Bob", "Ann", "Cid", "Dan"], True),
        ("", ["Bob", "Ann", "Dan", "Cid"], False),
        ("", ["Ann", "Ann", "Cid", "Dan"], False),
        ("", ["Ann", "Bob"], False),
    ],
)
def test_what_differs_only_in_the_order_of_equals_is_tied(limit: str, names: list[str], left_open: bool) -> None:
    question = Question("d", "q", f"SELECT name FROM people ORDER BY age DESC {limit}", True, [["Ann"]])
    with duckdb.connect() as engine:
        engine.execute(_PEOPLE)
        assert tied([(name, 9) for name in names], question, engine) is left_open
