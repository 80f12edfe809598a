"""What people read: the reading, the title, the chart, the question back and its suggestions."""

import pytest

from agent_worker.offline.planner import plan
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


@pytest.mark.parametrize(
    ("question", "chips"),
    [
        ("which airport has the second most flights", ["which dest airport has the second most flights",
                                                       "which origin airport has the second most flights"]),
        ("number of flights by airport", ["number of flights by dest airport", "number of flights by origin airport"]),
        ("airports with more than 1000 flights", ["dest airports with more than 1000 flights",
                                                  "origin airports with more than 1000 flights"]),
        ("average arrival delay by airport", ["average arrival delay by dest airport",
                                              "average arrival delay by origin airport"]),
    ],
)  # fmt: skip
def test_where_a_thing_plays_several_parts_each_is_offered(flights: Data, question: str, chips: list[str]) -> None:
    found = plan(question, flights.catalog)
    assert isinstance(found, Clarification)
    assert found.suggestions == chips
    assert "may be dest airport" in found.question or "may be dest airports" in found.question


@pytest.mark.parametrize(
    ("question", "chip"),
    [
        ("how many flights to Los Angeles", "how many flights to Los Angeles Intl"),
        ("average delay of flights to Boston", "average dep delay of flights to BOS"),
        ("how many flights between JFK and LAX", "how many flights from JFK to LAX"),
    ],
)
def test_a_suggestion_keeps_what_was_said(flights: Data, question: str, chip: str) -> None:
    found = plan(question, flights.catalog)
    assert isinstance(found, Clarification)
    assert found.suggestions[0] == chip


@pytest.mark.parametrize(("question", "never"), [("flights from New York", "year"), ("jfk and lax", "“and”")])
def test_neither_a_name_nor_a_word_of_asking_is_taken_for_something_else(
    flights: Data, question: str, never: str
) -> None:
    """There is an airport AND; "new" would be of a year."""
    found = plan(question, flights.catalog)
    assert isinstance(found, Clarification)
    assert not [said for said in (found.question, *found.suggestions) if never in said]


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
