"""Rules of the chart reader beside their readings: what people say in many ways, over data of any names."""

import pytest

from agent_worker.offline.planner import plan
from agent_worker.plan import SqlPlan
from tests.harness.data.small_tables import Make, Tables

STAGES: Tables = {
    "stage": {"stage_id": [1, 2, 3, 4], "stage_name": ["Arc", "Bow", "Cove", "Dell"],
              "town": ["Lee", "Lee", "Oak", "Elm"], "seats": [900, 40, 700, 60]},
    "concert": {"concert_id": [11, 12, 13], "stage_id": [1, 1, 3], "concert_amount": [12.5, 9.0, 8.25],
                "genre": ["folk", "jazz", "folk"], "price": [5, 6, 7]},
    "staff": {"staff_id": [5, 6, 7], "first_name": ["Ada", "Ada", "Bob"], "last_name": ["Bell", "Cole", "Bell"],
              "sex": ["F", "F", "M"], "pay_method": ["cash", "bank", "cash"], "stage_id": [1, 2, 2]},
    "visitor_facts": {"guest_id": [21, 22, 23], "home": ["Ely", "Wye", "Ely"], "visits": [2, 3, 4],
                      "room_rate": [50, 60, 70]},
    "artist": {"artist_id": [31, 32], "first_name": ["Ada", "Cy"], "last_name": ["Bell", "Cole"], "stage_id": [3, 3]},
}  # fmt: skip


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        # a noun that is said again is of another row: they share what is asked for
        ("Which town has both stages with seats above 800 and stages with seats below 50?", [("Lee",)]),
        ("Show the towns shared by more than one stage.", [("Lee", 2)]),
        # one more thing that is asked for
        ("What is the average price of concerts, as well as the total price of all concerts?", [(6.0, 18)]),
        # a thing and "count", or "number of" it
        ("Show the genres of concerts sorted by the concert count", [("jazz", 1), ("folk", 2)]),
        # ways to say a range, a name and what costs most
        ("How many stages have seats in the range of 50 to 800?", [(2,)]),
        ("What are the family names of male staff?", [("Bell",)]),
        ("What is the genre of the most costly concert?", [("folk", 7)]),
        # not, before a column and its value
        ("How many stages are not in the town Lee?", [(2,)]),
        # ways to say an order
        ("List the towns of all stages ordered by alphabetical order", [("Elm",), ("Lee",), ("Lee",), ("Oak",)]),
        # an amount with a fraction counts nothing
        ("Which stage name has the most concerts?", [("Arc", 2)]),
        ("Show the stage names of stages with at least two concerts.", [("Arc", 2)]),
        # a key and a name alone are those of the group
        ("Show the stage name, id and the number of concerts for each stage.", [("Arc", 1, 2), ("Cove", 3, 1)]),
        # not yet
        ("How many stages have not had any concert yet?", [(2,)]),
        # who did it is said before the last verb
        (
            "What are the last names of staff and the towns of stages they work at",
            [("Bell", "Lee"), ("Cole", "Lee"), ("Bell", "Lee")],
        ),
        # all the
        ("What are the rates of all the rooms?", [(50,), (60,), (70,)]),
        # a value for its column
        ("Which staff use cash for pay method? Give the first names.", [("Ada", "Bell", 5), ("Bob", "Bell", 7)]),
        # a first and a last name
        ("What is the pay method of Ada Cole?", [("bank",)]),
        # a slip of the finger
        ("What are the genres of all conecrts?", [("folk",), ("jazz",), ("folk",)]),
        # the code of a sex
        ("How many female staff are there?", [(2,)]),
        ("What are the last names of male staff?", [("Bell",)]),
        # a table is called as its key calls its rows
        ("How many guests are from Ely?", [(2,)]),
        ("What is the average number of visits of guests?", [(3.0,)]),
        # another word of the same meaning
        ("How many employees are there?", [(3,)]),
        ("How many employees have the gender F?", [(2,)]),
        # the first of each
        (
            "For each stage name, what are the genres and prices of their most expensive concert?",
            [("Arc", "jazz", 6), ("Cove", "folk", 7)],
        ),
        # one kind of
        ("How many different kinds of genre are there?", [(2,)]),
    ],
)
def test_it_is_read_so(make: Make, question: str, rows: list[tuple[object, ...]]) -> None:
    data = make(STAGES)
    found = plan(question, data.catalog)
    assert isinstance(found, SqlPlan)
    assert sorted(data.rows(found.sql)) == sorted(rows)


@pytest.mark.parametrize(
    "question",
    [
        # of one row that has both, or of two
        "What are the stage names of stages with seats above 800 and stages with seats below 50?",
        # each group has one of itself
        "How many stages are in each town, and which towns have more than one town?",
    ],
)
def test_it_is_asked_back(make: Make, question: str) -> None:
    assert not isinstance(plan(question, make(STAGES).catalog), SqlPlan)


def test_a_slip_is_told(make: Make) -> None:
    found = plan("What are the genres of all conecrts?", make(STAGES).catalog)
    assert isinstance(found, SqlPlan)
    assert found.reading.startswith("“conecrts” was read as “concerts”.")


VOYAGES: Tables = {
    "voyage": {"voyage_id": [1, 2, 3], "port": ["Bari", "Bari", "Cork"],
               "departure_date": ["2024-05-01", "2024-05-03", "2024-05-04"],
               "arrival_date": ["2024-05-03", "2024-05-07", "2024-05-05"]},
    "pals": {"pals_id": [1, 2, 3], "person": ["Dan", "Eve", "Eve"], "friend": ["Eve", "Dan", "Fay"]},
}  # fmt: skip


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("What is the average number of days between departure date and arrival date?", [(7 / 3,)]),
        ("How long is it from the departure date to the arrival date of voyages?", [(2,), (4,), (1,)]),
        ("Show the maximum time between departure date and arrival date for each port.", [("Bari", 4), ("Cork", 1)]),
        ("Count the total number of voyages.", [(3,)]),
    ],
)
def test_times_between_dates(make: Make, question: str, rows: list[tuple[object, ...]]) -> None:
    data = make(VOYAGES)
    found = plan(question, data.catalog)
    assert isinstance(found, SqlPlan)
    assert sorted(data.rows(found.sql)) == sorted(rows)


@pytest.mark.parametrize(
    "question",
    [
        # days have no hours
        "What is the average number of hours between departure date and arrival date?",
        # a port is no date
        "What is the average number of days between port and arrival date?",
        # friends of Dan, or those called so
        "How many friends does Dan have?",
    ],
)
def test_it_is_not_guessed(make: Make, question: str) -> None:
    assert not isinstance(plan(question, make(VOYAGES).catalog), SqlPlan)
