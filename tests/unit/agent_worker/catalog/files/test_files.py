"""What is read by its content, and what is left out with a word."""

import os
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as pe
import pytest

from agent_worker.catalog.files.layout import CatalogError, fingerprint
from tests.harness.data.folders import Folder, names


class _Keys(pe.KmsClient):  # type: ignore[misc]
    """Wraps keys in nothing: what matters is that the file is encrypted."""

    def wrap_key(self, key_bytes: bytes, master_key_identifier: str) -> bytes:
        return key_bytes.hex().encode()

    def unwrap_key(self, wrapped_key: bytes, master_key_identifier: str) -> bytes:
        return bytes.fromhex(wrapped_key.decode())


def write_encrypted(file: Path, *, plaintext_footer: bool) -> None:
    factory = pe.CryptoFactory(lambda _: _Keys())
    config = pe.EncryptionConfiguration(
        footer_key="f", column_keys={"c": ["n"]}, plaintext_footer=plaintext_footer, double_wrapping=False
    )
    table = pa.table({"n": [1, 2], "m": [3, 4]})
    properties = factory.file_encryption_properties(pe.KmsConnectionConfig(), config)
    with pq.ParquetWriter(file, table.schema, encryption_properties=properties) as writer:
        writer.write_table(table)


def said(folder: Folder, *words: str) -> bool:
    return any(all(word in warning for word in words) for warning in folder.read().warnings)


@pytest.mark.parametrize(
    "name", ["t.pq", "t.parq", "t.PARQUET", "t.Parquet", "t", "t.parquet/part-0", "t/part-0.snappy"]
)
def test_parquet_is_known_by_its_content(folder: Folder, name: str) -> None:
    folder.write(name, "SELECT 7 AS n")
    catalog = folder.read()
    assert names(catalog) == ["t"]
    assert folder._connection.execute("SELECT n FROM t").fetchall() == [(7,)]


def test_links_and_other_files_are_said(folder: Folder, tmp_path: Path) -> None:
    folder.write("good/a.parquet", "SELECT 1 AS n")
    (folder.path / "notes.txt").write_text("hello")
    (folder.path / "nothing.parquet").symlink_to(tmp_path / "gone.parquet")
    (folder.path / "inside").symlink_to(folder.path / "good")
    outside = tmp_path / "outside"
    outside.mkdir()
    (folder.path / "away").symlink_to(outside)
    os.mkfifo(folder.path / "pipe.parquet")
    catalog = folder.read()
    assert names(catalog) == ["good"]
    text = "\n".join(catalog.warnings)
    for words in ("notes.txt", "nothing.parquet: a link to nothing", "inside (a link to a folder of the data",
                  "away (a link to a folder outside the data", "pipe.parquet"):  # fmt: skip
        assert words in text


def test_a_cut_or_foreign_part_takes_its_table_with_it_and_is_named(folder: Folder) -> None:
    folder.write("good.parquet", "SELECT 1 AS n")
    whole = folder.write("t/a.parquet", "SELECT 1 AS n").read_bytes()
    (folder.path / "t" / "b").write_bytes(whole[:-3])
    catalog = folder.read()
    assert names(catalog) == ["good"]
    (warning,) = catalog.warnings
    assert str(folder.path / "t" / "b") in warning
    assert "cut short" in warning


@pytest.mark.parametrize("plaintext_footer", [True, False])
def test_an_encrypted_file_says_so(folder: Folder, plaintext_footer: bool) -> None:
    folder.write("good.parquet", "SELECT 1 AS n")
    write_encrypted(folder.path / "secret.parquet", plaintext_footer=plaintext_footer)
    catalog = folder.read()
    assert names(catalog) == ["good"]
    (warning,) = catalog.warnings
    assert "secret.parquet" in warning
    assert "encrypted" in warning


@pytest.mark.parametrize(
    ("log", "kind"),
    [
        ("_delta_log/00000000000000000000.json", "Delta"),
        ("metadata/v1.metadata.json", "Iceberg"),
        (".hoodie/x", "Hudi"),
    ],
)
def test_tables_with_a_log_of_their_own_are_never_plain_parts(folder: Folder, log: str, kind: str) -> None:
    folder.write("good.parquet", "SELECT 1 AS n")
    folder.write("lake/sales/data/part.parquet", "SELECT 1 AS n")
    marker = folder.path / "lake" / "sales" / log
    marker.parent.mkdir()
    marker.write_text("{}")
    before = fingerprint(folder.path)
    catalog = folder.read()
    assert names(catalog) == ["good"]
    (warning,) = catalog.warnings
    assert kind in warning
    assert "lake_sales" in warning
    marker.write_text("{ }")
    assert fingerprint(folder.path) != before


def test_a_folder_of_nothing_but_a_lake_is_an_error_that_names_it(folder: Folder) -> None:
    folder.write("sales/part.parquet", "SELECT 1 AS n")
    (folder.path / "sales" / "_delta_log").mkdir()
    (folder.path / "sales" / "_delta_log" / "0.json").write_text("{}")
    with pytest.raises(CatalogError, match="Delta"):
        folder.read()


def test_running_out_of_memory_names_the_file(folder: Folder, connection: duckdb.DuckDBPyConnection) -> None:
    folder.write("good.parquet", "SELECT 1 AS n")
    columns = ", ".join(f"repeat('x', 20000) || range || {at} AS c{at}" for at in range(40))
    file = folder.write("huge.parquet", f"SELECT {columns} FROM range(201)")
    connection.execute("SET memory_limit = '40MB'; SET temp_directory = ''").fetchall()
    catalog = folder.read()
    assert "good" in names(catalog)
    assert any(str(file) in warning and "memory" in warning.lower() for warning in catalog.warnings)
