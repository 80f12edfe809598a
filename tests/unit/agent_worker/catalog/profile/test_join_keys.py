"""What the catalog knows of values, and which columns refer to which."""

import duckdb
import pytest

from agent_worker.catalog.profile.affinity import Affinity, affinity, singular
from agent_worker.catalog.profile.time_budget import TimeBudget
from bus.contract.catalog import CatalogTable, JoinKey
from tests.harness.data.folders import Folder, column


def test_values_are_listed_when_few_and_counted_when_long(folder: Folder) -> None:
    folder.write(
        "t.parquet",
        "SELECT 'v' || range % 200 AS few, 'v' || range % 201 AS many, repeat('x', 300) || range % 3 AS long, "
        "CASE WHEN range % 2 = 0 THEN 'even' END AS half FROM range(30000)",
    )
    catalog = folder.read()
    assert len(column(catalog, "t", "few").values) == 200
    assert column(catalog, "t", "many").values == ()
    assert (column(catalog, "t", "long").values, column(catalog, "t", "long").distinct) == ((), 3)
    half = column(catalog, "t", "half")
    assert (half.values, half.nulls) == (("even",), 15_000)


def test_keys_named_after_their_table_and_no_false_ones(folder: Folder) -> None:
    folder.write("customers.parquet", "SELECT range + 1 AS id, 'c' || range AS name FROM range(50)")
    folder.write("products.parquet", "SELECT range + 1 AS id, 'p' || range AS title FROM range(40)")
    folder.write(
        "orders.parquet",
        "SELECT range + 1 AS id, range % 50 + 1 AS customer_id, range % 40 + 1 AS product_id, "
        "range % 7 AS quantity FROM range(1000)",
    )
    assert set(folder.read().keys) == {
        JoinKey("orders", "customer_id", "customers", "id"),
        JoinKey("orders", "product_id", "products", "id"),
    }


def test_whole_numbers_that_measure_something_refer_to_nothing(folder: Folder) -> None:
    """Of two small tables of one shape their values are often the same."""
    for name in ("paid", "owed"):
        rows = "SELECT range + 1 AS shop_no, (range + 1) * 100 AS amount, range * 7 AS net_price FROM range(5)"
        folder.write(f"{name}.parquet", rows)
    assert {key.column for key in folder.read().keys} == {"shop_no"}


def test_a_register_with_half_of_the_values_is_still_referred_to_by_name(folder: Folder) -> None:
    folder.write("planes.parquet", "SELECT 'N' || range * 2 AS tailnum FROM range(100)")
    folder.write("flights.parquet", "SELECT 'N' || range % 200 AS tailnum FROM range(2000)")
    assert folder.read().keys == (JoinKey("flights", "tailnum", "planes", "tailnum"),)


def test_two_tables_with_a_row_for_each_other_are_joined_once(folder: Folder) -> None:
    folder.write("people.parquet", "SELECT 'person ' || range AS login FROM range(100)")
    folder.write("profiles.parquet", "SELECT 'person ' || range AS login FROM range(100)")
    assert len(folder.read().keys) == 1


@pytest.mark.parametrize(
    ("name", "table", "key", "expected"),
    [
        ("carrier", "airlines", "carrier", Affinity.SAME),
        ("o_custkey", "customer", "c_custkey", Affinity.SAME),
        ("customer_id", "customers", "id", Affinity.NAMED_AFTER),
        ("CustomerID", "customers", "id", Affinity.NAMED_AFTER),
        ("bill_to_customer_id", "customers", "id", Affinity.NAMED_AFTER),
        ("customer_id", "tbl_customers", "id", Affinity.NAMED_AFTER),
        ("HomeClubID", "Club", "ClubID", Affinity.NAMED_AFTER),
        ("country", "countries", "code", Affinity.NAMED_AFTER),
        ("origin_iata", "airports", "iata", Affinity.NAMED_AFTER),
        ("id", "customers", "id", Affinity.NONE),
        ("name", "airports", "name", Affinity.NONE),
        ("dest", "airports", "faa", Affinity.NONE),
        ("paid", "customers", "id", Affinity.NONE),
    ],
)
def test_how_a_name_fits_a_key(name: str, table: str, key: str, expected: Affinity) -> None:
    assert affinity(name, table, key) is expected


def test_plurals() -> None:
    assert [singular(word) for word in ("countries", "boxes", "classes", "flights", "class")] == [
        "country",
        "box",
        "class",
        "flight",
        "class",
    ]


def test_looking_is_bounded_by_time(connection: duckdb.DuckDBPyConnection) -> None:
    budget = TimeBudget(connection, total_s=0.3, each_s=0.1)
    table = CatalogTable("t", (), 0, ("t.parquet",))
    endless = "SELECT count(*) FROM range(100000000) a, range(100000000) b"
    while budget.missed < 5:
        assert budget.rows(endless, table) is None
    assert budget.rows("SELECT 1", table) is None
    assert connection.execute("SELECT 1").fetchall() == [(1,)]
