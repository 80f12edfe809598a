"""Questions of a person in a hurry: which came first, the second most, of number 17, on average, compared, by what."""

from datetime import date, datetime

import pytest

from agent_worker.offline.planner import plan
from agent_worker.plan import SqlPlan
from tests.harness.data.small_tables import Make, Tables, assert_rows

HIRE: Tables = {
    "riders": {"rider_id": [1, 2, 3], "name": ["Ann", "Ben", "Cat"], "town": ["Rome", "Oslo", "Rome"],
               "plan": ["adult", "senior", "adult"],
               "birth_date": [date(1990, 1, 1), date(1950, 1, 1), date(2001, 1, 1)],
               "joined_on": [date(2022, 5, 1), date(2023, 5, 1), date(2021, 5, 1)]},
    "bikes": {"bike_id": [7, 8], "model": ["city", "cargo"], "price": [300.0, 900.0],
              "bought_on": [date(2020, 3, 1), date(2021, 3, 1)], "in_service": [True, False]},
    "trips": {"trip_id": [11, 12, 13, 14, 15], "rider_id": [1, 1, 1, 2, 2], "bike_id": [7, 7, 8, 8, 8],
              "started_at": [datetime(2022, 1, 3, 9), datetime(2022, 1, 8, 9), datetime(2023, 3, 3, 9),
                             datetime(2023, 3, 5, 17), datetime(2023, 4, 3, 9)],
              "ended_at": [datetime(2022, 1, 3, 10), datetime(2022, 1, 8, 10), datetime(2023, 3, 3, 11),
                           datetime(2023, 3, 5, 18), datetime(2023, 4, 3, 10)],
              "fare": [4.0, 8.0, 8.0, 6.0, 2.0], "status": ["done", "done", "broken", "done", "done"]},
    "loans": {"loan_id": [1, 2], "rider_id": [3, 3], "loaned_on": [date(2021, 6, 1), date(2022, 6, 1)],
              "due_date": [date(2025, 1, 1), date(2023, 1, 1)]},
}  # fmt: skip


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("newest bike", [{"cargo"}]),  # by the date of the thing itself
        ("oldest bike", [{"city"}]),
        ("oldest rider", [{"Ben"}]),  # people by their birth
        ("latest loan", [{"2", "2022-06-01"}]),  # the date that is called as the loans are
        ("first rider", [{"Cat"}]),
        ("who joined last", [{"Ben"}]),
        ("which rider joined first", [{"Cat"}]),
        ("when did Ann join", [{"2022-05-01"}]),
        ("when was the last loan", [{"2022-06-01"}]),
        ("loans in 2022", [{"2"}]),
    ],
)
def test_first_and_last_are_by_the_date_of_the_rows(make: Make, question: str, rows: list[set[str]]) -> None:
    _holds(make, question, rows)


PARTS: dict[str, list[object]] = {
    "run_id": [1, 2, 3], "run": [71, 72, 73], "year": [2023, 2023, 2022], "month": [1, 2, 3], "day": [5, 6, 7],
}  # fmt: skip


@pytest.mark.parametrize("question", ["latest run", "last run", "most recent run"])
def test_the_year_of_a_moment_of_several_parts_orders_nothing(make: Make, question: str) -> None:
    started: list[object] = [datetime(2023, 1, 5), datetime(2023, 2, 6), datetime(2022, 3, 7)]
    dated = make({"runs": {**PARTS, "started": started}})
    found = plan(question, dated.catalog)
    assert isinstance(found, SqlPlan), found
    assert [row[0] for row in dated.rows(found.sql)] == [72]
    assert not isinstance(plan(question, make({"runs": PARTS}).catalog), SqlPlan)


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("second oldest rider", [{"Ann"}]),
        ("second highest fare", [{"6.0"}]),  # the two of 8.0 are first together
        ("the 2nd most expensive bike", [{"city"}]),
        ("rider with the second most trips", [{"Ben", "2"}]),
    ],
)
def test_the_second_one_is_meant_with_its_equals(make: Make, question: str, rows: list[set[str]]) -> None:
    _holds(make, question, rows)


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("fare of trip 12", [{"8.0"}]),
        ("town of rider 2", [{"Oslo"}]),
        ("trips of rider 2", [{"14"}, {"15"}]),
        ("riders who joined before 2022", [{"Cat"}]),
        ("riders joined before 2022", [{"Cat"}]),
        ("bikes in service", [{"city"}]),
        ("oldest bike in service", [{"city"}]),
        ("what fraction of bikes is in service", [{"0.5"}]),
        ("riders neither from Rome nor Oslo", []),
        ("are there any trips of Ben", [{"14"}, {"15"}]),
        ("trips by Ben", [{"14"}, {"15"}]),
        ("average fare per trip", [{"5.6"}]),
        ("number of fares below 5", [{"2"}]),
        ("how many seniors", [{"1"}]),
        ("nouns nobody knows", None),
    ],
)
def test_few_words_are_as_clear_as_whole_questions(make: Make, question: str, rows: list[set[str]] | None) -> None:
    _holds(make, question, rows)


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("how long does a trip take", [{"1.2"}]),
        ("how long did trips last on average", [{"1.2"}]),
        ("how long did trip 13 take", [{"2.0"}]),
        ("how long did trips take by town", [{"Rome", str(4 / 3)}, {"Oslo", "1.0"}]),
        ("how many hours do trips take by model", [{"city", "1.0"}, {"cargo", str(4 / 3)}]),
        ("average trip time by town", [{"Rome"}, {"Oslo", "1.0"}]),
        ("average duration of trips", [{"1.2"}]),
        ("average time from started at to ended at by model", [{"city", "1.0"}, {"cargo", str(4 / 3)}]),
        ("which trip took the longest", [{"13"}]),
        ("longest trip", [{"13"}]),
        ("trips longer than 90 minutes", [{"13"}]),
        ("how many trips took more than 90 minutes", [{"1"}]),
        ("how long does a loan take", None),  # when it is due says nothing of its end
    ],
)
def test_what_happened_lasts_from_its_first_to_its_last_date(
    make: Make, question: str, rows: list[set[str]] | None
) -> None:
    _holds(make, question, rows)


