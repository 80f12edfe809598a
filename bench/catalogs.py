"""What reading the catalog of large folders takes: the first time, again after one file has changed, and again where
nothing has, as after a start of the server.

python -m bench.catalogs [--files N] [--columns N] [--folder DIR]

The data are made in a temporary folder and deleted at the end. Each folder is read in a process of its own; `first_mb`
is that process's peak, the engine's and Python's own memory with it, `unknown` the tables that a first reading had no
time to look into: the server goes on with them.
"""

import argparse
import json
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from agent_worker.catalog.reader import LEAST_LOOKS_S, read_catalog
from agent_worker.engine.settings import EngineSettings, connect
from bus.contract.catalog import Catalog

ROWS = 50


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--files", type=int, default=10_000)
    arguments.add_argument("--columns", type=int, default=2_000)
    arguments.add_argument("--folder", type=Path, help="where the data are made; a temporary folder by default")
    options = arguments.parse_args()
    kinds: dict[str, Callable[[Path], None]] = {
        f"{options.files:,} tables": lambda folder: make_files(folder, options.files),
        f"one table of {options.files:,} parts": lambda folder: make_files(folder / "sales", options.files),
        f"one table of {options.columns:,} columns": lambda folder: make_wide(folder, options.columns),
    }
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as fresh:
        for kind, make in kinds.items():
            with tempfile.TemporaryDirectory(prefix="deadstop-files-", dir=options.folder) as folder:
                make(Path(folder))
                print(json.dumps({"folder": kind} | fresh.apply(measure, (folder,))))


def make_files(folder: Path, count: int) -> None:
    folder.mkdir(exist_ok=True)
    for number in range(count):
        pq.write_table(_orders(number), folder / f"orders_{number:05}.parquet")


def make_wide(folder: Path, columns: int) -> None:
    kinds = (list(range(1000)), [at / 8 for at in range(1000)], [f"kind {at % 5}" for at in range(1000)])
    table = pa.table({f"column_{at}": kinds[at % len(kinds)] for at in range(columns)})
    pq.write_table(table, folder / "wide.parquet")


def measure(folder: str) -> dict[str, float]:
    """Seconds of wall clock and of processor, and megabytes."""
    catalog, first = _timed(Path(folder), None)
    unknown = catalog.unfinished
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    changed = min(Path(folder).rglob("*.parquet"))
    changed.write_bytes(changed.read_bytes())
    catalog, again = _timed(Path(folder), catalog)
    _, same = _timed(Path(folder), catalog, looks_s=0.0)
    return {"first_s": first[0], "first_cpu_s": first[1], "first_mb": round(peak_mb, 1), "unknown": unknown,
            "again_s": again[0], "again_cpu_s": again[1], "same_s": same[0], "same_cpu_s": same[1]}  # fmt: skip


def _timed(folder: Path, known: Catalog | None, looks_s: float = LEAST_LOOKS_S) -> tuple[Catalog, tuple[float, float]]:
    with tempfile.TemporaryDirectory() as scratch, connect(EngineSettings(scratch)) as connection:
        started, used = time.perf_counter(), time.process_time()
        catalog = read_catalog(folder, connection=connection, known=known, looks_s=looks_s)
        return catalog, (round(time.perf_counter() - started, 2), round(time.process_time() - used, 2))


def _orders(number: int) -> pa.Table:
    ids = range(number * ROWS, (number + 1) * ROWS)
    return pa.table({"id": list(ids), "shop_id": [at % 7 for at in ids], "kind": [f"k{at % 5}" for at in ids],
                     "amount": [at / 8 for at in ids], "note": [f"n{at}" for at in ids]})  # fmt: skip


if __name__ == "__main__":
    main()
