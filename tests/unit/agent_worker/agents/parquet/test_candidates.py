"""Several plans for one question: which questions get them, when two results are the same, what the plans come to."""

from typing import Any

import pytest

from agent_worker.agents.parquet.candidates.hardness import is_hard
from agent_worker.agents.parquet.candidates.same_result import same
from agent_worker.agents.parquet.candidates.vote import ChosenPlan, PlanCandidate, settled, vote_on
from agent_worker.llm.prompts.preview import Preview
from agent_worker.plan import SqlPlan
from bus.contract.events import Clarification, Column

BIG = 2**60


@pytest.mark.parametrize(
    ("sql", "hard"),
    [
        ("SELECT count(*) FROM flights", False),
        ("SELECT carrier, count(*) FROM flights WHERE month = 1 GROUP BY ALL ORDER BY 2 DESC LIMIT 5", False),
        ("SELECT 'join over select' AS \"union\" FROM flights -- having", False),
        ("SELECT selected, overtime FROM joins", False),
        ("SELECT * FROM flights JOIN airlines USING (carrier)", True),
        ("SELECT * FROM flights f, airlines a WHERE f.carrier = a.carrier", True),
        ("SELECT * FROM flights WHERE dep_delay > (SELECT avg(dep_delay) FROM flights)", True),
        ("WITH x AS (SELECT 1) SELECT * FROM x", True),
        ("SELECT month FROM flights QUALIFY rank() OVER (ORDER BY n) = 1", True),
        ("SELECT carrier FROM flights GROUP BY 1 HAVING count(*) > 5", True),
        ("FROM a UNION FROM b", True),
    ],
)
def test_which_statements_are_hard(sql: str, hard: bool) -> None:
    assert is_hard(sql) is hard


def result(columns: dict[str, str], *rows: tuple[Any, ...]) -> Preview:
    return Preview(tuple(Column(name, kind) for name, kind in columns.items()), rows, len(rows))


def one_column(kind: str, *values: Any) -> Preview:
    return result({"v": kind}, *((value,) for value in values))


ROUTES = result({"origin": "VARCHAR", "dest": "VARCHAR", "n": "BIGINT"}, ("JFK", "LAX", 100), ("LAX", "JFK", 50))


@pytest.mark.parametrize(
    ("one", "other", "are"),
    [
        (one_column("BIGINT", 1, 2), one_column("INTEGER", 2, 1), True),
        (one_column("BIGINT", 1, 2), one_column("BIGINT", 1, 2, 2), False),
        (one_column("BIGINT", 1, 1, 2), one_column("BIGINT", 1, 2, 2), False),
        (one_column("BIGINT", 1_234_567_890_123), one_column("BIGINT", 1_234_567_890_124), False),
        (one_column("BIGINT", str(BIG)), one_column("HUGEINT", BIG), True),
        (one_column("BIGINT", str(BIG)), one_column("BIGINT", str(BIG + 1)), False),
        (one_column("DECIMAL(9,2)", "12.50"), one_column("DOUBLE", 12.5), True),
        (one_column("DECIMAL(9,2)", "12.00"), one_column("BIGINT", 12), True),
        (one_column("DOUBLE", 0.1 + 0.2), one_column("DOUBLE", 0.3), True),
        (one_column("DOUBLE", 0.3), one_column("DOUBLE", 0.30001), False),
        (one_column("DOUBLE", -0.0), one_column("DOUBLE", 0.0), True),
        (one_column("DOUBLE", "NaN"), one_column("DOUBLE", "NaN"), True),
        (one_column("DOUBLE", "NaN"), one_column("DOUBLE", None), False),
        (one_column("DOUBLE", "Infinity"), one_column("DOUBLE", "-Infinity"), False),
        (one_column("VARCHAR", "2013"), one_column("BIGINT", 2013), True),
        (one_column("VARCHAR", "007"), one_column("BIGINT", 7), False),
        (one_column("VARCHAR", "null"), one_column("VARCHAR", None), False),
        (one_column("VARCHAR", "a"), one_column("VARCHAR", "A"), False),
        (one_column("BOOLEAN", True), one_column("BIGINT", 1), False),
        (one_column("DATE", "2013-01-01"), one_column("TIMESTAMP", "2013-01-01T00:00:00"), True),
        (one_column("DATE", "2013-01-01"), one_column("TIMESTAMP", "2013-01-01T00:00:01"), False),
        (one_column("INTEGER[]", [1, 2]), one_column("INTEGER[]", [1, 2]), True),
        (one_column("INTEGER[]", [1, 2]), one_column("INTEGER[]", [2, 1]), False),
        (one_column("STRUCT(a INTEGER)", {"a": 1}), one_column("STRUCT(a INTEGER)", {"a": 2}), False),
        (result({"a": "INTEGER"}), result({"b": "VARCHAR"}), True),
        (result({"a": "INTEGER"}), result({"a": "INTEGER", "b": "INTEGER"}), False),
    ],
)
def test_when_two_results_are_the_same(one: Preview, other: Preview, are: bool) -> None:
    assert same(one, other) is are
    assert same(other, one) is are


