"""The catalog: what a folder of Parquet files is taken for."""

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

import agent_worker
from agent_worker.catalog import CatalogError, DescriptionError, fingerprint, read_catalog
from agent_worker.catalog.affinity import Affinity, affinity, singular
from agent_worker.catalog.budget import Budget
from agent_worker.catalog.names import table_names
from bus.catalog import Catalog, CatalogColumn, JoinKey, Measure

SAMPLE = Path(agent_worker.__file__).parent / "sample_data"


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 2, "async_threads": 1}) as connection:
        yield connection


@pytest.fixture(scope="module")
def sample() -> Catalog:
    with duckdb.connect(config={"threads": 2, "async_threads": 1}) as connection:
        return read_catalog(SAMPLE, connection=connection)


class Folder:
    """A folder that Parquet files are written into."""

    def __init__(self, path: Path, connection: duckdb.DuckDBPyConnection) -> None:
        self.path = path
        self._connection = connection

    def write(self, name: str, sql: str) -> Path:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        self._connection.execute(f"COPY ({sql}) TO '{file}' (FORMAT parquet)").fetchall()
        return file

    def read(self) -> Catalog:
        return read_catalog(self.path, connection=self._connection)


@pytest.fixture
def folder(tmp_path: Path, connection: duckdb.DuckDBPyConnection) -> Folder:
    path = tmp_path / "shop"
    path.mkdir()
    return Folder(path, connection)


def column(catalog: Catalog, table: str, name: str) -> CatalogColumn:
    found = catalog.table(table)
    assert found is not None
    return next(column for column in found.columns if column.name == name)


def names(catalog: Catalog) -> list[str]:
    return [table.name for table in catalog.tables]


# ---- the sample data


def test_the_sample_has_its_tables_and_counts(sample: Catalog) -> None:
    counts = {table.name: table.row_count for table in sample.tables}
    assert counts == {"airlines": 16, "airports": 1458, "flights": 336_776, "planes": 3322, "weather": 26_115}
    assert sample.warnings == ()


def test_the_sample_joins_are_found_from_names_and_values(sample: Catalog) -> None:
    assert set(sample.keys) == {
        JoinKey("flights", "carrier", "airlines", "carrier"),
        JoinKey("flights", "tailnum", "planes", "tailnum"),
        JoinKey("flights", "origin", "airports", "faa"),
        JoinKey("flights", "dest", "airports", "faa"),
        JoinKey("weather", "origin", "airports", "faa"),
    }


def test_columns_know_types_nulls_extremes_and_few_values(sample: Catalog) -> None:
    delay = column(sample, "flights", "dep_delay")
    assert (delay.nulls, delay.minimum, delay.maximum, delay.values) == (8255, "-43", "1301", ())
    assert column(sample, "flights", "origin").values == ("EWR", "JFK", "LGA")
    assert column(sample, "flights", "time_hour").type == "TIMESTAMP"


def test_tables_that_others_refer_to_list_what_they_are_called_by(sample: Catalog) -> None:
    assert "Logan" in " ".join(column(sample, "airports", "name").values)
    assert column(sample, "flights", "tailnum").values == ()


# ---- files, folders, trees


def test_a_file_a_folder_of_parts_and_a_tree_each_become_a_table(folder: Folder) -> None:
    folder.write("single.parquet", "SELECT 1 AS a")
    folder.write("parts/x.parquet", "SELECT range AS a FROM range(10)")
    folder.write("parts/y.parquet", "SELECT range + 10 AS a FROM range(10)")
    folder.write("tree/year=2012/month=1/a.parquet", "SELECT 1.5::DECIMAL(4,2) AS price")
    folder.write("tree/year=2013/month=12/a.parquet", "SELECT 20.5::DECIMAL(4,2) AS price")
    catalog = folder.read()
    assert names(catalog) == ["parts", "single", "tree"]
    parts, _, tree = catalog.tables
    assert (parts.row_count, len(parts.files), parts.mixed) == (20, 2, False)
    assert (column(catalog, "parts", "a").minimum, column(catalog, "parts", "a").maximum) == ("0", "19")
    assert tree.partitions == ("year", "month")
    month = column(catalog, "tree", "month")
    assert (month.type, month.minimum, month.maximum, month.distinct) == ("BIGINT", "1", "12", 2)
    price = column(catalog, "tree", "price")
    assert (price.type, price.minimum, price.maximum) == ("DECIMAL(4,2)", "1.50", "20.50")


