"""Kinds of answers that were wrong in silence over tables full of traps: each is right now, or asked back."""

from datetime import date

import pytest

from agent_worker.offline.planner import plan
from agent_worker.plan import SqlPlan, Turn
from tests.harness.data.small_tables import Make, Tables

GYM: Tables = {
    "clubs": {"club_id": [1, 2, 3], "name": ["Peak", "Flow", "Iron"], "status": ["open", "closed", "open"],
              "capacity": [80, 90, 90]},
    "members": {"member_id": [11, 12, 13, 14], "name": ["Ann", "Ben", "Cat", "Dan"], "club_id": [1, 1, 2, None],
                "status": ["active", "frozen", "active", "active"], "birth_date": [date(1980 + n, 1, 1) for n in
                (1, 2, 3, 1)], "joined": [date(2024, n, 1) for n in (4, 3, 2, 1)], "number": [7, 8, 9, 10]},
}  # fmt: skip
FLEET: Tables = {
    "vehicles": {"vehicle_id": [1, 2], "plate": ["A1", "B2"], "model_year": [2023, 2019]},
    "drivers": {"driver_id": [1, 2], "name": ["Ida March", "Jon May"], "last_name": ["March", "May"]},
    "trips": {"trip_id": [1, 2, 3], "vehicle_id": [1, 2, 2], "driver_id": [1, 2, 2], "origin": ["Kiel", "Kiel", "Ulm"],
              "started": [date(2023, 3, n) for n in (1, 2, 3)], "ended": [date(2023, 3, n) for n in (2, 3, 4)]},
    "fuel_stops": {"stop_id": [1, 2, 3], "trip_id": [1, 1, 2], "litres": [10.0, 20.0, 30.0]},
}  # fmt: skip
LEAGUE: Tables = {
    "teams": {"team_id": [1, 2], "name": ["Lions", "Bears"]},
    "players": {"player_id": [1, 2, 3], "name": ["Per", "Jan", "Ulf"], "team_id": [1, 2, 2]},
    "matches": {"match_id": [5, 6], "home_team_id": [1, 2], "away_team_id": [2, 1]},
    "scorers": {"match_id": [5, 5, 6, 6], "player_id": [1, 2, 3, 1], "goals": [1, 2, 1, 1]},
}  # fmt: skip

SHELF: Tables = {
    "colors": {"color_code": [1, 2], "color_description": ["red", "blue"]},
    "items": {"item_id": [1, 2, 3, 4], "item_name": ["cup", "pot", "jar", "pan"], "color_code": [1, 1, 2, 2],
              "item_description": ["a", "b", "c", "d"], "size": [5, 5, 6, 7], "maker": ["x", "y", "x", "y"],
              "remark": ["new", "old", "odd", "own"]},
    "shelves": {"shelf_id": [1, 2], "room": ["attic", "attic"]},
    "placings": {"item_id": [1, 1, 2], "shelf_id": [1, 2, 1]},
}  # fmt: skip

BILLS: Tables = {
    "doctors": {"doctor_id": [1, 2], "name": ["Ada", "Bo"]},
    "bills": {"bill_id": [1, 2, 3], "doctor_id": [1, 1, 2], "billed": [10.0, 30.0, 5.0], "season": [1, 2, 2],
              "total": [1, 1, 2], "amount_of_bill": [1.5, 2.5, 3.5]},
}  # fmt: skip

