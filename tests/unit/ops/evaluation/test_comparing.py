"""When an answer's rows are the expected ones."""

import pytest

from ops.evaluation.comparing import same_rows


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
        ([("2013-01-01T00:00:00",)], [["2013-01-01"]], False, True),
        ([("2018-03-23T01:30:52",)], [["2018-03-23 01:30:52"]], False, True),
        ([("2018-03-23T01:30:52",)], [["2018-03-23 01:30:53"]], False, False),
        ([], [[1]], False, False),
        ([], [], False, True),
        ([(0.0,)], [[-0.0]], False, True),
        ([("1_000",)], [[1000]], False, False),
        ([("12.50",), (None,)], [[None], [12.5]], False, True),
        ([(1, 2), (2, 1)], [[1, 1], [2, 2]], False, False),
        ([(3,)], [[3, 3]], False, False),
    ],
)
def test_an_answer_is_right_when_some_columns_hold_exactly_the_rows(
    found: list[tuple[object, ...]], expected: list[list[object]], ordered: bool, right: bool
) -> None:
    assert same_rows(found, expected, ordered) is right


def test_so_many_digits_are_compared() -> None:
    assert same_rows([(1_234_567,)], [[1_234_568]])
    assert not same_rows([(1_234_567,)], [[1_234_568]], digits=9)
