"""A worker within the sandbox, in a process of its own, that runs every hostile statement as in production and
reports as JSON lines."""

import asyncio
import json
import os
import sys
from contextlib import aclosing
from typing import Any

os.environ["JE_ARROW_MALLOC_CONF"] = "background_thread:false"
os.environ["OPENBLAS_NUM_THREADS"] = "1"

from agent_worker.engine.core import Engine
from agent_worker.engine.errors import EngineError
from agent_worker.engine.guard import StatementRefused
from agent_worker.engine.settings import EngineSettings
from agent_worker.sandbox import restrict
from bus.contract.catalog import Catalog, CatalogTable
from bus.contract.events import TableRows
from tests.harness.hostile.statements import ALL, statements

STATEMENT_S = 0.5
STOPPED_AFTER_S = 2
HEADROOM_BYTES = 1 << 30
python_variable = [1, 2, 3]


def main() -> None:
    places = json.loads(sys.argv[1])
    settings = EngineSettings(places["scratch"], memory_limit_bytes=128 << 20, max_execution_s=STATEMENT_S)
    asyncio.run(guarded(settings, places))
    os._exit(0)  # the engine's bindings complain at the end of a forked or sandboxed interpreter


def put_up(places: dict[str, Any]) -> restrict.Sandbox:
    return restrict.apply(restrict.SandboxSpec(places["scratch"], (places["data"],)))


def report(**line: Any) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


async def guarded(settings: EngineSettings, places: dict[str, Any]) -> None:
    sandbox = put_up(places)
    report(landlock=sandbox.landlock_abi, environment=sorted(os.environ))
    engine = Engine(settings)
    files = {name: f"{places['data']}/{name}.parquet" for name in ("t", "u")}
    engine.attach(Catalog(tuple(CatalogTable(name, (), 0, (file,)) for name, file in files.items())))
    sandbox.limit_memory(HEADROOM_BYTES)
    for sql in ("SELECT count(*) FROM t", *statements(ALL, **places)):
        rows = 0
        try:
            async with asyncio.timeout(STOPPED_AFTER_S), aclosing(engine.run(sql, max_rows=1000)) as items:
                async for item in items:
                    rows += item.count if isinstance(item, TableRows) else 0
            report(sql=sql[:200], error=None, rows=rows)
        except (EngineError, StatementRefused) as error:
            report(sql=sql[:200], error=str(error), rows=rows)
        except TimeoutError:
            report(sql=sql[:200], error=f"the statement was cancelled after {STOPPED_AFTER_S} s", rows=rows)


if __name__ == "__main__":
    main()
