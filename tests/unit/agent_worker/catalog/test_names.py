"""One name that cannot be read, wherever in the folder it stands, leaves its own table out and no other."""

import os
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet
import pytest
from deltalake import write_deltalake

from agent_worker.catalog.files.layout import CatalogError
from agent_worker.catalog.reader import read_catalog
from bus.contract.catalog import Catalog
from tests.harness.data.folders import Folder, names

LATIN1 = b"caf\xe9"
"""A name as an old machine wrote it: no UTF-8."""

SHOWN = "caf<E9>"


def rename(folder: Folder, name: str, to: bytes) -> None:
    """Give a file or folder a name of these bytes."""
    (folder.path / name).rename(at(folder, to))


def at(folder: Folder, name: bytes) -> Path:
    return folder.path / os.fsdecode(name)


def travels(catalog: Catalog) -> bool:
    """What a catalog holds goes over wires of UTF-8."""
    return msgspec.json.decode(msgspec.json.encode(catalog), type=Catalog) == catalog


@pytest.mark.parametrize(
    ("written", "bad", "left_out"),
    [
        ("x.parquet", LATIN1 + b".parquet", SHOWN),
        ("x.parquet", b"\xff\xfe", "<FF><FE>"),
        ("x.parquet", b"a\xed\xa0\x80.parquet", "a<ED><A0><80>"),
        ("x/part-0.parquet", LATIN1, SHOWN),
        ("x/deep/part-0.parquet", b"x/" + LATIN1, f"x_{SHOWN}"),
    ],
)
def test_a_table_with_such_a_name_is_left_out(folder: Folder, written: str, bad: bytes, left_out: str) -> None:
    folder.write("good.parquet", "SELECT 1 AS n")
    folder.write(written, "SELECT 2 AS n")
    source = written if bad.count(b"/") == 0 and "/" not in written else written.rpartition("/")[0]
    rename(folder, source, bad)
    catalog = folder.read()
    assert names(catalog) == ["good"]
    assert [one.name for one in catalog.left_out] == [left_out]
    assert "is no UTF-8, which the engine cannot name; rename it" in catalog.left_out[0].why
    assert catalog.left_out[0].why in catalog.warnings
    assert travels(catalog)


@pytest.mark.parametrize("bad", [b"t/" + LATIN1 + b".parquet", b"t/k=" + LATIN1, b"t/k=%FF", b"t/k=%C3%28"])
def test_a_part_with_such_a_name_leaves_its_whole_table_out(folder: Folder, bad: bytes) -> None:
    """The rest of it would give wrong figures."""
    folder.write("good.parquet", "SELECT 1 AS n")
    hive = b"k=" in bad
    for part in ("k=a/p.parquet", "k=b/p.parquet") if hive else ("a.parquet", "b.parquet"):
        folder.write(f"t/{part}", "SELECT 2 AS n")
    rename(folder, "t/k=b" if hive else "t/b.parquet", bad)
    catalog = folder.read()
    assert names(catalog) == ["good"]
    assert [one.name for one in catalog.left_out] == ["t"]
    assert "with 1 good files" in catalog.left_out[0].why
    assert travels(catalog)


@pytest.mark.parametrize("named", [b"notes-\xff.txt", b"\xff", b"\x1b[2J\xe2\x80\xae.md"])
def test_files_that_are_no_data_are_named_escaped(folder: Folder, named: bytes) -> None:
    folder.write("good.parquet", "SELECT 1 AS n")
    (folder.path / "notes").write_text("hello")
    rename(folder, "notes", named)
    catalog = folder.read()
    assert names(catalog) == ["good"]
    (warning,) = catalog.warnings
    assert warning.startswith("Left out because they are no data: 1 files (")
    assert warning.isascii() or "␛" in warning
    assert travels(catalog)


@pytest.mark.parametrize("link", [b"nowhere-\xff.parquet", b"\xff"])
def test_links_and_pipes_too(folder: Folder, link: bytes) -> None:
    folder.write("good.parquet", "SELECT 1 AS n")
    at(folder, link).symlink_to(os.fsdecode(b"gone-\xff"))
    os.mkfifo(at(folder, b"pipe-\xff"))
    catalog = folder.read()
    assert names(catalog) == ["good"]
    assert travels(catalog)


def test_a_lake_with_such_a_name_is_left_out(folder: Folder) -> None:
    folder.write("good.parquet", "SELECT 1 AS n")
    write_deltalake(folder.path / "lake", pa.table({"n": [1]}))
    write_deltalake(folder.path / "well", pa.table({"n": [1]}))
    rename(folder, "lake", LATIN1)
    at(folder, b"well/part-\xff.parquet").write_bytes(b"not of this table")
    catalog = folder.read()
    assert names(catalog) == ["good", "well"]
    assert [one.name for one in catalog.left_out] == [SHOWN]
    assert travels(catalog)


def test_a_folder_with_such_a_name_is_refused_by_it(folder: Folder) -> None:
    folder.write("data/good.parquet", "SELECT 1 AS n")
    rename(folder, "data", LATIN1)
    path = at(folder, LATIN1)
    with pytest.raises(CatalogError, match=f"/{SHOWN} is no UTF-8, which the engine cannot name"):
        read_catalog(path, connection=folder._connection)


COLUMNS = ["", " ", '"', "a\nb", "a\x00b", "\u202ea", "\x1b[2J", "x" * 5_000, "'; DROP", "%FF", "é", "e\u0301"]


@pytest.mark.parametrize("column", COLUMNS, ids=lambda name: ascii(name)[:20])
def test_no_name_of_a_column_spoils_another_table(folder: Folder, column: str) -> None:
    folder.write("good.parquet", "SELECT 1 AS n")
    pa.parquet.write_table(pa.table({column: [1], "other": [2]}), folder.path / "odd.parquet")
    catalog = folder.read()
    assert "good" in names(catalog)
    assert {*names(catalog), *(one.name for one in catalog.left_out)} == {"good", "odd"}
    assert travels(catalog)