def test_a_tree_at_the_top_is_named_after_its_folder(folder: Folder) -> None:
    folder.write("year=2012/a.parquet", "SELECT 1 AS n")
    folder.write("year=2013/a.parquet", "SELECT 2 AS n")
    (table,) = folder.read().tables
    assert (table.name, table.partitions, table.row_count) == ("shop", ("year",), 2)


def test_parts_with_different_columns_are_put_together_by_name(folder: Folder) -> None:
    folder.write("parts/a.parquet", "SELECT 1 AS n")
    folder.write("parts/b.parquet", "SELECT 2 AS n, 'x' AS extra")
    catalog = folder.read()
    assert catalog.tables[0].mixed
    assert [column.name for column in catalog.tables[0].columns] == ["n", "extra"]


def test_names_become_valid_and_different(folder: Folder) -> None:
    for name in ("order", "2 big-files", "a b", "a-b", "A_B"):
        folder.write(f"{name}.parquet", "SELECT 1 AS n")
    catalog = folder.read()
    assert sorted(names(catalog)) == ["A_B", "a_b_2", "a_b_3", "order_", "t_2_big_files"]
    assert len(catalog.warnings) == 4
    for table in catalog.tables:
        assert re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", table.name)


def test_names_that_are_taken_count_on() -> None:
    assert table_names(["x", "X", "x_2", "x"], frozenset())[0] == ["x", "X_2", "x_2_2", "x_3"]
    assert table_names(["", "é"], frozenset())[0] == ["table", "table_2"]


@pytest.mark.parametrize("content", [b"", b"hello", b"PAR1" + bytes(100) + b"PAR1"])
def test_a_damaged_file_is_named_and_the_others_live_on(folder: Folder, content: bytes) -> None:
    folder.write("good.parquet", "SELECT 1 AS n")
    folder.write("parts/a.parquet", "SELECT 1 AS n")
    (folder.path / "bad.parquet").write_bytes(content)
    (folder.path / "parts" / "b.parquet").write_bytes(content)
    catalog = folder.read()
    assert names(catalog) == ["good"]
    assert any("bad.parquet" in warning for warning in catalog.warnings)
    assert any("parts" in warning for warning in catalog.warnings)


def test_damaged_pages_are_named_and_the_footer_still_counts(folder: Folder) -> None:
    file = folder.write("t.parquet", "SELECT 'text ' || range AS s FROM range(100000)")
    folder.write("u.parquet", "SELECT 1 AS n")
    content = bytearray(file.read_bytes())
    content[1000:20000] = bytes(19000)
    file.write_bytes(content)
    catalog = folder.read()
    table = catalog.table("t")
    assert table is not None
    assert table.row_count == 100_000
    assert any("t.parquet" in warning for warning in catalog.warnings)


def test_hidden_unfinished_foreign_and_unnameable_files_are_left_out(folder: Folder, tmp_path: Path) -> None:
    folder.write("good.parquet", "SELECT 1 AS n")
    folder.write("_temporary/0/part.parquet", "SELECT 1 AS n")
    folder.write(".hidden.parquet", "SELECT 1 AS n")
    folder.write("a[1].parquet", "SELECT 1 AS n")
    Folder(tmp_path, folder._connection).write("elsewhere.parquet", "SELECT 1 AS n")
    (folder.path / "link.parquet").symlink_to(tmp_path / "elsewhere.parquet")
    catalog = folder.read()
    assert names(catalog) == ["good"]
    assert [warning for warning in catalog.warnings if "pattern" in warning and "a[1].parquet" in warning]
    assert [warning for warning in catalog.warnings if "link" in warning]


def test_a_missing_or_empty_folder_is_a_clear_error(folder: Folder, tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="holds no usable"):
        folder.read()
    with pytest.raises(CatalogError, match="is not a folder"):
        read_catalog(tmp_path / "nowhere", connection=folder._connection)
    (folder.path / "bad.parquet").write_bytes(b"x")
    with pytest.raises(CatalogError, match=r"bad\.parquet"):
        folder.read()


