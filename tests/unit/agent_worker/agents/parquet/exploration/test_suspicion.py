"""Results that seem to have missed what was looked for, and the values that were meant."""

from typing import Any

import pytest

from agent_worker.agents.parquet.exploration.suspicion import near_values, suspicion
from agent_worker.llm.prompts.preview import Preview, Totals
from bus.contract.catalog import Catalog, CatalogColumn, CatalogTable
from bus.contract.events import Column
from tests.fakes.flights import CATALOG


def result(*rows: tuple[Any, ...], count: int | None = None, nulls: int | None = None) -> Preview:
    columns = tuple(Column(f"c{at}", "T") for at in range(len(rows[0]) if rows else 1))
    totals = [sum(row[at] is None for row in rows) if nulls is None else nulls for at in range(len(columns))]
    return Preview(columns, rows, len(rows) if count is None else count, totals=tuple(map(Totals, totals)))


@pytest.mark.parametrize(
    ("question", "preview", "odd"),
    [
        ("How many?", result(), "no rows"),
        ("How many?", result((None,)), "nothing but NULL"),
        ("How many?", result((None,), count=1_000, nulls=1_000), "nothing but NULL"),
        ("How many?", result((0,)), "nothing but zero"),
        ("How many?", result(("0.00", None)), "nothing but zero"),
        ("How many?", result((0.0,)), "nothing but zero"),
        ("How many?", result((7,)), ""),
        ("How many?", result((False,)), ""),
        ("How many?", result(("00x",)), ""),
        ("How many?", result((0,), (0,)), ""),
        ("How many?", result((None, 1), (None, 2)), ""),
        ("Flights per month", result((7,)), "one row where several were asked for"),
        ("the top 5 carriers", result((7,)), "one row where several were asked for"),
        ("the top 1 carrier", result((7,)), ""),
        ("Flights per month", result((1,), (2,)), ""),
    ],
)
def test_what_is_odd_about_a_result(question: str, preview: Preview, odd: str) -> None:
    assert suspicion(question, preview) == odd


def test_near_values_of_the_tables_that_the_statement_reads() -> None:
    assert near_values("SELECT 1 FROM airlines WHERE name ILIKE '%delta airlines%'", CATALOG) == [
        ("airlines", "name", "Delta Air Lines Inc.")
    ]
    assert near_values("SELECT 1 FROM flights WHERE carrier = 'delta air'", CATALOG) == []


def test_a_value_that_stands_in_the_data_has_no_near_ones() -> None:
    assert near_values("SELECT 1 FROM airlines WHERE name = 'Delta Air Lines Inc.'", CATALOG) == []


@pytest.mark.parametrize("sql", ["", "''", "SELECT '", "SELECT '%'", "SELECT ''''", "SELECT 'a''b' FROM airlines"])
def test_no_statement_stops_it(sql: str) -> None:
    near_values(sql, CATALOG)


def test_few_of_many_near_values_are_told() -> None:
    column = CatalogColumn("city", "VARCHAR", values=tuple(f"New York {number}" for number in range(5_000)))
    catalog = Catalog((CatalogTable("places", (column,), 1, ()),))
    assert len(near_values("SELECT 1 FROM places WHERE city = 'New York'", catalog)) == 5
