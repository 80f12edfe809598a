"""A catalog that is read again looks at what has changed, and at nothing else."""

import os
import random
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from msgspec.structs import replace

from agent_worker.catalog import reader
from agent_worker.catalog.files import layout
from agent_worker.catalog.files.layout import CatalogError, fingerprint
from agent_worker.catalog.profile import profiler
from agent_worker.catalog.reader import read_catalog
from bus.contract.catalog import Catalog, JoinKey
from tests.harness.data.folders import Folder, column


def again(folder: Folder, known: Catalog) -> Catalog:
    return read_catalog(folder.path, connection=folder._connection, known=known)


def test_only_tables_whose_files_have_changed_are_read_again(folder: Folder) -> None:
    folder.write("orders.parquet", "SELECT range AS id, range % 3 AS shop_id, 'o' || range % 2 AS kind FROM range(50)")
    folder.write("shops.parquet", "SELECT range AS shop_id, 's' || range AS name FROM range(10)")
    file = folder.write("odd.csv.parquet", "SELECT 1 AS n")
    first = read_catalog(folder.path, connection=folder._connection)
    assert first.keys == (JoinKey("orders", "shop_id", "shops", "shop_id"),)
    marked = replace(first, tables=tuple(replace(table, remarks=("known",)) for table in first.tables))
    file.unlink()
    folder.write("new.parquet", "SELECT 5 AS shop_id FROM range(20)")
    second = again(folder, marked)
    assert [(table.name, table.remarks) for table in second.tables] == [
        ("new", ()),
        ("orders", ("known",)),
        ("shops", ("known",)),
    ]
    assert second.tables[1:] == marked.tables[1:]
    assert set(second.keys) == {*first.keys, JoinKey("new", "shop_id", "shops", "shop_id")}


def test_a_file_of_the_same_size_and_time_in_the_place_of_another_is_a_change(folder: Folder) -> None:
    for name, text in (("a.csv", "k,v\n1,5\n"), ("b.csv", "v,k\n9,3\n")):
        (folder.path / name).write_text(text)
        os.utime(folder.path / name, (1e9, 1e9))
    first = folder.read()
    (folder.path / "a.csv").rename(folder.path / "c")
    (folder.path / "b.csv").rename(folder.path / "a.csv")
    (folder.path / "c").rename(folder.path / "b.csv")
    assert fingerprint(folder.path) != first.fingerprint
    assert [one.name for one in again(folder, first).tables[0].columns] == ["v", "k"]


def test_a_new_table_finds_the_keys_of_those_that_are_known(folder: Folder) -> None:
    folder.write("shops.parquet", "SELECT range AS shop_id, 's' || range AS name FROM range(10)")
    folder.write("other.parquet", "SELECT 'x' AS word")
    first = folder.read()
    folder.write("orders.parquet", "SELECT range % 10 AS shop_id FROM range(50)")
    second = again(folder, first)
    assert second.keys == (JoinKey("orders", "shop_id", "shops", "shop_id"),)
    assert column(second, "shops", "name").unique


def test_what_is_said_of_a_table_is_said_again_and_options_are_a_change(folder: Folder) -> None:
    (folder.path / "t.csv").write_text("1,a\n2,b\n")
    first = folder.read()
    assert first.warnings == again(folder, first).warnings != ()
    (folder.path / "deadstop.toml").write_text('[files.t]\ntypes = {column0 = "VARCHAR"}')
    assert column(again(folder, first), "t", "column0").type == "VARCHAR"


def test_what_there_was_no_time_for_is_looked_at_later(folder: Folder) -> None:
    folder.write("a.parquet", "SELECT 'x' AS word FROM range(9)")
    folder.write("b.parquet", "SELECT 'y' AS word FROM range(9)")
    bare = [
        replace(table, unseen=True, columns=tuple(replace(one, values=()) for one in table.columns))
        for table in folder.read().tables
    ]
    later = again(folder, Catalog(tuple(bare)))
    assert [column(later, name, "word").values for name in ("a", "b")] == [("x",), ("y",)]
    assert not any(table.unseen for table in later.tables)


def test_keys_from_a_new_table_to_known_ones_are_found_where_nothing_is_open_yet(folder: Folder) -> None:
    folder.write("shops.parquet", "SELECT range AS shop_id, 's' || range AS name FROM range(10)")
    folder.write("other.parquet", "SELECT 'x' AS word")
    first = folder.read()
    folder.write("orders.parquet", "SELECT range % 10 AS shop_id FROM range(50)")
    with duckdb.connect(config={"threads": 1}) as anew:
        second = read_catalog(folder.path, connection=anew, known=first)
    assert (second.keys, second.warnings) == ((JoinKey("orders", "shop_id", "shops", "shop_id"),), ())


def test_a_key_to_a_table_that_went_gives_way_to_the_next_best(folder: Folder) -> None:
    shops = folder.write("shops.parquet", "SELECT range AS shop_id FROM range(10)")
    folder.write("shops_old.parquet", "SELECT range AS shop_id FROM range(12)")
    folder.write("orders.parquet", "SELECT range % 10 AS shop_id FROM range(50)")
    first = folder.read()
    assert JoinKey("orders", "shop_id", "shops", "shop_id") in first.keys
    shops.unlink()
    assert JoinKey("orders", "shop_id", "shops_old", "shop_id") in again(folder, first).keys


