"""The plainest questions over the sample data give the figures that SQL written by hand gives."""

import duckdb
import pytest

from agent_worker.offline import plan
from agent_worker.plan import SqlPlan
from bus.catalog import Catalog

QUESTIONS = {
    "how many flights": "SELECT count(*) FROM flights",
    "How many flights per airline?": "SELECT name, count(*) FROM flights JOIN airlines USING (carrier) GROUP BY ALL",
    "top 5 destinations by flights": "SELECT dest, count(*) FROM flights GROUP BY ALL ORDER BY 2 DESC LIMIT 5",
    "average departure delay by month": "SELECT month, avg(dep_delay) FROM flights GROUP BY ALL",
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_figures_are_those_of_the_statement_written_by_hand(
    question: str, flights: Catalog, engine: duckdb.DuckDBPyConnection
) -> None:
    found = plan(question, flights)
    assert isinstance(found, SqlPlan), found
    assert sorted(engine.sql(found.sql).fetchall()) == sorted(engine.sql(QUESTIONS[question]).fetchall())
    assert found.reading
