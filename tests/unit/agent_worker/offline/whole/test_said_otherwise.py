"""Names, figures and lists said in other words than the schema's, over two theatres' tables; and what only looks so."""

from datetime import date

import pytest

from agent_worker.offline.planner import plan
from agent_worker.plan import SqlPlan
from tests.harness.data.small_tables import Make, Tables

THEATRE: Tables = {
    "theatres": {"theatre_id": [1, 2], "name": ["Globe", "Rex"], "open_year": [1990, 2005], "wing": ["north", "south"],
                 "gender": ["F", "X"], "house": ["M", "N"]},
    "plays": {"play_id": [1, 2, 3, 4], "title": ["Amphora", "Basil", "Cave", "Dune"], "theatre_id": [1, 1, 2, 2],
              "directed_by": ["Ono", "Pia", "Ono", "Quin"], "price": [5.0, 8.0, 12.0, 12.0],
              "mood": ["dark", "light", "dark", "light"], "minutes": [90, 95, 60, 70],
              "date_of_premiere": [date(2001, n, 1) for n in (1, 2, 3, 4)]},
    "actors": {"actor_id": [1, 2, 3], "name": ["Ann", "Ben", "Cora"], "age": [18, 30, 41], "sex": ["F", "M", "F"],
               "phone": ["11", "22", "33"]},
    "bookings": {"booking_id": [1, 2, 3, 4], "seat": ["A1", "A2", "A1", "B2"], "city": ["Kiel", "Ulm", "Kiel", "Kiel"],
                 "on_hold": ["Y", "N", "Y", "N"], "date_booking_made": [date(2024, 1, n) for n in (1, 2, 3, 4)],
                 "date_booking_changed": [date(2024, 2, n) for n in (1, 2, 3, 4)]},
    "roles": {"actor_id": [1, 1, 2], "play_id": [1, 2, 2]},
    "props": {"prop_id": [1, 2], "pname": ["crown", "sword"], "ptype": ["worn", "held"]},
    "patrons": {"patron_id": [1, 2], "patron_details": ["Dee", "Eve"]},
}  # fmt: skip


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        # a column by its noun of doing, its words turned round, its kind, or the form of its verb
        ("What are the title and director of each play?", 4),
        ("Who is the director of the play Cave?", [{"Ono"}]),
        ("What is the premiere date of the play Basil?", [{"2001-02-01"}]),
        ("Show the date of premiere of every play whose price is above 10", [{"2001-03-01"}, {"2001-04-01"}]),
        ("List the theatre names ordered by opening year", [{"Globe"}, {"Rex"}]),
        ("How many plays are there for each mood type?", [{"dark", "2"}, {"light", "2"}]),
        ("What are the play names?", 4),
        # of several, a kind with the thing's letter before it, and a name that only details tell
        ("List all plays' titles", 4),
        ("Show the props\u2019 names and their types", [{"crown", "worn"}, {"sword", "held"}]),
        ("What are the names of all patrons?", [{"Dee"}, {"Eve"}]),
        ("What is the phone number of the actor Ben?", [{"22"}]),
        # figures behind a verb, before their noun, and of age
        ("Which plays cost between 6 and 10? Give me the titles.", [{"Basil"}]),
        ("Show titles of plays costing at least 12", [{"Cave"}, {"Dune"}]),
        ("names of plays that cost more than the average", [{"Cave"}, {"Dune"}]),
        ("Show the titles of plays with a higher price than 10", [{"Cave"}, {"Dune"}]),
        ("Show the titles of plays with a lower price than the average", [{"Amphora"}, {"Basil"}]),
        ("How many actors are at least 30 years old?", [{"2"}]),
        ("names of actors who are 18 years old", [{"Ann"}]),
        ("names of actors who are 30 years old or younger", [{"Ann"}, {"Ben"}]),
        ("names of theatres opened before the year of 2000", [{"Globe"}]),
        # a letter without quotation marks, and a piece of text
        ("names of actors whose name contains the letter o", [{"Cora"}]),
        ("names of actors whose name has the letter b", [{"Ben"}]),
        ("titles of plays whose title includes the string 'pho'", [{"Amphora"}]),
        # one thing more, in other words
        ("Show the titles of the plays, as well as the price", 4),
        ("For each mood, show the number of plays together with the average price", 2),
        ("Count how many plays there are in total", [{"4"}]),
        # a word of the column's name behind its value, how often, and where
        ("How many plays have a dark mood?", [{"2"}]),
        ("Which seats are booked more than once?", [{"A1", "2"}]),
        ("Which seat occurs the most often?", [{"A1", "2"}]),
        ("What are the cities where bookings are made?", [{"Kiel"}, {"Ulm"}]),
        ("bookings on hold", [{"1", "Y"}, {"3", "Y"}]),
        ("price of each play", 4),  # two of them have the same
        # two ways to say one thing are no two things
        ("Show actor names without any plays", [{"Cora"}]),
        ("What are all actor ids?", 3),
    ],
)
def test_other_words_for_what_the_data_call_otherwise(make: Make, question: str, rows: list[set[str]] | int) -> None:
    data = make(THEATRE)
    found = plan(question, data.catalog)
    assert isinstance(found, SqlPlan), found
    got = data.rows(found.sql)
    if isinstance(rows, int):
        assert len(got) == rows, found.sql
    else:
        assert all(expected <= {str(cell) for cell in row} for expected, row in zip(rows, got, strict=True)), got


@pytest.mark.parametrize(
    "question",
    [
        "Show the booking id and booking date of each booking",  # no date is the id
        "How many actors play in a female theatre?",
        "names of the female theatres",  # of theatres, not of those where a woman plays
        "How many actors are not related to any dark theatres?",  # a value of one thing said of another
        "the title of the play that occurs most often",  # each of them is there once
        "titles of plays that are either in mood dark or in mood light and with price 5",  # which of them with both
        "What are the names of all the theatres and actor names?",  # two lists, or who plays where
        "Find the theatre ids and names of the theatres which are involved in",
    ],
)
def test_what_may_be_meant_otherwise_is_asked_back(make: Make, question: str) -> None:
    found = plan(question, make(THEATRE).catalog)
    assert not isinstance(found, SqlPlan), found


def test_the_key_of_a_table_that_is_referred_to_by_two_columns_is_the_first(make: Make) -> None:
    guests: Tables = {
        "guests": {"guest_id": [1, 2, 3], "area": ["A", "B", "C"], "name": ["Ann", "Ben", "Cora"]},
        "stays": {"stay_id": [1, 2, 3], "guest_id": [1, 1, 2], "fee": [5.0, 6.0, 7.0]},
        "offices": {"office_id": [1, 2, 3], "area": ["C", "A", "B"]},
    }
    found = plan("total fee of each guest", make(guests).catalog)
    assert isinstance(found, SqlPlan), found
    assert "area" not in found.sql