AWARDS: Tables = {
    "students": {"student_id": [1, 2, 3], "name": ["Ann", "Ben", "Cy"], "sex": ["F", "M", "M"], "age": [20, 30, 40],
                 "tot_cred": [90, 60, 60]},
    "nominations": {"nomination_id": [1, 2], "film": ["Up", "Her"], "result": ["Nominated", "Won"]},
    "star_ratings": {"rating_code": [1, 2], "star_rating_description": ["star", "none"]},
    "hotels": {"hotel_id": [1, 2, 3], "rating_code": [1, 2, 2], "price": [9.0, 8.0, 7.0]},
}  # fmt: skip
HALLS: Tables = {
    "cities": {"city_id": [1, 2], "city": ["Kiel", "Ulm"], "no_of_visitors": [50, 70]},
    "sites": {"site_id": [1, 2], "site_name": ["North", "South"], "city_id": [1, 2]},
    "halls": {"hall_id": [1, 2], "halls": ["Big", "Red"], "site_id": [1, 2], "city_id": [1, 2]},
    "visitors": {"visitor_id": [1, 2, 3], "visitor_name": ["Ann", "Bo", "Cy"], "city_id": [1, 1, 2]},
    "acts": {"act_id": [1, 2], "act": ["Jazz", "Mime"], "hall_id": [1, 2], "rank": [1, 2], "year": [2001, 2002],
             "other_order_details": ["a", "b"]},
    "played_acts": {"act_id": [1, 1, 2], "hall_id": [1, 2, 1]},
}  # fmt: skip
MUSIC: Tables = {
    "singers": {"singer_name": ["Ann", "Bo"], "address": ["Kiel", "Ulm"], "card": ["black", "gold"]},
    "tracks": {"track_id": [1, 2, 3], "track_name": ["Up", "Sun", "Sky"], "singer_name": ["Ann", "Bo", "Ann"],
               "language": ["English", "Bangla", "English"],
               "studio": [7, 8, 7], "track_details": ["loud", "loud", "calm"]},
    "copies": {"copy_id": [1, 2], "track_id": [1, 2], "singer_name": ["Ann", "Bo"]},
    "studios": {"studio": [7, 8], "bname": ["Abbey", "Hansa"], "address": ["Bonn", "Hof"], "no_of_singers": [50, 60]},
    "genre_type": {"genre": ["pop", "folk", "rap"], "sort": ["new", "old", "new"]},
    "has_genre": {"track_id": [1, 1, 2, 3], "genre": ["pop", "rap", "folk", "pop"]},
}  # fmt: skip
SCHOOL: Tables = {
    "list": {"pupil": ["Ann", "Bo", "Cy"], "grade": [4, 4, 5], "room": [1, 1, 2]},
    "forms": {"form_id": [1, 2, 3], "form_type_code": ["Basic", "Full", "Basic"]},
}  # fmt: skip
CREW: Tables = {
    "people": {"people_id": [1, 2, 3], "name": ["Ann", "Bo", "Cy"], "height": [170, 190, 180]},
    "pilots": {"pilot_id": [1, 2], "people_id": [2, 3], "base": ["Kiel", "Ulm"]},
    "calls": {"call_id": [1, 2, 3], "people_id": [1, 1, 2], "minutes": [5, 6, 7]},
}  # fmt: skip
LOANS: Tables = {
    "bank": {"branch_id": [1, 2], "bname": ["North", "South"]},
    "loan": {"loan_id": [1, 2, 3], "branch_id": [1, 2, 2], "loan_type": ["Mortgages", "Auto", "Mortgages"],
             "amount": [10, 20, 30]},
}  # fmt: skip


