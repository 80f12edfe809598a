"""A store that is slow, overloaded, cut off, silent: what is tried again and what is said; no stop waits for it."""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from agent_worker.catalog.files.layout import CatalogError
from agent_worker.engine.errors import EngineError
from agent_worker.remote.client import RemoteError, RemoteFiles
from tests.harness.data.remote_data import ROWS, catalog_of, engine_of, numbers, rows_of
from tests.harness.data.stores import S3, emptied_s3, running_broker

SUM = "SELECT sum(n)::BIGINT AS s, min(wide) AS w FROM sales"
RIGHT = [{"s": sum(range(ROWS)), "w": "value 0"}]


@pytest.fixture(scope="module")
def store(s3_port: int) -> Iterator[S3]:
    with emptied_s3(s3_port) as server:
        server.put("sales/a.parquet", numbers())
        yield server


@pytest.fixture(scope="module")
def broker(store: S3, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """It looks at the store anew for each listing."""
    with running_broker(store.address, tmp_path_factory.mktemp("b") / "data.sock") as path:
        yield path


@pytest.fixture
def s3(store: S3) -> Iterator[S3]:
    """The store, in order again after each test."""
    yield store
    store.line.reset()


async def test_a_store_that_stalls_is_left_when_a_stop_asks_for_it(broker: str, s3: S3, tmp_path: Path) -> None:
    async with engine_of(broker, tmp_path, catalog_of(broker, tmp_path)) as engine:
        s3.line.fault = "stall"
        running = asyncio.create_task(rows_of(engine, SUM))
        assert await asyncio.to_thread(s3.line.waiting.wait, 60)
        running.cancel()
        async with asyncio.timeout(60):
            with pytest.raises(asyncio.CancelledError):
                await running
        assert s3.line.fault == "stall"
        s3.line.fault = None
        s3.line.go_on.set()
        assert await rows_of(engine, SUM) == RIGHT  # and it can be asked again


async def test_a_listing_that_stalls_holds_up_only_whoever_waits_for_it(broker: str, s3: S3) -> None:
    with closing(RemoteFiles(broker)) as files:
        s3.line.fault = "stall"
        waiting = asyncio.create_task(asyncio.to_thread(files.list))
        assert await asyncio.to_thread(s3.line.waiting.wait, 60)
        files.stop()
        with pytest.raises(RemoteError, match="was stopped"):
            await waiting


@pytest.mark.parametrize(("fault", "times"), [("503", 2), ("cut", 2), ("drip", 10**9)])
async def test_what_passes_is_tried_again_and_read_right(
    broker: str, s3: S3, tmp_path: Path, fault: str, times: int
) -> None:
    async with engine_of(broker, tmp_path, catalog_of(broker, tmp_path)) as engine:
        s3.line.fault, s3.line.times = fault, times
        assert await rows_of(engine, SUM) == RIGHT
        assert s3.line.times < times


@pytest.mark.parametrize(("fault", "words"), [("503", "is overloaded"), ("cut", "could not be reached")])
async def test_what_does_not_pass_is_named(broker: str, s3: S3, tmp_path: Path, fault: str, words: str) -> None:
    catalog = catalog_of(broker, tmp_path)
    async with engine_of(broker, tmp_path, catalog) as engine:
        s3.line.fault = fault
        with pytest.raises(EngineError, match=f"sales/a.parquet: .*{words}.*(?i:ask again)") as failure:
            await rows_of(engine, SUM)
        assert "Traceback" not in failure.value.message
        assert failure.value.kind == "io"
        with pytest.raises(CatalogError, match=f"s3://bucket/data: .*{words}"):
            catalog_of(broker, tmp_path)
        s3.line.fault = None
        assert await rows_of(engine, SUM) == RIGHT
        assert catalog_of(broker, tmp_path, catalog) == catalog


async def test_a_broker_that_ends_under_a_question_is_named(s3: S3, tmp_path: Path) -> None:
    with running_broker(s3.address, tmp_path / "ends.sock") as broker:
        catalog = catalog_of(broker, tmp_path)
    async with engine_of(broker, tmp_path, catalog) as engine:
        with pytest.raises(EngineError, match=r"the broker of the data cannot be asked: .*Ask again in a moment"):
            await rows_of(engine, SUM)