def test_columns_are_matched_by_name_then_by_what_they_hold() -> None:
    turned = result({"n": "BIGINT", "dest": "VARCHAR", "origin": "VARCHAR"}, (50, "JFK", "LAX"), (100, "LAX", "JFK"))
    assert same(ROUTES, turned)
    reversed_routes = result(
        {"origin": "VARCHAR", "dest": "VARCHAR", "n": "BIGINT"}, ("LAX", "JFK", 100), ("JFK", "LAX", 50)
    )
    assert not same(ROUTES, reversed_routes), "the same values in columns of the same names, paired otherwise"
    renamed = result({"flights": "BIGINT", "from": "VARCHAR", "to": "VARCHAR"}, (100, "JFK", "LAX"), (50, "LAX", "JFK"))
    assert same(ROUTES, renamed)
    paired = result({"flights": "BIGINT", "from": "VARCHAR", "to": "VARCHAR"}, (100, "JFK", "JFK"), (50, "LAX", "LAX"))
    assert not same(ROUTES, paired)


def test_twins_among_the_columns_are_no_trouble() -> None:
    wide = result({f"c{at}": "INTEGER" for at in range(12)}, tuple([1] * 12), tuple([2] * 12))
    other = result({f"d{at}": "INTEGER" for at in range(12)}, tuple([1] * 12), tuple([2] * 12))
    assert same(wide, other)
    odd = result({f"d{at}": "INTEGER" for at in range(12)}, tuple([1] * 11 + [2]), tuple([2] * 11 + [1]))
    assert not same(wide, odd)


def of(value: int | None, reading: str = "") -> PlanCandidate:
    plan = SqlPlan(f"SELECT {value}", reading=reading)
    return PlanCandidate(plan, None if value is None else one_column("BIGINT", value))


ASKED = PlanCandidate(Clarification("Which year?"), None)


@pytest.mark.parametrize(
    ("candidates", "wanted", "is_settled"),
    [
        ([], 3, False),
        ([of(1)], 3, False),
        ([of(1), of(1)], 3, True),
        ([of(1), of(2)], 3, False),
        ([of(1), of(2), of(3)], 3, True),
        ([of(1), of(2)], 2, True),
        ([of(1), of(2), of(3)], 4, True),
        ([of(1), of(1), of(2)], 4, False),
        ([of(None), of(1)], 3, False),
        ([of(None), ASKED], 3, True),
    ],
)
def test_no_more_plans_are_asked_for_than_can_matter(
    candidates: list[PlanCandidate], wanted: int, is_settled: bool
) -> None:
    assert settled(candidates, wanted) is is_settled


@pytest.mark.parametrize(
    ("candidates", "expected"),
    [
        ([of(1)], ChosenPlan(0, True, "")),
        ([of(None), of(None)], ChosenPlan(0, True, "")),
        ([of(1), of(1)], ChosenPlan(0, True, "2 of 2 plans give this result")),
        (
            [of(1, "Of last year."), of(2, "Of all years."), of(2, "Of all.")],
            ChosenPlan(1, True, "2 of 3 plans give this result (otherwise: Of last year)"),
        ),
        ([of(None), of(2), of(2)], ChosenPlan(1, True, "2 of 3 plans give this result")),
        (
            [of(1), ASKED, of(1)],
            ChosenPlan(0, True, "2 of 3 plans give this result (otherwise: asked back, “Which year?”)"),
        ),
        ([of(None), of(2)], ChosenPlan(1, False, "Only one of 2 plans gave a result.")),
        (
            [of(1, "A"), of(2, "B"), of(3, "C")],
            ChosenPlan(
                0,
                False,
                "3 plans gave 3 different results, none of them the majority's: check how the question was read"
                " (otherwise: B; C).",
            ),
        ),
        (
            [of(1, "A"), of(2, "B"), of(2, "B"), of(1, "A")],
            ChosenPlan(
                0,
                False,
                "4 plans gave 2 different results, none of them the majority's: check how the question was read"
                " (otherwise: B).",
            ),
        ),
    ],
)
def test_what_several_plans_come_to(candidates: list[PlanCandidate], expected: ChosenPlan) -> None:
    assert vote_on(candidates) == expected
