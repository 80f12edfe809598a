"""A statement that the engine cannot be interrupted in, found by trying: which calls ignore `interrupt()` changes from
one release of DuckDB to the next."""

import functools
import subprocess
import sys

from bus.system.proc import read_stat
from tests.harness.servers import eventually

CANDIDATES = (
    "select jaro_similarity(repeat('ab', 4000000), repeat('ba', 4000000)) as similarity",
    "select jaro_winkler_similarity(repeat('ab', 4000000) || 'x', repeat('ba', 4000000)) as similarity",
    "select damerau_levenshtein(repeat('ab', 30000), repeat('ba', 30000)) as distance",
    "select format('{:>2000000000}', 'a') = 'b' as padded",
    "select len(list_sort(range(200000000))) as length",
    "select levenshtein(repeat('ab', 60000), repeat('ba', 60000)) as distance",
)
"""Each is one call that runs for minutes or takes much memory; the first that is deaf is taken."""

DEAF_FOR_S = 3.0
"""Processor time: a statement that has not obeyed for so long is inside its one call, and stays there."""

BEGUN_S = 0.5
"""Processor time after which a statement is parsed, bound and inside its call, however busy the machine is."""

MEMORY_BYTES = 4 << 30
GIVEN_UP_AFTER_S = 120.0
DEAF = "deaf"

_TRIED_OUT = """
import os, resource, sys, threading, time
import duckdb

statement, deaf_for_s, memory_bytes, begun_s = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
connection = duckdb.connect(config={"threads": 1})
connection.execute("SET enable_progress_bar = false")  # after two seconds it would be drawn into what we say

def run():
    try:
        connection.execute(statement).fetchall()
        print("it ended by itself", flush=True)
    except Exception as error:
        print(str(error).splitlines()[0], flush=True)
    os._exit(0)

idle_s = time.process_time()
threading.Thread(target=run, daemon=True).start()
while time.process_time() - idle_s < begun_s:
    time.sleep(0.01)
while time.process_time() - idle_s < begun_s + deaf_for_s:
    connection.interrupt()
    time.sleep(0.01)
print("deaf", flush=True)
os._exit(0)
"""


class NothingIsStuckError(Exception):
    """No candidate ignores `interrupt()` any more; the message has what became of each."""


@functools.cache
def stuck_statement() -> str:
    """The first candidate that ignores `interrupt()` in the DuckDB that is installed here.

    Takes `DEAF_FOR_S` or a little more, once in a process. Raises `NothingIsStuckError`.
    """
    outcomes = {}
    for statement in CANDIDATES:
        outcomes[statement] = _outcome(statement)
        if outcomes[statement] == DEAF:
            return statement
    tried = "".join(f"\n  {statement}: {outcome}" for statement, outcome in outcomes.items())
    raise NothingIsStuckError(
        "every statement known to ignore interrupt() obeys in this DuckDB, or needs too much memory: add one to "
        f"CANDIDATES in {__name__}, or drop the tests that want one. Tried:{tried}"
    )


async def until_inside_its_call(pid: int) -> None:
    """Wait until the worker that runs a stuck statement is in the call, by its processor time: its first progress can
    come while the statement is still being bound, and then a stop is obeyed."""
    seen_at = read_stat(pid)
    assert seen_at is not None, f"worker {pid} is gone"
    until_s = seen_at.cpu_s + BEGUN_S
    await eventually(lambda: (stat := read_stat(pid)) is not None and stat.cpu_s >= until_s, f"{pid} computes nothing")


def _outcome(statement: str) -> str:
    """`DEAF`, or how the statement ended, in a process of its own that goes with it."""
    numbers = [str(DEAF_FOR_S), str(MEMORY_BYTES), str(BEGUN_S)]
    command = [sys.executable, "-c", _TRIED_OUT, statement, *numbers]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=GIVEN_UP_AFTER_S, check=False)
    except subprocess.TimeoutExpired:
        return f"its process did not end within {GIVEN_UP_AFTER_S:g} s"
    return done.stdout.strip() or f"its process ended with status {done.returncode}: {done.stderr.strip()[-200:]}"