def test_the_longest_one_is_asked_back_where_it_has_a_length_too(make: Make) -> None:
    distances: list[object] = [1.0, 2.0, 9.0, 3.0, 4.0]
    data = make({**HIRE, "trips": {**HIRE["trips"], "distance_km": distances}})
    assert not isinstance(plan("longest trip", data.catalog), SqlPlan)
    assert isinstance(plan("which trip took the longest", data.catalog), SqlPlan)


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("trips per rider by town", [{"Rome", "3.0"}, {"Oslo", "2.0"}]),
        ("fare per rider by town", [{"Rome", "20.0"}, {"Oslo", "8.0"}]),
        ("busiest bike", [{"8", "3"}]),
        ("second busiest bike", [{"7", "2"}]),
        ("busiest rider", None),  # by trips, or by loans
        ("top 1 rider by trips in each status", [{"done", "Ann"}, {"done", "Ben"}, {"broken", "Ann"}]),
        ("most common status in each town", [{"Rome", "done", "2"}, {"Oslo", "done", "2"}]),
        ("which rider had the most trips in each status", [{"done", "Ann"}, {"done", "Ben"}, {"broken", "Ann"}]),
        ("top 2 models by fare in each town", None),  # of one trip, or of all
        ("headcount by town", [{"Rome", "2"}, {"Oslo", "1"}]),
        ("who made the most trips", [{"Ann", "3"}]),
        ("riders who never tripped", [{"Cat"}]),
    ],
)
def test_figures_of_each_and_the_first_of_each(make: Make, question: str, rows: list[set[str]] | None) -> None:
    _holds(make, question, rows)


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("hi, how many riders do we have?", [{"3"}]),
        ("hey can you tell me how many riders are from Rome", [{"2"}]),
        ("I'd like to know the average fare per trip", [{"5.6"}]),
        ("I want to see the total fare by town", [{"Rome", "20.0"}, {"Oslo", "8.0"}]),
        ("tell me which riders are from Oslo", [{"Ben"}]),
        ("what's our most expensive bike?", [{"cargo"}]),
        ("could you please show me our riders", [{"Ann"}, {"Ben"}, {"Cat"}]),
        ("total trips by town", [{"Rome", "3"}, {"Oslo", "2"}]),
        ("total amount of loans", None),  # no number of them
        ("total trips and total loans by town", None),
        ("average Oslo fare", [{"4.0"}]),
    ],
)
def test_manners_say_nothing(make: Make, question: str, rows: list[set[str]] | None) -> None:
    _holds(make, question, rows)