@pytest.mark.parametrize(
    ("tables", "question", "names"),
    [
        # several share the first place
        (GYM, "which club has the highest capacity", {"Flow", "Iron"}),
        (GYM, "who is the oldest member", {"Ann", "Dan"}),
        (LEAGUE, "which match has the most scorers", {5, 6}),
        # the one of what has its own name, not of what that refers to
        (HALLS, "show the act and the hall name", {"Big", "Red"}),
        # curly quotes
        (AWARDS, "names of students whose name contains the word \u2018nn\u2019", {"Ann"}),
        # a column, no value
        (AWARDS, "show the id and star rating of each hotel ordered by its price", {1, 2, 3}),
        # no verb, but a figure
        (BILLS, "average billed by doctor", {20.0, 5.0}),
        # never how many there are
        (BILLS, "average amount of bills for different doctors", {2.0, 3.5}),
        # values, each once, or what each row has
        (SHELF, "show all sizes", {5, 6, 7}),
        (SHELF, "show all makers", {"x", "y"}),
        (SHELF, "what is the size and the maker of all items", {5, 6, 7}),
        # what belongs to none is no row of each
        (GYM, "how many members does each club have", {"Peak", "Flow"}),
        # their own names, not those of others that stand beside them
        (MUSIC, "find the names of all English tracks", {"Up", "Sky"}),
        (SCHOOL, "list all the types of forms", {"Basic", "Full"}),
        # rows that nobody named are not what is asked for
        (SCHOOL, "find the rooms in which grade 4 is studying", {1}),
        # a value in another number than the data have it
        (LOANS, "names of banks with both Mortgage and Auto loans", {"South"}),
        # things that are each one of another table's
        (CREW, "names of pilots in descending order of height", {"Bo", "Cy"}),
        (CREW, "what is the name of the pilot with base Ulm", {"Cy"}),
        # a thing by its name
        (LOANS, "total amount of loans by each bank branch", {"North", "South"}),
    ],
)
def test_the_rows_are_all_that_are_meant(make: Make, tables: Tables, question: str, names: set[object]) -> None:
    data = make(tables)
    found = plan(question, data.catalog)
    assert isinstance(found, SqlPlan), found
    rows = data.rows(found.sql)
    assert len(rows) == (4 if "all items" in question else len(names)), found.reading
    assert all(names & set(row) for row in rows), found.reading


@pytest.mark.parametrize(
    ("tables", "question"),
    [
        (GYM, "how many members have the status open"),  # a value of another table's column of that name
        (GYM, "what is the average number of members"),  # no average of `number`
        (FLEET, "how many trips in March"),  # a month, or a driver
        (FLEET, "how many trips from Kiel were there in 2023"),  # a trip's year, not its vehicle's
        (FLEET, "litres per trip"),  # all of them, or their sum
        (SHELF, "show the color code and description of the item with the name 'cup'"),  # of the item, or of the color
        (AWARDS, "what is the average age for male and female students"),  # of both, or of each
        (AWARDS, "for each nomination, show the film where it is nominated"),  # all of them, whatever the result
        (AWARDS, "student with the highest total tot cred"),  # a total already
        (BILLS, "total of Ada"),  # of each, or of all
        (BILLS, "billed by season"),  # added up, or one by one
        (LEAGUE, "how many matches did the Bears play"),  # by their keys, not by who scored
        (HALLS, "how many sites and halls are in each city"),  # how many of both
        (HALLS, "number of visitors in each city"),  # those that are listed, or those that the city counts
        (HALLS, "highest rank of the acts"),  # the first, or the last
        (HALLS, "which year is shared by acts with rank 1 or 2"),  # of either, or of both
        (HALLS, "number of different played acts"),  # what is said of them
        (CREW, "what are the names of all calls"),  # a call is nobody
        (MUSIC, "how many genre entries are there"),  # those that there are, or those that tracks have
        (MUSIC, "how many singers are there"),  # those that are listed, or those that studios count
        (MUSIC, "which address does not have any singer with the black card"),  # a singer's, or a studio's
        (MUSIC, "the name of each studio with the name and type of its latest track"),  # not one name for both
        (HALLS, "find the order detail of the halls"),  # a noun, no command
        (AWARDS, "show each film and the number of nominations they have been nominated"),  # no result
    ],
)
def test_it_is_asked_back(make: Make, tables: Tables, question: str) -> None:
    assert not isinstance(plan(question, make(tables).catalog), SqlPlan)


def test_things_that_only_a_join_tells_of_are_counted_once(make: Make) -> None:
    data = make(SHELF)
    found = plan("number of items on shelves in the room attic", data.catalog)
    assert isinstance(found, SqlPlan)
    assert data.rows(found.sql) == [(2,)]


def test_all_details_of_things_are_one_for_each(make: Make) -> None:
    data = make(MUSIC)
    found = plan("show all track details", data.catalog)
    assert isinstance(found, SqlPlan)
    assert len(data.rows(found.sql)) == 3


def test_a_number_is_asked_for_without_its_unit(make: Make) -> None:
    data = make({"parcels": {"parcel_id": [1, 2], "weight_kg": [2.0, 4.0], "height_cm": [10, 30]}})
    found = plan("average weight of parcels", data.catalog)
    assert isinstance(found, SqlPlan)
    assert data.rows(found.sql) == [(3.0,)]


