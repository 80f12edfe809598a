"""A worker behind the fence, in a process of its own, that runs every hostile statement and reports as JSON lines.

`guarded`: as in production. `unguarded`: neither guard nor engine lock, so that the kernel alone stands in the way.
"""

import asyncio
import json
import os
import signal
import sys
from contextlib import aclosing
from typing import Any

os.environ["JE_ARROW_MALLOC_CONF"] = "background_thread:false"
os.environ["OPENBLAS_NUM_THREADS"] = "1"

from agent_worker.engine import Engine, EngineError, EngineSettings
from agent_worker.engine.guard import Refused
from agent_worker.engine.settings import connect
from agent_worker.sandbox import restrict
from bus.contract.catalog import Catalog, CatalogTable
from bus.contract.events import TableRows
from tests.harness.hostile.statements import ALL, REACHING_OUT, statements

STATEMENT_S = 0.5
STOPPED_AFTER_S = 2
HEADROOM_BYTES = 1 << 30
python_variable = [1, 2, 3]


def main() -> None:
    mode, places = sys.argv[1], json.loads(sys.argv[2])
    settings = EngineSettings(places["scratch"], memory_limit_bytes=128 << 20, max_execution_s=STATEMENT_S)
    if mode == "guarded":
        asyncio.run(guarded(settings, places))
    else:
        unguarded(settings, places)
    os._exit(0)  # the engine's bindings complain at the end of a forked or fenced interpreter


def fenced(places: dict[str, Any]) -> restrict.Sandbox:
    return restrict.apply(restrict.SandboxSpec(places["scratch"], (places["data"],)))


def report(**line: Any) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


async def guarded(settings: EngineSettings, places: dict[str, Any]) -> None:
    fence = fenced(places)
    report(landlock=fence.landlock_abi, environment=sorted(os.environ))
    engine = Engine(settings)
    files = {name: f"{places['data']}/{name}.parquet" for name in ("t", "u")}
    engine.attach(Catalog(tuple(CatalogTable(name, (), 0, (file,)) for name, file in files.items())))
    fence.limit_memory(HEADROOM_BYTES)
    for sql in ("SELECT count(*) FROM t", *statements(ALL, **places)):
        rows = 0
        try:
            async with asyncio.timeout(STOPPED_AFTER_S), aclosing(engine.run(sql, max_rows=1000)) as items:
                async for item in items:
                    rows += item.count if isinstance(item, TableRows) else 0
            report(sql=sql[:200], error=None, rows=rows)
        except (EngineError, Refused) as error:
            report(sql=sql[:200], error=str(error), rows=rows)
        except TimeoutError:
            report(sql=sql[:200], error=f"the statement was cancelled after {STOPPED_AFTER_S} s", rows=rows)


def unguarded(settings: EngineSettings, places: dict[str, Any]) -> None:
    """Each statement in a process of its own: without the lock some of them make the engine abort."""
    for sql in statements(REACHING_OUT, **places):
        child = os.fork()
        if not child:
            run_unguarded(settings, places, sql)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status:
            report(sql=sql[:200], error=f"ended by signal {os.WTERMSIG(status)}")


def run_unguarded(settings: EngineSettings, places: dict[str, Any], sql: str) -> None:
    fence = fenced(places)
    signal.alarm(STOPPED_AFTER_S)
    connection = connect(settings)
    for name in ("t", "u"):
        connection.execute(f"CREATE VIEW {name} AS FROM '{places['data']}/{name}.parquet'").fetchall()
    fence.limit_memory(HEADROOM_BYTES)
    try:
        found = connection.execute(sql).fetchmany(1000)
        report(sql=sql[:200], error=None, found=repr(found)[:2000])
    except Exception as error:
        report(sql=sql[:200], error=str(error)[:2000])


if __name__ == "__main__":
    main()
