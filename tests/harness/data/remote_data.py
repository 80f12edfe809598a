"""Tables as objects, and questions to them through a broker."""

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from agent_worker.catalog.reader import read_catalog
from agent_worker.catalog.source_folder import RemoteFolder
from agent_worker.engine.core import Engine
from agent_worker.engine.settings import EngineSettings, connect
from agent_worker.remote.client import RemoteFiles
from agent_worker.remote.file_system import file_system
from bus.contract.catalog import Catalog
from bus.contract.events import TableRows
from bus.values.arrow_stream import read_table

ROWS = 200_000


def parquet(table: pa.Table, **options: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, **options)
    return sink.getvalue()


@cache
def numbers(first: int = 0) -> bytes:
    """A file of some megabytes, in ten groups of rows."""
    values = pa.array(range(first, first + ROWS), pa.int64())
    return parquet(pa.table({"n": values, "wide": [f"value {n * 7919}" for n in range(ROWS)]}), row_group_size=20_000)


def catalog_of(broker: str, folder: Path, known: Catalog | None = None) -> Catalog:
    with (
        closing(RemoteFiles(broker)) as files,
        closing(connect(EngineSettings(str(folder)), file_system(files))) as connection,
    ):
        return read_catalog(RemoteFolder("s3://bucket/data", files), connection=connection, known=known)


@asynccontextmanager
async def engine_of(broker: str, folder: Path, catalog: Catalog) -> AsyncIterator[Engine]:
    """An engine that can be asked about the catalog's tables."""
    with closing(Engine(EngineSettings(str(folder), broker=broker))) as engine:
        engine.attach(catalog)
        yield engine


async def rows_of(engine: Engine, sql: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    async for item in engine.run(sql):
        if isinstance(item, TableRows):
            found += read_table(item.arrow).to_pylist()
    return found


async def asked(broker: str, folder: Path, sql: str) -> list[dict[str, Any]]:
    """The rows of a question of its own, which reads the catalog."""
    async with engine_of(broker, folder, catalog_of(broker, folder)) as engine:
        return await rows_of(engine, sql)
