"""What people read: the reading, the title, the chart, the question back and its suggestions."""

import pytest

from agent_worker.offline import plan
from agent_worker.plan import ChartHint, DirectAnswer, SqlPlan
from bench.questions import Data
from bus.contract.events import Clarification


def test_the_reading_says_how_a_question_was_understood(flights: Data) -> None:
    found = plan("How many fligths per airline from JFK in March?", flights.catalog)
    assert isinstance(found, SqlPlan)
    assert found.reading == (
        "“fligths” was read as “flights”. Number of flights, by carrier and airlines name, "
        "where origin is JFK and month is March, highest number of flights first; from flights."
    )
    assert found.title == "Number of flights, by carrier and airlines name"


@pytest.mark.parametrize(
    ("question", "chart"),
    [
        ("flights by month", ChartHint("line", "month", "count")),
        ("flights by carrier", ChartHint("bar", "carrier", "count")),
        ("flights by month and origin", ChartHint("line", "month", "count", "origin")),
        ("average distance and air time by carrier", ChartHint("scatter", "avg_distance", "avg_air_time", "carrier")),
        ("how many flights", None),
        ("list airlines", None),
    ],
)
def test_a_chart_fits_the_figures(flights: Data, question: str, chart: ChartHint | None) -> None:
    found = plan(question, flights.catalog)
    assert isinstance(found, SqlPlan)
    assert found.chart == chart


def test_every_suggestion_is_a_question_that_is_understood(flights: Data) -> None:
    for question in ("average delay by month", "flights at LGA", "temperature by month", "top 5 destinations"):
        found = plan(question, flights.catalog)
        assert isinstance(found, Clarification)
        assert found.suggestions
        for suggestion in found.suggestions:
            assert isinstance(plan(suggestion, flights.catalog), SqlPlan), suggestion


def test_an_unknown_word_is_named(flights: Data) -> None:
    found = plan("average revenue by carrier", flights.catalog)
    assert isinstance(found, Clarification)
    assert "“revenue”" in found.question


@pytest.mark.parametrize(
    ("question", "word"),
    [("what tables are there", "336,776"), ("what columns does planes have", "manufacturer"), ("help", "flights by")],
)
def test_questions_about_the_data_are_answered_from_the_catalog(flights: Data, question: str, word: str) -> None:
    found = plan(question, flights.catalog)
    assert isinstance(found, DirectAnswer)
    assert word in found.text