LOADS: Tables = {
    "loads": {"load_id": [1, 2, 3], "truck": ["A", "A", "B"], "cost": [10.0, 20.0, 9.0], "grade": [1, 2, 2],
              "weight_kg": [5.0, 5.0, 3.0], "distance_km": [1.5, 1.5, None]},
    "fines": {"fine_id": [1, 2, 3], "driver_id": [1, 2, 2], "amount_eur": [30, 400, 500],
              "paid_date": [date(2024, 1, 1), None, None]},
    "drivers": {"driver_id": [1, 2, 3], "name": ["Ann", "Bo", "Cy"], "sex": ["F", "M", "M"], "minute": [5, 7, 90],
                "born": [1991, 1999, 2000]},
}  # fmt: skip


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("cost per kg", [(39 / 13,)]),
        ("average cost per kg by truck", [("A", 3.0), ("B", 3.0)]),
        ("cost per km", [(10.0,)]),  # what has no distance has no part in it
        ("which truck has the highest cost per kg", [("A", 3.0), ("B", 3.0)]),
        ("how many men", [(2,)]),
        ("how many unpaid fines", [(2,)]),
        ("total of unpaid fines", [(900,)]),
        ("total number of fines", [(3,)]),
        ("average number of fines per driver", [(1.5,)]),
        ("how many unpaid fines over 450 euros", [(1,)]),
        ("how many drivers after minute 6", [(2,)]),
        ("how many drivers were born in the 1990s", [(2,)]),
    ],
)
def test_one_figure_by_another(make: Make, question: str, rows: list[tuple[object, ...]]) -> None:
    data = make(LOADS)
    found = plan(question, data.catalog)
    assert isinstance(found, SqlPlan), found
    assert sorted(data.rows(found.sql)) == rows


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("average trips per rider", [{"2.5"}]),
        ("average number of trips per bike", [{"2.5"}]),
        ("how many loans per rider on average", [{"2.0"}]),
    ],
)
def test_counts_are_averaged_over_those_that_have_any(make: Make, question: str, rows: list[set[str]]) -> None:
    assert "of those that have any" in _holds(make, question, rows)


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("compare loans in 2021 and 2022", [{"2021", "1"}, {"2022", "1"}]),
        ("loans in 2021 vs 2022", [{"2021", "1"}, {"2022", "1"}]),
        ("compare total fare in Rome and Oslo", [{"Rome", "20.0"}, {"Oslo", "8.0"}]),
        ("average fare of city bikes vs cargo bikes", [{"city", "6.0"}, {"cargo", str(16 / 3)}]),
        ("growth of loans from 2021 to 2022", [{"2021"}, {"2022", "1", "0", "0.0"}]),
        ("by how much did loans grow from 2021 to 2022", [{"2021"}, {"2022", "0"}]),
        ("loans growth year over year", [{"2021"}, {"2022", "0", "0.0"}]),
        ("growth of loans year over year", [{"2021"}, {"2022", "0", "0.0"}]),
        ("compare Rome and Oslo", None),
    ],
)
def test_two_are_set_side_by_side(make: Make, question: str, rows: list[set[str]] | None) -> None:
    _holds(make, question, rows)


def test_this_year_and_the_last_are_compared_as_wholes(make: Make) -> None:
    data = make(HIRE)
    found = plan("loans this year vs last year", data.catalog, today=date(2022, 9, 1))
    assert isinstance(found, SqlPlan)
    assert data.rows(found.sql) == [(2021, 1), (2022, 1)]
    assert "“this year” is 2022-01-01 to 2022-09-01" in found.reading
    assert "“last year” is 2021" in found.reading


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("list bikes by price", [{"city"}, {"cargo"}]),
        ("bikes by price, highest first", [{"cargo"}, {"city"}]),
        ("total fare by model, lowest first", [{"city", "12.0"}, {"cargo", "16.0"}]),
        ("percentage of broken trips by model", [{"cargo", str(100 / 3)}, {"city", "0.0"}]),
        ("loans on weekends", []),
        ("number of trips by town, most first", [{"Rome", "3"}, {"Oslo", "2"}]),
        ("total fare by model, top 1", [{"cargo", "16.0"}]),
        ("number of trips by town, only the top 1", [{"Rome", "3"}]),
        ("number of trips per town, the 1 lowest", [{"Oslo", "2"}]),
    ],
)
def test_what_stands_behind_by_orders_or_groups(make: Make, question: str, rows: list[set[str]]) -> None:
    _holds(make, question, rows, ordered=True)


@pytest.mark.parametrize(
    "question",
    [
        "latest trip",
        "busiest hour",
        "how many trips in 2022",
        "trips vs loans",
        "average trips per weekday",
        "top 3 statuses by fare",
        "total fare and number of trips by model, top 1",
        "total fare by model and town, top 1",
    ],
)
def test_what_may_be_meant_in_two_ways_is_asked_back(make: Make, question: str) -> None:
    _holds(make, question, None)


def test_one_table_of_what_happened_has_a_busiest_hour(make: Make) -> None:
    data = make({name: table for name, table in HIRE.items() if name not in ("loans", "riders")} | {
        "trips": {k: v for k, v in HIRE["trips"].items() if k not in ("ended_at", "rider_id")}
    })  # fmt: skip
    for question, row in [
        ("busiest hour", {"9", "4"}),
        ("the busiest day of the week", {"Monday", "2"}),
        ("busiest month of 2022", {"2022-01-01", "2"}),
    ]:
        found = plan(question, data.catalog)
        assert isinstance(found, SqlPlan), question
        assert row <= set(map(str, data.rows(found.sql)[0]))
    assert not isinstance(plan("quietest hour", data.catalog), SqlPlan)  # hours of none stand nowhere


def _holds(make: Make, question: str, rows: list[set[str]] | None, *, ordered: bool = False) -> str:
    """Checks the rows of an answer, or, with None, that it is asked back; returns its reading."""
    data = make(HIRE)
    found = plan(question, data.catalog)
    if rows is None:
        assert not isinstance(found, SqlPlan), found
        return ""
    return assert_rows(data, found, rows, ordered=ordered)
