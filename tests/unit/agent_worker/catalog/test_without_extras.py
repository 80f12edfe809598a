"""Where an optional reader is not installed, its tables are left out with a word, and all others are read."""

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import write_deltalake

from tests.harness.data.folders import Folder
from tests.harness.data.workbooks import number, text, write_workbook

READ = """
import sys
from pathlib import Path

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("deltalake", "pyiceberg", "python_calamine"):
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Missing())
import duckdb
from agent_worker.catalog.reader import read_catalog

with duckdb.connect(config={"threads": 1}) as connection:
    catalog = read_catalog(Path(sys.argv[1]), connection=connection)
print([table.name for table in catalog.tables])
print("\\n".join(catalog.warnings))
"""


@pytest.mark.parametrize("extra", ["delta", "iceberg", "xlsx"])
def test_the_table_is_left_out_and_it_is_said_what_to_install(folder: Folder, extra: str) -> None:
    folder.write("plain.parquet", "SELECT 1 AS n")
    if extra == "delta":
        write_deltalake(folder.path / "sales", pa.table({"n": [1]}))
    elif extra == "iceberg":
        folder.write("sales/data/a.parquet", "SELECT 1 AS n")
        (folder.path / "sales" / "metadata").mkdir()
        (folder.path / "sales" / "metadata" / "v1.metadata.json").write_text("{}")
    else:
        write_workbook(folder.path / "sales.xlsx", {"s": [[text("n")], [number(1)]]})
    root = Path(__file__).parents[4]
    command = [sys.executable, "-c", READ, str(folder.path)]
    said = subprocess.run(
        command, capture_output=True, text=True, timeout=100, check=True, cwd=root
    ).stdout.splitlines()
    assert said[0] == "['plain']"
    (warning,) = said[1:]
    assert warning.startswith("Table sales is left out")
    assert f"pip install 'deadstop[{extra}]'" in warning