def test_a_table_that_was_alone_can_be_referred_to_by_the_next_one(folder: Folder) -> None:
    folder.write("shops.parquet", "SELECT range AS shop_id FROM range(10)")
    first = folder.read()
    folder.write("orders.parquet", "SELECT range % 10 AS shop_id FROM range(50)")
    assert again(folder, first).keys == (JoinKey("orders", "shop_id", "shops", "shop_id"),)


COLUMNS = (
    "range AS id", "(range * 7) % 8 AS shop_id", "'n' || range AS name", "['x', 'y', NULL][range % 3 + 1] AS kind",
    "'L' || (range % 300) AS label", "range / 8 AS price", "lpad((range % 90)::VARCHAR, 3, '0') AS code",
)  # fmt: skip
PLACES = (
    "shops.parquet", "orders.parquet", "parts/0.parquet", "parts/1.parquet", "tree/k=1/0.parquet",
    "tree/k=01/0.parquet", "tree/k=a/0.parquet", "t.csv", "mixed/a.csv", "mixed/b.parquet", "lines.jsonl",
)  # fmt: skip
FORMATS = {".csv": "csv, header true", ".jsonl": "json", ".parquet": "parquet"}


def write_some(made: random.Random, file: Path, connection: duckdb.DuckDBPyConnection) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    if made.random() < 0.05:
        file.write_bytes(b"PAR1 cut short")
        return
    columns, rows = made.sample(COLUMNS, made.randrange(1, 5)), made.choice((0, 1, 5, 30, 700))
    kind = FORMATS[file.suffix]
    connection.execute(f"COPY (SELECT {', '.join(columns)} FROM range({rows})) TO '{file}' (FORMAT {kind})").fetchall()


def change(made: random.Random, folder: Folder) -> None:
    file = folder.path / made.choice(PLACES)
    what = made.random()
    if file.exists() and what < 0.35:
        file.unlink()
    elif what < 0.4:
        (folder.path / "deadstop.toml").write_text(made.choice(("", "notes = 'new'", "[keys]")))
    else:
        write_some(made, file, folder._connection)


def outcome(read: Callable[[], Catalog]) -> Catalog | str:
    try:
        return read()
    except CatalogError as error:
        return str(error)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_changes_a_catalog_read_again_is_the_one_that_is_read_anew(folder: Folder, seed: int) -> None:
    made = random.Random(seed)
    known: Catalog | None = None
    for step in range(5):
        for _ in range(made.randrange(1, 5)):
            change(made, folder)
        with duckdb.connect(config={"threads": 1}) as one, duckdb.connect(config={"threads": 1}) as two:
            later = outcome(lambda: read_catalog(folder.path, connection=one, known=known))  # noqa: B023
            anew = outcome(lambda: read_catalog(folder.path, connection=two))
        assert later == anew, f"seed {seed}, step {step}"
        known = later if isinstance(later, Catalog) else None


def test_reading_gets_on_where_there_was_time_for_nothing(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a reading had no time for, the next one begins with, and what it had it does not do again."""
    folder.write("shops.parquet", "SELECT range AS shop_id, 's' || range AS name FROM range(10)")
    folder.write("orders.parquet", "SELECT range % 10 AS shop_id, 'k' || range % 2 AS kind FROM range(50)")
    whole = folder.read()
    monkeypatch.setattr(reader, "READ_S", 0.0)
    monkeypatch.setattr(profiler, "LEAST_S", 0.0)
    none = folder.read()
    assert ([table.unseen for table in none.tables], none.keys, none.unfinished) == ([True, True], (), 2)
    monkeypatch.setattr(profiler, "FOR_KEYS", 0.0)
    tables = again(folder, none)
    assert [(table.unseen, table.unlinked) for table in tables.tables] == [(False, True), (False, True)]
    assert column(tables, "orders", "kind").values == ("k0", "k1")
    assert column(tables, "shops", "shop_id").unique
    monkeypatch.setattr(profiler, "FOR_TABLES", 0.0)  # from here on there is time for keys alone
    monkeypatch.setattr(profiler, "FOR_KEYS", 0.8)
    assert again(folder, tables) == whole


def test_what_another_reader_has_found_is_not_taken_over(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.write("shops.parquet", "SELECT 1 AS n")
    first = folder.read()
    monkeypatch.setattr(layout, "reader_version", lambda: "another")
    monkeypatch.setattr(reader, "reader_version", lambda: "another")
    assert fingerprint(folder.path) != first.fingerprint
    assert again(folder, first).tables[0].state != first.tables[0].state


def test_a_file_that_fails_where_it_is_looked_into_is_told_of_at_each_reading(folder: Folder) -> None:
    folder.write("shops.parquet", "SELECT 's' || range AS name FROM range(9)")
    file = folder.write("orders.parquet", "SELECT 'n' || range AS name, range AS shop FROM range(1000)")
    content = bytearray(file.read_bytes())
    content[4:60] = bytes(56)
    file.write_bytes(content)
    first = folder.read()
    assert any(str(file) in warning for warning in first.warnings)
    assert again(folder, first).warnings == first.warnings