def test_the_date_that_was_chosen_is_the_one_that_goes_on(make: Make) -> None:
    data = make(FLEET)
    turns = [Turn("number of trips by month"), Turn("ended")]
    found = plan("only 2023", data.catalog, turns)
    assert isinstance(found, SqlPlan), found
    assert "year(trips.ended) = 2023" in found.sql


@pytest.mark.parametrize(
    "question",
    ["number of visitors by city_id, from most to least", "how many visitors in each city_id in descending order"],
)
def test_an_order_that_names_nothing_is_by_the_figure(make: Make, question: str) -> None:
    data = make({**HALLS, "cities": {"city_id": [1, 2], "city": ["Ulm", "Kiel"]}})
    found = plan(question, data.catalog)
    assert isinstance(found, SqlPlan), found
    assert [row[-1] for row in data.rows(found.sql)] == [2, 1]


NAMESAKES: Tables = {
    "jobs": {"job_id": [1, 2], "job_title": ["clerk", "boss"], "min_salary": [1000, 9500], "max_salary": [2000, 9900]},
    "employees": {"employee_id": [1, 2, 3], "job_id": [1, 2, 2], "salary": [9800, 9600, 9700]},
    "products": {"product_id": [1, 2], "product_name": ["photo", "film"]},
    "invoice_items": {"invoice_item_id": [1, 2], "product_id": [1, 2], "order_quantity": [4, 5]},
    "order_items": {"order_item_id": [1, 2], "product_id": [1, 2], "order_quantity": ["2", "7"]},
}


@pytest.mark.parametrize(
    "question", ["job titles of jobs with salaries over 9000", "total order quantity of the product film"]
)
def test_what_two_columns_are_called_is_asked_back(make: Make, question: str) -> None:
    """One has it for a part of its name, or keeps it as a text: neither is surely meant."""
    assert not isinstance(plan(question, make(NAMESAKES).catalog), SqlPlan)


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("job titles of jobs with min salary over 9000", [("boss",)]),
        ("total order quantity of invoice items of the product film", [(5,)]),
    ],
)
def test_the_one_that_is_named_is_answered(make: Make, question: str, rows: list[tuple[object, ...]]) -> None:
    data = make(NAMESAKES)
    found = plan(question, data.catalog)
    assert isinstance(found, SqlPlan), found
    assert [tuple(row[:1]) for row in data.rows(found.sql)] == rows


VANS: Tables = {
    "depots": {"depot_id": [1, 2], "depot_name": ["Boston Harbor", "Newark"], "bays": [4, 6]},
    "drivers": {"driver_id": [1, 2], "driver_name": ["Al", "Bea"], "depot_id": [1, 2]},
    "vans": {"van_id": [1, 2], "plate": ["A1", "B2"], "fuel": ["gas", "oil"]},
    "runs": {"run_id": [1, 2, 3, 4], "depot_id": [1, 1, 2, 2], "driver_id": [1, 2, 2, 1], "van_id": [1, 1, 2, 2],
             "destination": ["Boston", "Oakland", "Boston", "Oakland"], "fare": [2.0, 3.0, 5.0, 9.0],
             "started_at": [date(2024, 1, 1), date(2024, 1, 2), date(2024, 2, 1), date(2024, 2, 2)],
             "arrived_at": [date(2024, 1, 3), date(2024, 2, 3), date(2024, 2, 5), None]},
    "repairs": {"repair_id": [1], "van_id": [1]},
    "fees": {"fee_no": [1, 2, 3], "driver_id": [1, 1, 2], "amount": [10.0, 20.0, 5.0]},
    "members": {"member_id": [1, 2, 3], "full_name": ["Ann", "Bo", "Cy"],
                "member_since": ["2019-05-01", "2020-06-01", "2021-07-01"]},
    "meter_readings": {"reading_id": [1, 2], "member_id": [1, 1], "read_on": ["2021-01-01", "2023-01-01"]},
}  # fmt: skip


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("runs from Boston", None),  # "from" leads to no destination
        ("runs to Boston", {(1,), (3,)}),
        ("runs from Newark to Oakland", {(4,)}),  # the depot of the run, though its driver has one, too
        ("which vans are in repair", None),  # now, and not ever
        ("bays per depot", {("Boston Harbor",), ("Newark",)}),  # each with its name
        ("total fees by driver", {(1,), (2,)}),  # the money, and no numbers of fees
        ("fees by driver", None),  # how many, or how much
        ("drivers who work in Oakland", None),  # not those with a run to it
        ("vans whose runs cost more than 8 in total", None),  # not how many vans there are in all
        ("members joined since 2020", {(2,), (3,)}),  # not those with a reading since then
        ("average time from started at to arrived at by depot", {(1,), (2,)}),  # nobody arrives by a depot
    ],
)
def test_what_a_small_word_says_is_kept(make: Make, question: str, rows: set[tuple[object, ...]] | None) -> None:
    data = make(VANS)
    found = plan(question, data.catalog)
    if rows is None:
        assert not isinstance(found, SqlPlan), found
    else:
        assert isinstance(found, SqlPlan), found
        assert {row[:1] for row in data.rows(found.sql)} == rows


