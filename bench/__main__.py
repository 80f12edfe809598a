"""`make bench`: measures everything once, a few minutes; prints the result as JSON and as a table, and keeps it.

python -m bench [--only PART ...] [--quick]
"""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TextIO

import msgspec

from bench.harness.figures import Figure, Result
from bench.harness.machine import machine, revision, versions
from bench.measures.cost import costs
from bench.measures.endings import stops
from bench.measures.memory import memory
from bench.measures.planning import planning
from bench.measures.starts import first_chunks, job_rates
from bench.measures.streams import delays, throughput
from bench.table import RESULTS, table

Part = Callable[[], Awaitable[list[Figure]]]

PARTS: dict[str, Part] = {
    "first": lambda: first_chunks(100),
    "delay": lambda: delays(100, 20.0),
    "streams": lambda: throughput(20_000, 16, 11),
    "stops": lambda: stops(100, 20),
    "jobs": lambda: job_rates(300, 5),
    "memory": lambda: memory([20, 100, 200]),
    "costs": lambda: costs(300, 5, 20),
    "planning": lambda: planning(10),
}
QUICK: dict[str, Part] = {
    "first": lambda: first_chunks(10),
    "delay": lambda: delays(20, 2.0),
    "streams": lambda: throughput(20_000, 4, 2),
    "stops": lambda: stops(10, 2),
    "jobs": lambda: job_rates(40, 2),
    "memory": lambda: memory([5]),
    "costs": lambda: costs(40, 2, 4),
    "planning": lambda: planning(2),
}
"""To see whether everything can be measured; too few runs for a figure."""


async def measure(parts: dict[str, Part], wanted: list[str], narrate: TextIO) -> list[Figure]:
    figures: list[Figure] = []
    for name in wanted or parts:
        print(f"measuring {name} ...", file=narrate, flush=True)
        figures += await parts[name]()
    return figures


def _log_into(path: Path) -> TextIO:
    """What the measured programs log goes into a file; returns where we still speak to people."""
    people = os.fdopen(os.dup(2), "w")
    with path.open("wb") as file:
        os.dup2(file.fileno(), 2)
    return people


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", action="append", choices=list(PARTS), default=[], metavar="PART")
    parser.add_argument("--quick", action="store_true", help="few runs, to see whether it works")
    options = parser.parse_args()
    found_on, at = machine(), time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    RESULTS.mkdir(exist_ok=True)
    kept_as = RESULTS / at.replace(":", "")
    narrate = _log_into(kept_as.with_suffix(".log"))
    figures = asyncio.run(measure(QUICK if options.quick else PARTS, options.only, narrate))
    result = Result(at, revision(), found_on, versions(), figures)
    encoded = msgspec.json.format(msgspec.json.encode(result), indent=1)
    kept_as.with_suffix(".json").write_bytes(encoded)
    sys.stdout.buffer.write(encoded + b"\n")
    print(f"\n{table(result)}", end="", flush=True)


if __name__ == "__main__":
    main()
