"""Where two readings are close, or a word is of another thing, it is asked back; made on tables of our own."""

import pytest

from agent_worker.offline.planner import plan
from agent_worker.plan import SqlPlan
from tests.harness.data.small_tables import Make, Tables

CAMP: Tables = {
    "hut": {"hut_id": [1, 2], "hut_name": ["Oak", "Elm"], "gender": ["F", "M"], "places": [9, 4]},
    "child": {"child_id": [1, 2, 3], "name": ["Ann", "Ben", "Cat"], "age": [7, 9, 12],
              "payment_method": ["cash", "card", "cash"]},
    "sleeps_in": {"child_id": [1, 2, 3], "hut_id": [1, 2, 1]},
    "game": {"game_id": [1, 2, 3], "title": ["Tag", "Chess", "Ball"]},
    "plays": {"child_id": [1, 1, 2, 2], "game_id": [1, 2, 1, 3]},
}  # fmt: skip
TEAM: Tables = {
    "member": {"year": [2001, 2002, 2003], "member": [14, 20, 30], "club": ["Blue", "Blue", "Red"]},
}
POST: Tables = {
    "client": {"client_id": [1, 2], "client_name": ["Ann", "Ben"]},
    "orders": {"order_id": [1, 2, 3], "client_id": [1, 1, 2],
               "date_order_placed": ["2026-01-01", "2026-01-03", "2026-01-05"]},
    "parcel": {"parcel_id": [7, 8, 9], "order_id": [1, 2, 3],
               "parcel_date": ["2026-02-01", "2026-02-03", "2026-02-05"]},
    "depot": {"depot_id": ["D1", "D2"], "city": ["London", "Leeds"]},
    "sale": {"depot_id": ["D1", "D2", "D2"], "total_pounds": [10.5, 20.0, 7.5], "year": [2018, 2018, 2019]},
    "wrestler": {"wrestler_id": [1, 2, 3], "name": ["Kim", "Lee", "Moe"], "days_held": ["60", "20", "x"]},
    "fight": {"fight_id": [1, 2], "wrestler_id": [1, 2], "time": ["10:11", "12:30"]},
}  # fmt: skip
SHELF: Tables = {
    "writer": {"writer_id": [1, 2, 3], "writer_name": ["Poe", "Rowe", "Sand"], "country": ["US", "UK", "FR"]},
    "book": {"book_id": [1, 2, 3, 4], "title": ["Alpha", "Beta", "Gamma", "Delta"], "writer_id": [1, 1, 2, 3],
             "shelf": ["A", "A", "B", "B"], "total": [20.0, 55.5, 30.0, 30.0]},
    "loan": {"loan_id": [1, 2, 3], "book_id": [1, 1, 3]},
}  # fmt: skip


@pytest.mark.parametrize(
    ("tables", "question", "sql"),
    [
        (CAMP, "how many children play each game",
         "SELECT title, count(*) FROM plays JOIN game USING (game_id) GROUP BY ALL"),
        (CAMP, "what are all the payment methods", "SELECT DISTINCT payment_method FROM child"),
        (CAMP, "what are the names of all children", "SELECT name FROM child"),
        (CAMP, "how many different games are played by children", "SELECT count(DISTINCT game_id) FROM plays"),
        (SHELF, "which writer has the most books", "SELECT 'Poe', 1, 2"),
        (SHELF, "which shelf has the lowest total", "SELECT 'A', 20.0"),
        (SHELF, "the title of the book with the lowest total", "SELECT 'Alpha', 20.0"),
        (POST, "what are the dates of orders which belong to the client named Ann",
         "SELECT date_order_placed FROM orders WHERE client_id = 1"),
        (POST, "total pounds of sales in year 2018 for all depots in London",
         "SELECT sum(total_pounds) FROM sale JOIN depot USING (depot_id) WHERE year = 2018 AND city = 'London'"),
    ],
)  # fmt: skip
def test_it_is_right_or_asked_back(make: Make, tables: Tables, question: str, sql: str) -> None:
    data = make(tables)
    found = plan(question, data.catalog)
    if isinstance(found, SqlPlan):
        wanted = [set(map(str, row)) for row in data.rows(sql)]
        rows = [set(map(str, row)) for row in data.rows(found.sql)]
        assert len(rows) == len(wanted), found.reading
        assert all(any(want <= row for row in rows) for want in wanted), found.reading


@pytest.mark.parametrize(
    ("tables", "question"),
    [
        (CAMP, "how many children are older than average for each gender"),
        (TEAM, "how many members are there in the year 2002"),
        (POST, "what are the times of fights for wrestlers with over 50 days held"),
        (POST, "total pounds of sales of clients"),
        (SHELF, "total order value of each shelf"),
        (SHELF, "which writer is the most popular"),
        (SHELF, "how many books are on loan"),
        (SHELF, "select all the data from the books and each book's writer"),
    ],
)
def test_what_nobody_named_is_asked_back(make: Make, tables: Tables, question: str) -> None:
    assert not isinstance(plan(question, make(tables).catalog), SqlPlan)


def test_no_question_makes_the_planner_fail(make: Make) -> None:
    data = make(
        {
            "account": {"customer_id": [1, 2], "name": ["Ann", "Ben"]},
            "savings": {"customer_id": [1, 2], "balance": [5.0, 6.0]},
            "checking": {"customer_id": [1, 2], "balance": [7.0, 9.0]},
        }
    )
    found = plan("what is the average balance in checking accounts", data.catalog)
    if isinstance(found, SqlPlan):
        assert 8.0 in data.rows(found.sql)[0]