def test_a_date_that_some_rows_lack_is_asked_back_though_it_is_called_as_they_are(make: Make) -> None:
    days: list[object] = [date(2024, 1, n) for n in (1, 2, 3)]
    data = make({"deliveries": {"delivery_id": [1, 2, 3], "sent_on": days, "delivered_on": [*days[:2], None]}})
    assert not isinstance(plan("deliveries by month", data.catalog), SqlPlan)
    assert isinstance(plan("deliveries by month of sent on", data.catalog), SqlPlan)


def test_what_has_no_time_is_before_nothing(make: Make) -> None:
    data = make({"runs": {"run_id": [1, 2, 3], "arrived_at": [date(2024, 1, 3), date(2024, 2, 3), None]}})
    found = plan("runs month over month", data.catalog)
    assert isinstance(found, SqlPlan), found
    assert len(data.rows(found.sql)) == 2


@pytest.mark.parametrize("question", ["readings by year", "readings in January 2023 and January 2021 by month"])
def test_days_that_are_kept_as_texts_are_days(make: Make, question: str) -> None:
    data = make(VANS)
    found = plan(question, data.catalog)
    assert isinstance(found, SqlPlan), found
    assert len(data.rows(found.sql)) == 2


WORKS: Tables = {
    "staff": {"staff_id": [1, 2, 3], "name": ["Ann", "Bo", "Cy"], "salary": [10.0, 30.0, 20.0], "age": [20, 35, 50],
              "hired_on": [date(2020, 1, n) for n in (1, 2, 3)], "active": [True, False, True]},
    "trips": {"trip_id": [1, 2, 3], "staff_id": [1, 1, 2], "route": ["a", "b", "a"], "distance_km": [1.0, 2.0, 9.5],
              "started_at": [date(2024, 1, n) for n in (1, 2, 3)], "ended_at": [date(2024, 1, n) for n in (2, 9, 4)],
              "on_time": [True, False, True]},
}  # fmt: skip


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("who has the highest salary", {"Bo"}),  # the person, and not the figure
        ("who was hired most often", None),  # nobody is a day
        ("who was hired first", {"Ann"}),
        ("staff over 30", {"Bo", "Cy"}),
        ("trips over 30", None),
        ("which staff takes the longest", None),  # not whoever went the farthest
        ("percentage of trips on time by route", None),  # of each route, or of those that were
        ("what percentage of trips were on time by route", {"a", "b"}),
    ],
)
def test_people_are_named_and_shares_are_of_one_whole(make: Make, question: str, names: set[str] | None) -> None:
    data = make(WORKS)
    found = plan(question, data.catalog)
    if names is None:
        assert not isinstance(found, SqlPlan), found
    else:
        assert isinstance(found, SqlPlan), found
        assert {cell for row in data.rows(found.sql) for cell in row if isinstance(cell, str)} == names
