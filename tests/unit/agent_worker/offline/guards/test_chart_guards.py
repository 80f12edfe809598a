"""Rules of the chart reader beside their readings: what would be wrong in silence is read rightly, or asked back."""

import pytest

from agent_worker.offline.planner import plan
from agent_worker.plan import SqlPlan
from tests.harness.data.small_tables import Make, Tables

COLLEGE: Tables = {
    "student": {"student_id": [1, 2, 3], "name": ["Ann", "Ben", "Cat"], "mentor_id": [None, 1, 1]},
    "course": {"course_id": [11, 12, 13], "title": ["Algebra", "Biology", "Chemistry"], "credits": [4, 6, 8],
               "department": ["Maths", "Nature", "Nature"]},
    "enrolment": {"enrolment_id": [21, 22, 23, 24], "student_id": [1, 1, 2, 3], "course_id": [11, 12, 11, 12],
                  "grade": ["A", "C", "C", "B"]},
}  # fmt: skip
CINEMA: Tables = {
    "movie": {"movie_id": [1, 2], "title": ["Up", "Down"], "studio": ["Acme", "Bolt"]},
    "critic": {"critic_id": [5, 6], "name": ["Eve", "Fay"], "critic_city": ["Rome", "Oslo"]},
    "rating": {"rating_id": [1, 2, 3, 4], "movie_id": [1, 1, 1, 2], "critic_id": [5, 5, 6, 6], "stars": [5, 4, 2, 4]},
}  # fmt: skip
TEAM: Tables = {
    "player": {"player_id": [1, 2, 3], "name": ["Gil", "Hal", "Ian"], "position": ["goal", "wing", "goal"],
               "points": [25, 15, 5], "coach": [7, 7, 8]},
    "card": {"card_id": [101, 102], "card_number": ["4560596484842", "4560596484843"], "player_id": [1, 2]},
}  # fmt: skip

CARE: Tables = {
    "illness_kind": {"illness": ["flu", "gout", "mumps"], "kind": ["viral", "chronic", "viral"]},
    "had_illness": {"pupil_id": [1, 1, 2], "illness": ["flu", "gout", "flu"]},
    "pupil": {"pupil_id": [1, 2, 3], "surname": ["Ash", "Birch", "Cedar"], "born_in": ["Orange", "Elm", "Oak"]},
}  # fmt: skip
HOUSE: Tables = {
    "rooms": {"room_id": [1, 2, 3], "room_number": ["A7", "B9", "C4"], "grade_code": ["4", "5", "5"],
              "price": [50, 90, 70], "wing": ["east", "west", "west"]},
    "stays": {"stay_id": [11, 12], "room_id": [1, 2], "guest_id": [21, 22], "day": ["2024-05-01", "2024-05-02"]},
    "lifts": {"lift_no": [71, 72, 73], "metres": [9, 12, 30], "no_of_tenants": [5, 1, 2]},
    "tenants": {"tenant_id": [81, 82, 83], "lift_no": [72, 72, 71]},
    "guests": {"guest_id": [21, 22, 23], "surname": ["Ash", "Birch", "Cedar"], "town": ["Lee", "Mill Bay", "Lee"],
               "bay": ["Mill", "Sandy", "Mill"]},
    "waiters": {"waiter_id": [31, 32], "surname": ["Ash", "Dorn"]},
    "tips": {"tip_id": [41, 42], "waiter_id": [31, 32], "guest_id": [21, 22]},
    "grades": {"grade_code": ["4", "5"], "grade_name": ["good", "best"]},
}  # fmt: skip
CLUB: Tables = {
    "lodge": {"lodge_id": [1, 2], "lodge_name": ["Alpha", "Beta"], "harbour_id": [8, 9]},
    "harbour": {"harbour_id": ["h8", "h9"], "harbour_name": ["North", "South"]},
    "tutors": {"tutors": [30, 40, 40], "lodge": ["Alpha", "Beta", "Beta"]},
}  # fmt: skip
ORDERS: Tables = {
    "buyers": {"buyer_id": [1, 2], "buyer_name": ["Kim", "Lou"]},
    "orders": {"order_id": [5, 6], "buyer_id": [1, 2], "date_order_placed": ["2024-01-02", "2024-01-03"]},
    "parcels": {"parcel_id": [7, 8], "order_id": [5, 6], "parcel_date": ["2024-02-02", "2024-02-03"]},
}  # fmt: skip
PRIZES: Tables = {
    "films": {"film_id": [1, 2, 3], "star": ["Moe", "Ned", "Moe"], "outcome": ["Nominated", "Won", "Won"]},
}  # fmt: skip


