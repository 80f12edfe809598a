"""A catalog that is read again looks at what has changed, and at nothing else."""

import os

from msgspec.structs import replace

from agent_worker.catalog import fingerprint, read_catalog
from bus.contract.catalog import Catalog, JoinKey
from tests.harness.folders import Folder, column


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
