"""A folder with every type, drift and layout, beside what plain DuckDB and pyarrow say of its files."""

import gzip
import subprocess
import sys
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import write_deltalake

from agent_worker.catalog.reader import read_catalog
from agent_worker.engine.settings import create_view
from bench.files import compared
from tests.harness.data.folders import Folder

DRIFTS = {
    "money": ("45::BIGINT", "9.99::DOUBLE"),
    "codes": ("7", "'007'"),
    "flags": ("true", "7"),
    "days": ("DATE '2020-01-01'", "TIMESTAMP '2020-01-02 03:04:05.678'"),
    "decimals": ("123.4::DECIMAL(4,1)", "1234.56::DECIMAL(6,2)"),
    "unsigned": ("18446744073709551615::UBIGINT", "-1::BIGINT"),
    "large": ("9007199254740993::BIGINT", "0.5::DOUBLE"),
    "lists": ("[1]", "[1.5::DOUBLE, NULL]"),
    "structs": ("{'a': 1}", "{'a': 2.5::DOUBLE, 'b': 'x'}"),
    "maps": ("map {'k': 1}", "map {'k': 1.5::DOUBLE}"),
}

TEXTS = {
    "csv.csv": b'id,code,price,day,note\n1,007,1.10,2020-01-01,\n2,08,2.5,2020-01-02,"x\ny"\n',
    "german.csv": b"id;preis;tag\n1;1,5;31.12.2020\n2;2,25;01.02.2021\n",
    "headless.tsv": b"1\ta\n2\tb\n",
    "packed.csv.gz": gzip.compress(b"a,b\n" + b"1,2.5\n" * 50_000 + b"007,NA\n"),
    "lines.jsonl": b'{"a": 1, "b": {"c": [1.5]}}\n{"a": 12345678901234567890, "d": "2020-01-01"}\n',
    "array.json": b'[{"a": "007"}, {"a": null}]',
    "mixed/1.csv": b"v,n\n1.5,1\n",
    "mixed/2.json": b'[{"v": 2, "n": 5}]',
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    with duckdb.connect(config={"threads": 1}) as connection:
        folder = Folder(tmp_path / "data", connection)
        folder.write("mixed/0.parquet", "SELECT 0.1::DOUBLE AS v, 2 AS n")
        folder.write("every_type.parquet", "SELECT * EXCLUDE (empty_struct) FROM test_all_types()")
        for name, parts in DRIFTS.items():
            for number, part in enumerate(parts):
                folder.write(f"{name}/{number}.parquet", f"SELECT {part} AS v, range AS n FROM range(25)")
        folder.write("case/0.parquet", "SELECT 1 AS Amount")
        folder.write("case/1.parquet", "SELECT 2.5::DOUBLE AS amount, 'x' AS extra")
        folder.write("tree/k=1/a.parquet", "SELECT 1 AS n")
        folder.write("tree/k=__HIVE_DEFAULT_PARTITION__/a.parquet", "SELECT 2.5::DOUBLE AS n")
        folder.write("named.parquet/part-0", "SELECT 1 AS n FROM range(30)")
        folder.write("shouting.PARQUET", "SELECT 0 AS n WHERE false")
    for mode in ("append", "overwrite"):
        write_deltalake(folder.path / "delta", pa.table({"k": ["1", None], "n": [1, 2]}), mode=mode, partition_by=["k"])
    for name, text in TEXTS.items():
        (folder.path / name).parent.mkdir(exist_ok=True)
        (folder.path / name).write_bytes(text)
    (folder.path / "nothing").mkdir()
    nothing = pa.table({"v": pa.nulls(3), "l": pa.array([[], [], None], pa.list_(pa.null()))})
    pq.write_table(nothing, folder.path / "nothing" / "0.pq")
    pq.write_table(pa.table({"v": ["007"], "l": [["x"]]}), folder.path / "nothing" / "1.parq")
    return folder.path


def test_nothing_differs_whatever_the_types_the_drift_and_the_layout(data: Path) -> None:
    command = [sys.executable, "-m", "bench.files", str(data)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (run.stdout, run.returncode) == ("", 0), run.stderr
    assert "flags_boolean" not in run.stderr
    assert "v_boolean, v_integer" in run.stderr


def test_what_is_not_as_the_files_have_it_is_told(data: Path) -> None:
    with duckdb.connect(config={"threads": 1}) as connection:
        catalog = read_catalog(data, connection=connection)
        for table in catalog.tables:
            create_view(connection, table)
        pq.write_table(pa.table({"v": [1.0], "n": [5]}), data / "money" / "1.parquet")
        pq.write_table(pa.table({"n": [1]}), data / "new.parquet")
        lossy = f"SELECT TRY_CAST(v AS INTEGER) AS v, n FROM read_parquet('{data}/codes/*', union_by_name = true)"
        connection.execute(f"CREATE OR REPLACE VIEW codes AS {lossy}").fetchall()
        told = "\n".join(compared(data, catalog, connection))
    assert "money: 26 rows, the catalog 50" in told
    assert "codes.v: '7' where row 0" in told
    assert f"{data / 'new.parquet'} is left out without a word" in told
