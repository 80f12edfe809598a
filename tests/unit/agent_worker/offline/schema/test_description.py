"""What the owner of the data declares is used: measures, synonyms, default dates."""

import msgspec
import pytest

from agent_worker.offline.planner import plan
from agent_worker.plan import SqlPlan
from bench.questions import Data, same_rows
from bus.contract.catalog import Catalog, Description, Measure
from bus.contract.events import Clarification

REVENUE = "sum(l_extendedprice * (1 - l_discount))"


@pytest.fixture(scope="module")
def described(tpch: Data) -> Catalog:
    """TPC-H with a description."""
    description = Description(
        measures=(Measure("revenue", "lineitem", REVENUE), Measure("order value", "orders", "avg(o_totalprice)")),
        synonyms={"client": "customer", "turnover": "revenue", "urgency": "orders.o_orderpriority"},
        default_dates={"lineitem": "l_shipdate"},
    )
    return msgspec.structs.replace(tpch.catalog, description=description)


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("revenue", f"SELECT {REVENUE} FROM lineitem"),
        ("turnover by year", f"SELECT year(l_shipdate), {REVENUE} FROM lineitem GROUP BY ALL"),
        ("orders by urgency", "SELECT o_orderpriority, count(*) FROM orders GROUP BY ALL"),
        (
            "top 5 clients by revenue",
            f"""SELECT c_name, {REVENUE} FROM lineitem JOIN orders ON l_orderkey = o_orderkey
                JOIN customer ON o_custkey = c_custkey GROUP BY ALL ORDER BY 2 DESC LIMIT 5""",
        ),
        (
            "ship modes with revenue over 290000000",
            f"SELECT l_shipmode, {REVENUE} FROM lineitem GROUP BY ALL HAVING {REVENUE} > 290000000",
        ),
        ("order value by year", "SELECT year(o_orderdate), avg(o_totalprice) FROM orders GROUP BY ALL"),
        (
            "which ship mode has the highest revenue",
            f"SELECT l_shipmode, {REVENUE} FROM lineitem GROUP BY ALL ORDER BY 2 DESC LIMIT 1",
        ),
        (
            "share of revenue by ship mode",
            f"SELECT l_shipmode, 100 * {REVENUE} / sum({REVENUE}) OVER () FROM lineitem GROUP BY ALL",
        ),
        ("revenue in March 1995", f"SELECT {REVENUE} FROM lineitem WHERE strftime(l_shipdate, '%Y-%m') = '1995-03'"),
    ],
)
def test_declared_words_are_understood(question: str, sql: str, described: Catalog, tpch: Data) -> None:
    found = plan(question, described)
    assert isinstance(found, SqlPlan), found
    assert same_rows(tpch.rows(found.sql), tpch.rows(sql))


@pytest.mark.parametrize("question", ["average revenue by year", "revenue by nation", "total order value"])
def test_a_measure_is_not_bent(question: str, described: Catalog) -> None:
    assert isinstance(plan(question, described), Clarification)


def test_the_reading_tells_what_a_measure_is(described: Catalog) -> None:
    found = plan("revenue by ship mode", described)
    assert isinstance(found, SqlPlan)
    assert REVENUE in found.reading


def test_a_measure_that_is_no_sql_asks_back(tpch: Data) -> None:
    broken = Description(measures=(Measure("revenue", "lineitem", "sum(("),))
    assert isinstance(plan("revenue", msgspec.structs.replace(tpch.catalog, description=broken)), Clarification)
