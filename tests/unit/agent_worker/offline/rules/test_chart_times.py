"""Time, shares and few words, read by the chart: each question beside its figures, or refused where it is of two."""

from datetime import date, datetime

import pytest

from agent_worker.offline.question.single import NotUnderstood, Single
from bench.questions import Data, same_rows
from bus.contract.catalog import Catalog, CatalogColumn, CatalogTable
from tests.harness.data.small_tables import Tables, make_data

ORDERS: Tables = {
    "customers": {"customer_id": [1, 2, 3], "name": ["Ada", "Bo", "Cy"], "city": ["Graz", "Linz", "Graz"],
                  "signed_up": [date(2022, 3, 1), date(2022, 5, 1), date(2023, 3, 9)]},
    "orders": {"order_id": [1, 2, 3, 4, 5], "customer_id": [1, 1, 2, 2, 3],
               "ordered_at": [datetime(2022, 3, 7, 9), datetime(2022, 3, 8, 9), datetime(2022, 4, 4, 17),
                              datetime(2023, 3, 6, 9), datetime(2023, 12, 31, 23)],
               "status": ["open", "paid", "paid", "paid", "open"], "total": [10.0, 20.0, 30.0, 40.0, 100.0],
               "note": ["a", None, "b", None, "c"]},
}  # fmt: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Data:
    return make_data(tmp_path_factory.mktemp("orders"), ORDERS)


@pytest.fixture(scope="module")
def single(data: Data) -> Single:
    return Single(data.catalog)


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("orders by month", [(date(2022, 3, 1), 2), (date(2022, 4, 1), 1), (date(2023, 3, 1), 1),
                             (date(2023, 12, 1), 1)]),
        ("average total by quarter", [(date(2022, 1, 1), 15), (date(2022, 4, 1), 30), (date(2023, 1, 1), 40),
                                      (date(2023, 10, 1), 100)]),
        ("orders by day of the week", [("Monday", 3), ("Tuesday", 1), ("Sunday", 1)]),
        ("maximum total by year", [(2022, 30), (2023, 100)]),
        ("orders by hour", [(9, 3), (17, 1), (23, 1)]),
        ("monthly number of orders in 2022", [(date(2022, 3, 1), 2), (date(2022, 4, 1), 1)]),
        ("orders by status and year", [("open", 2022, 1), ("open", 2023, 1), ("paid", 2022, 2), ("paid", 2023, 1)]),
        ("how many orders in March", [(3,)]),
        ("how many orders in March 2022", [(2,)]),
        ("how many orders in March or April 2022", [(3,)]),
        ("how many orders not in March", [(2,)]),
        ("how many orders after March 2022", [(3,)]),
        ("how many orders since April 2022", [(3,)]),
        ("how many orders before April 2022", [(2,)]),
        ("how many orders until April 2022", [(3,)]),
        ("how many orders between March 2022 and April 2022", [(3,)]),
        ("how many orders in the first quarter", [(3,)]),
        ("how many orders in the first quarter of 2023", [(1,)]),
        ("how many orders on Mondays", [(3,)]),
        ("how many orders on 31 December 2023", [(1,)]),
        ("how many orders on 2022-03-07", [(1,)]),
        ("percentage of orders by status", [("open", 40.0), ("paid", 60.0)]),
        ("what percentage of orders have a total over 25", [(60.0,)]),
        ("what fraction of orders from Graz have a total over 15", [(2 / 3,)]),
        ("how many customers ordered in March", [(2,)]),
        ("how many customers signed up in March 2022", [(1,)]),
        ("top 2 customers by number of orders", [("Ada", 1, 2), ("Bo", 2, 2)]),
        ("top 3 orders by total", [(5, 100.0), (4, 40.0), (3, 30.0)]),
        ("how many orders with a missing note", [(2,)]),
        ("how many orders without a note", [(2,)]),
        ("orders by customer city", [("Graz", 3), ("Linz", 2)]),
    ],
)  # fmt: skip
def test_the_chart_reads(question: str, rows: list[tuple[object, ...]], data: Data, single: Single) -> None:
    found = single.core.read(question).clear
    assert found is not None
    assert same_rows(data.rows(found.sql), rows), found.sql


@pytest.mark.parametrize(
    "question",
    [
        "percentage of orders from Graz by status",
        "percentage of customers",
        "orders on 2022-02-30",
        "orders between April 2022 and March 2022",
        "orders may be late",
        "top 2 customers by total of order",
    ],
)
def test_the_chart_leaves_open_what_is_of_two_things(question: str, single: Single) -> None:
    assert single.core.read(question).clear is None


def test_a_question_of_two_meanings_is_answered_by_no_reader(single: Single) -> None:
    with pytest.raises(NotUnderstood):
        single.after("percentage of orders from Graz by status", None)


def test_of_many_tables_those_are_read_that_most_words_name() -> None:
    """A column that every table has leaves the table that is named among those that are tried."""
    numbers = tuple(CatalogColumn(name, "BIGINT", 0, 900, "1", "900") for name in ("id", "total"))
    names = [*(f"a{number}_things" for number in range(30)), "customers"]
    single = Single(Catalog(tuple(CatalogTable(name, numbers, 900, ()) for name in names)))
    found = single.core.read("top 5 customers by total").clear
    assert found is not None
    assert found.query.base == "customers"


def test_the_words_of_a_catalog_are_looked_up_once() -> None:
    """Another catalog has its own, though it is called the same."""
    table = CatalogTable("orders", (CatalogColumn("price", "DOUBLE"),), 10, ())
    catalog = Catalog((table,))
    assert Single(catalog).core is Single(catalog).core
    other = Catalog((table,))
    assert Single(other).core is not Single(catalog).core
