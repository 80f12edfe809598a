"""Tries one part of the hostile set in a process of its own, each item in a fork of it, and tells what came of each.

python -m tests.harness.hostile.trial statements|attempts OFF   (OFF: the layers that are off, as a JSON list)
"""

import gc
import json
import logging
import os
import sys
import tempfile
from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path

import msgspec

os.environ["JE_ARROW_MALLOC_CONF"] = "background_thread:false"
os.environ["OPENBLAS_NUM_THREADS"] = "1"

from agent_worker.engine.guard import check
from agent_worker.engine.settings import EngineSettings, connect, connect_ahead, lock
from tests.harness.hostile.attempts import ATTEMPTS, Attempt
from tests.harness.hostile.forks import Item, done_by, in_a_fork
from tests.harness.hostile.ground import SECRET, TABLES, Ground, prepared
from tests.harness.hostile.layers import GUARD, HEADROOM_BYTES, LOCK, sandboxed
from tests.harness.hostile.outcome import Outcome
from tests.harness.hostile.statements import ALL, statements

STATEMENT_S = 0.3


def main() -> None:
    part, off = sys.argv[1], frozenset(json.loads(sys.argv[2]))
    logging.disable(logging.WARNING)  # that layers are missing
    connect_ahead()  # as the fork server does: each fork finds its own copy
    gc.freeze()
    with tempfile.TemporaryDirectory(prefix="hostile-") as root, prepared(Path(root)) as (ground, watch):
        for name, item in _items(part, ground, off):
            said, told = in_a_fork(item)
            harm = ", ".join(filter(None, ["read" if SECRET.encode() in told else "", done_by(said), watch.harm()]))
            sys.stdout.buffer.write(msgspec.json.encode(Outcome(name, harm, said)) + b"\n")
            sys.stdout.buffer.flush()


def _items(part: str, ground: Ground, off: Collection[str]) -> Iterator[tuple[str, Item]]:
    if part == "statements":
        for sql in statements(ALL, **ground.places()):
            yield sql[:200], partial(_statement, ground, off, sql)
    else:
        for name, attempt in ATTEMPTS.items():
            yield name, partial(_attempt, ground, off, attempt)


def _attempt(ground: Ground, off: Collection[str], attempt: Attempt) -> object:
    sandboxed(ground, off)
    return attempt(ground)


def _statement(ground: Ground, off: Collection[str], sql: str) -> object:
    """What it answers. Raises what the guard or the engine says."""
    sandbox = sandboxed(ground, off)
    settings = EngineSettings(str(ground.scratch), memory_limit_bytes=128 << 20, max_execution_s=STATEMENT_S)
    connection = connect(settings)
    files = [str(ground.data / f"{name}.parquet") for name in TABLES]
    if LOCK not in off:
        lock(connection, files)
    for name, file in zip(TABLES, files, strict=True):
        connection.execute(f"CREATE VIEW {name} AS FROM '{file}'").fetchall()
    sandbox.limit_memory(HEADROOM_BYTES)
    if GUARD not in off:
        check(connection, sql, TABLES)
    return connection.execute(sql).fetchmany(1000)


if __name__ == "__main__":
    main()