def test_many_wide_files_are_read_in_bounded_time(folder: Folder) -> None:
    columns = ", ".join(f"range * {i} AS c{i}" for i in range(200))
    first = folder.write("wide/000.parquet", f"SELECT {columns} FROM range(10)")
    for part in range(1, 100):
        (folder.path / f"wide/{part:03}.parquet").write_bytes(first.read_bytes())
    catalog = folder.read()
    assert (catalog.tables[0].row_count, len(catalog.tables[0].columns)) == (1000, 200)
    assert column(catalog, "wide", "c199").maximum == str(9 * 199)


def test_the_fingerprint_tells_when_to_read_again(folder: Folder) -> None:
    folder.write("a.parquet", "SELECT 1 AS n")
    seen = {fingerprint(folder.path)}
    assert fingerprint(folder.path) in seen
    for change in (
        lambda: folder.write("b.parquet", "SELECT 1 AS n"),
        lambda: folder.write("b.parquet", "SELECT 1 AS n, 2 AS m"),
        lambda: (folder.path / "deadstop.toml").write_text("notes = 'x'"),
        lambda: (folder.path / "a.parquet").unlink(),
    ):
        change()
        now = fingerprint(folder.path)
        assert now not in seen
        seen.add(now)


# ---- values and keys


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
    budget = Budget(connection, total_s=0.3, each_s=0.1)
    endless = "SELECT count(*) FROM range(100000000) a, range(100000000) b"
    while budget.missed < 5:
        assert budget.rows(endless) is None
    assert budget.rows("SELECT 1") is None
    assert connection.execute("SELECT 1").fetchall() == [(1,)]


# ---- the description beside the data

DESCRIPTION = """
notes = "Prices are in euros."

[measures]
revenue = {table = "orders", expression = "sum(price * quantity)"}

[synonyms]
turnover = "revenue"
client = "orders.customer"
purchases = "orders"

[keys]
"orders.customer" = "customers.number"

[default_dates]
orders = "day"
"""


@pytest.fixture
def described(folder: Folder) -> Folder:
    folder.write(
        "orders.parquet",
        "SELECT range AS customer, 2.5 AS price, 3 AS quantity, DATE '2013-01-01' AS day FROM range(10)",
    )
    folder.write("customers.parquet", "SELECT range AS number FROM range(10)")
    return folder


def test_the_owners_description_is_part_of_the_catalog(described: Folder) -> None:
    (described.path / "deadstop.toml").write_text(DESCRIPTION)
    catalog = described.read()
    description = catalog.description
    assert description.measures == (Measure("revenue", "orders", "sum(price * quantity)"),)
    assert description.synonyms == {"turnover": "revenue", "client": "orders.customer", "purchases": "orders"}
    assert catalog.keys == (JoinKey("orders", "customer", "customers", "number"),)
    assert description.default_dates == {"orders": "day"}
    assert description.notes == "Prices are in euros."


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[measure]", "measure = 'measure': expected a section; did you mean 'measures'?"),
        ("measures = 1", "measures = 1: expected a section [measures]"),
        ("[measures]\nm = 'x'", 'measures.m = \'x\': expected {table = "...", expression = "..."}'),
        ("[measures]\nm = {table = 'order', expression = 'x'}", "did you mean 'orders'?"),
        ("[synonyms]\nx = 'orders.customre'", "did you mean 'orders.customer'?"),
        ("[synonyms]\nx = 1", "synonyms.x = 1: expected a text"),
        ("[keys]\norders = 'customers.number'", "keys.\"orders\" = 'orders': expected table.column"),
        ("[keys]\n'orders.customer' = 'customers.nmber'", "expected a column of customers; did you mean 'number'?"),
        ("[default_dates]\norders = 'dya'", "expected a column of orders; did you mean 'day'?"),
        ("[default_dates]\norder = 'day'", "did you mean 'orders'?"),
        ("notes = 1", "notes = 1: expected a text"),
        ("[", "not valid TOML"),
    ],
)
def test_a_mistake_in_the_description_names_file_key_and_spelling(described: Folder, text: str, says: str) -> None:
    file = described.path / "deadstop.toml"
    file.write_text(text)
    with pytest.raises(DescriptionError) as failure:
        described.read()
    assert str(failure.value).startswith(str(file))
    assert says in str(failure.value)