@pytest.mark.parametrize(
    ("tables", "question", "rows"),
    [
        # conditions behind one another are of one row: the grade is the one in that course
        (COLLEGE, "What are the names of students enrolled in the course Algebra with grade C?", [("Ben",)]),
        # a capital A inside a sentence is a grade, no article that may be dropped
        (COLLEGE, "What is the name of the student who received an A in the course Algebra?", [("Ann",)]),
        # things are counted once, however often they are tied together
        (CINEMA, "What are the names of critics who rated at least 2 movies?", [("Fay", 2)]),
        # "or" behind a noun that is said again joins the conditions, too
        (COLLEGE, "How many courses have credits above 7 or credits below 5?", [(2,)]),
        # a key does not stand for what the table behind it calls so
        (HOUSE, "Show the room numbers and days of all stays.", [("A7", "2024-05-01"), ("B9", "2024-05-02")]),
        # the numbers that things have, not how many there are
        (HOUSE, "What are the numbers of all lifts that have more than 10 metres?", [(72,), (73,)]),
        # a noun behind an article is no verb
        (ORDERS, 'What are the dates of the orders made by the buyer named "Kim"?', [("2024-01-02",)]),
    ],
)
def test_it_is_read_so(make: Make, tables: Tables, question: str, rows: list[tuple[object, ...]]) -> None:
    data = make(tables)
    found = plan(question, data.catalog)
    assert isinstance(found, SqlPlan)
    assert data.rows(found.sql) == rows


@pytest.mark.parametrize(
    ("tables", "question"),
    [
        # "where" is asked for, and no column says where
        (COLLEGE, "Where does the student named Ann live?"),
        # a rating of a movie is no movie
        (CINEMA, "How many movie ratings have more than 3 stars?"),
        # one player cannot have both
        (TEAM, "What are the positions of players with more than 20 points and less than 10 points?"),
        # a number of a column is neither added up nor counted without a word
        (TEAM, "How many coaches are there?"),
        # what happened to pupils is not what there is
        (CARE, "Show all kinds and the number of illnesses of each kind."),
        (CARE, "How many distinct illnesses are there?"),
        # of both, or of those who met
        (HOUSE, "What are the surnames that are used by guests and waiters?"),
        # five of them, or those called five
        (HOUSE, "Show the wings of rooms with 5 grades."),
        # a town of that name, or the bay
        (HOUSE, "How many guests are from Mill Bay?"),
        # a key where there are names
        (CLUB, "What are the names of lodges and their harbours?"),
        # a table and its column have one name: counted, or added up
        (CLUB, "Which lodge has the most tutors?"),
        # one column beside all of them
        (HOUSE, "Show all information about stays and each stay's guest."),
        # a number, or how many
        (HOUSE, "What are the numbers of rooms for different wings?"),
        # a verb is no value
        (PRIZES, "How many films has each star been nominated for?"),
        # what a column says is not what other rows are: a number, an amount
        (HOUSE, "Which lift no has the most number of tenants?"),
        (HOUSE, "Which wing has the largest amount of stays?"),
        # a noun beside another is no figure of it
        (HOUSE, "Which towns have more than one waiter guest?"),
        # the only one of those that are fixed
        (PRIZES, "How many stars does Moe have?"),
    ],
)
def test_it_is_asked_back(make: Make, tables: Tables, question: str) -> None:
    assert not isinstance(plan(question, make(tables).catalog), SqlPlan)


def test_a_number_that_no_key_has_is_not_looked_for_among_the_keys(make: Make) -> None:
    found = plan("What is the name of the player with card 4560596484842?", make(TEAM).catalog)
    assert not isinstance(found, SqlPlan) or "card_id = 456" not in found.sql
