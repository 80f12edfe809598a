"""How soon the first rows of a large table stand in the page, beside what plain DuckDB needs for them, in one run.

python -m bench.first_rows [--rows N] [--runs N] [--folder DIR]

The table is made in a temporary folder and deleted at the end: 100 million rows take about 1 GB. Workers stand back
behind everything else on a machine (`[worker] nice`); here they do not, so that both are given the same processor.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from pathlib import Path

import duckdb

from bench.harness.client import Client, is_last
from bench.harness.system import running_system
from ops.load.wire import WireEvent

PARTS = 10
STATEMENTS = (
    "SELECT * FROM sales",
    "SELECT * FROM sales WHERE shop = 998 AND amount > 400",
    "SELECT shop, sum(amount) AS amount FROM sales GROUP BY shop",
)
ROW = "range AS id, (range * 7919) % 1000 AS shop, ((range * 104729) % 50000) / 100 AS amount"
THREADS = 2


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rows", type=int, default=100_000_000)
    arguments.add_argument("--runs", type=int, default=5)
    arguments.add_argument("--folder", type=Path, help="where the table is made; a temporary folder by default")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="deadstop-rows-", dir=options.folder) as folder:
        make(Path(folder), options.rows)
        for line in asyncio.run(measure(Path(folder), options.runs)):
            print(json.dumps(line))


def make(folder: Path, rows: int) -> None:
    """The table `sales`, in parts of one size."""
    (folder / "sales").mkdir()
    each = -(-rows // PARTS)
    with duckdb.connect(config={"threads": THREADS}) as connection:
        for part in range(PARTS):
            numbers = f"range({part * each}, {min(rows, (part + 1) * each)})"
            file = folder / "sales" / f"{part}.parquet"
            connection.execute(f"COPY (SELECT {ROW} FROM {numbers}) TO '{file}' (FORMAT parquet)").fetchall()


async def measure(folder: Path, runs: int) -> list[dict[str, object]]:
    """Medians of interleaved runs, in milliseconds, the first of each left out."""
    lines: list[dict[str, object]] = []
    settings = {"data.folder": str(folder), "worker.threads": THREADS, "worker.warm_workers": 1, "worker.nice": 0}
    async with running_system(settings) as system, system.client() as client:
        for statement in STATEMENTS:
            pairs = [(plainly(folder, statement), await asked(client, statement)) for _ in range(runs + 1)][1:]
            plain, ours = (statistics.median(times) * 1000 for times in zip(*pairs, strict=True))
            figures = {"plain_ms": round(plain, 1), "ours_ms": round(ours, 1), "later_by_ms": round(ours - plain, 1)}
            lines.append({"statement": statement, **figures, "ratio": round(ours / plain, 2)})
    return lines


def plainly(folder: Path, statement: str) -> float:
    """Seconds until a fresh DuckDB has given its first row, by the way that is soonest: a reader of batches may wait
    for rows that are slow to come."""
    started = time.perf_counter()
    with duckdb.connect(config={"threads": THREADS}) as connection:
        connection.execute(f"CREATE VIEW sales AS FROM read_parquet('{folder}/sales/*.parquet')").fetchall()
        connection.execute(statement).fetchone()
        return time.perf_counter() - started


async def asked(client: Client, statement: str) -> float:
    """Seconds from the question over the WebSocket to its first rows; then the job is stopped."""
    started = time.perf_counter()
    session = await client.ask("sql", statement)
    await client.until(are_rows)
    took = time.perf_counter() - started
    await client.send("agent_kill", session_id=session)
    await client.until(is_last)
    return took


def are_rows(event: WireEvent) -> bool:
    return event.data.chunk is not None and event.data.chunk.type == "table_rows"


if __name__ == "__main__":
    main()
