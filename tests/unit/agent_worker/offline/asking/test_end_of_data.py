"""A time that lies behind the end of the data: no question about it is offered, their own last period is."""

from datetime import date

import pytest

from agent_worker.offline.planner import plan
from bench.questions import Data
from bus.contract.events import Clarification

TODAY = date(2026, 11, 26)


@pytest.mark.parametrize(
    "question",
    ["how many flights last month", "show me the busiest airports last month", "which planes were used last week"],
)
def test_chips_stay_within_the_data(question: str, flights: Data) -> None:
    asked = plan(question, flights.catalog, today=TODAY)
    assert isinstance(asked, Clarification)
    assert "end on 2013-12-31" in asked.question
    assert asked.suggestions
    assert not [chip for chip in asked.suggestions if "2026" in chip]


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("busiest airports last month", "top 10 dest by number of flights in December 2013"),
        ("total distance this year vs last year", "total distance in 2013 vs in 2012"),
    ],
)
def test_the_first_chip_asks_the_same_of_the_last_period(question: str, first: str, flights: Data) -> None:
    asked = plan(question, flights.catalog, today=TODAY)
    assert isinstance(asked, Clarification)
    assert asked.suggestions[0] == first


def test_no_chip_groups_by_what_the_last_period_has_one_of(flights: Data) -> None:
    asked = plan("busiest airports last month", flights.catalog, today=TODAY)
    assert isinstance(asked, Clarification)
    assert not [chip for chip in asked.suggestions if "by month" in chip or "by year" in chip]
