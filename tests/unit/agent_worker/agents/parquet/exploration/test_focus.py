"""Which tables, columns and values a question is about."""

import pytest

from agent_worker.agents.parquet.exploration.focus import focus_on
from agent_worker.plan import Turn
from bus.contract.catalog import Catalog, CatalogColumn, CatalogTable, Description, JoinKey, Measure
from tests.fakes.flights import CATALOG


def filler(number: int) -> CatalogTable:
    columns = (CatalogColumn("id", "BIGINT"), CatalogColumn("name", "VARCHAR"), CatalogColumn("date", "DATE"))
    return CatalogTable(f"archive_{number}", columns, 1, ())


def table(name: str, *columns: CatalogColumn) -> CatalogTable:
    return CatalogTable(name, columns, 1, ())


HAYSTACK = tuple(filler(number) for number in range(500))
LARGE = Catalog(
    (
        *HAYSTACK,
        table("cust_orders", CatalogColumn("ord_dt", "DATE"), CatalogColumn("cust_id", "BIGINT")),
        table("order_lines", CatalogColumn("order_id", "BIGINT"), CatalogColumn("qty", "BIGINT")),
        table(
            "customers", CatalogColumn("id", "BIGINT"), CatalogColumn("city", "VARCHAR", values=("Berlin", "New York"))
        ),
        table("warehouses", CatalogColumn("site", "VARCHAR", values=("Berlin-Mitte", "Oslo"))),
    ),
    keys=(JoinKey("cust_orders", "cust_id", "customers", "id"),),
    description=Description(
        measures=(Measure("net revenue", "order_lines", "sum(qty)"),), synonyms={"client": "customers"}
    ),
)


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("How many customers are there?", "customers"),
        ("how many warehouse sites", "warehouses"),
        ("quantity per order", "order_lines"),
        ("What was the net revenue?", "order_lines"),
        ("List all clients", "customers"),
        ("Who lives in New York?", "customers"),
        ("what is in Oslo", "warehouses"),
    ],
)
def test_the_nearest_table_stands_first_among_five_hundred(question: str, first: str) -> None:
    assert focus_on(question, LARGE).tables[0] == first


def test_what_a_key_joins_is_near_too() -> None:
    assert focus_on("Who lives in New York?", LARGE).tables[:2] == ("customers", "cust_orders")


def test_the_tables_of_the_last_statement_are_near() -> None:
    history = (Turn("How much is in stock?", sql='SELECT sum(1) FROM "warehouses" GROUP BY site'),)
    assert focus_on("and by month?", LARGE, history).tables[0] == "warehouses"


def test_values_stand_as_they_are_spelled_in_the_data() -> None:
    assert focus_on("customers in new york", LARGE).values == (("customers", "city", "New York"),)
    assert focus_on("anything in berlin", LARGE).values[0] == ("customers", "city", "Berlin")
    assert focus_on("flights of ua and DL", CATALOG).values == (("flights", "carrier", "DL"),)


def test_of_many_values_those_with_the_rarer_words_are_told() -> None:
    names = (*(f"{letter} Airlines Inc." for letter in "ABCDEF"), "United Air Lines Inc.")
    catalog = Catalog((table("airlines", CatalogColumn("name", "VARCHAR", values=names)),))
    assert ("airlines", "name", "United Air Lines Inc.") in focus_on("united airlines", catalog).values


def test_columns_that_the_question_names_are_known() -> None:
    assert ("flights", "dep_delay") in focus_on("average departure delay", CATALOG).columns
    assert ("order_lines", "qty") in focus_on("quantity per order", LARGE).columns


def test_a_question_of_nothing_is_about_nothing() -> None:
    focus = focus_on("?!", LARGE)
    assert (focus.tables, focus.columns, focus.values) == ((), frozenset(), ())
