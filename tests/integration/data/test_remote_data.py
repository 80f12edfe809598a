"""Data of an object store: read through the broker, whatever the store does."""

import asyncio
import io
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from agent_worker.catalog import CatalogError, read_catalog
from agent_worker.catalog.files.places import RemoteFolder
from agent_worker.engine import Engine, EngineSettings
from agent_worker.engine.errors import EngineError
from agent_worker.engine.guard import Refused
from agent_worker.engine.settings import connect
from agent_worker.remote.client import RemoteError, RemoteFiles
from bus.contract.catalog import Catalog
from bus.contract.events import TableRows
from bus.values.rows import read_table
from tests.harness.stores import S3, running_broker, running_s3

ROWS = 200_000


def parquet(table: pa.Table, **options: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, **options)
    return sink.getvalue()


def numbers(first: int = 0) -> bytes:
    values = pa.array(range(first, first + ROWS), pa.int64())
    return parquet(pa.table({"n": values, "wide": [f"value {n * 7919}" for n in range(ROWS)]}), row_group_size=20_000)


@pytest.fixture
def s3(tmp_path: Path) -> Iterator[S3]:
    with running_s3(tmp_path) as server:
        server.put("sales/k=1/a.parquet", numbers())
        server.put("sales/k=2/b.parquet", numbers(ROWS))
        server.put("small.parquet", parquet(pa.table({"x": [1, 2]})))
        server.put("notes.txt", b"hello")
        server.put("cut.parquet", parquet(pa.table({"x": [1, 2]}))[:-3])
        yield server


@pytest.fixture
def broker(s3: S3, tmp_path: Path) -> Iterator[str]:
    with running_broker(s3.address, tmp_path / "data.sock") as path:
        yield path


def catalog_of(broker: str, tmp_path: Path, known: Catalog | None = None) -> Catalog:
    files = RemoteFiles(broker)
    with closing(connect(EngineSettings(str(tmp_path)), files)) as connection:
        return read_catalog(RemoteFolder("s3://bucket/data", files), connection=connection, known=known)


async def rows_of(engine: Engine, sql: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    async for item in engine.run(sql):
        if isinstance(item, TableRows):
            found += read_table(item.arrow).to_pylist()
    return found


async def test_tables_are_found_and_read_with_what_they_need_only(broker: str, s3: S3, tmp_path: Path) -> None:
    catalog = catalog_of(broker, tmp_path)
    assert [(table.name, table.row_count) for table in catalog.tables] == [("sales", 2 * ROWS), ("small", 2)]
    assert [one.name for one in catalog.tables[0].columns] == ["n", "wide", "k"]
    assert any("cut.parquet" in one.why for one in catalog.left_out)
    assert any("notes.txt" in warning for warning in catalog.warnings)
    engine = Engine(EngineSettings(str(tmp_path), broker=broker))
    engine.attach(catalog)
    asked: list[int] = []
    s3.line.on_request = lambda data: asked.extend(_lengths(data))
    (row,) = await rows_of(engine, f"SELECT count(*) AS c, sum(n) AS s FROM sales WHERE n >= {2 * ROWS - 5}")
    assert (row["c"], int(row["s"])) == (5, sum(range(2 * ROWS - 5, 2 * ROWS)))
    assert sum(asked) < len(numbers()) / 4  # one column of one group of rows, and footers
    with pytest.raises(Refused, match="names a file"):
        await rows_of(engine, "SELECT * FROM 'remote://bucket/data/notes.txt'")
    engine.close()


def _lengths(data: bytes) -> list[int]:
    found = []
    for line in data.split(b"\r\n"):
        if line.lower().startswith(b"range: bytes="):
            first, _, last = line.partition(b"=")[2].partition(b"-")
            found.append(int(last) - int(first) + 1)
    return found


def test_the_broker_gives_listed_objects_and_nothing_else(broker: str, s3: S3) -> None:
    with s3.files.open_output_stream("bucket/other/secret.parquet") as stream:
        stream.write(b"secret")
    files = RemoteFiles(broker)
    assert {one.path for one in files.list().objects} >= {"bucket/data/small.parquet"}
    for path in ("bucket/other/secret.parquet", "bucket/data/../other/secret.parquet", "/etc/passwd", ""):
        with pytest.raises(RemoteError, match="none of the data's objects"):
            files.open(path)


def test_a_listing_that_is_the_same_reads_nothing_again(broker: str, s3: S3, tmp_path: Path) -> None:
    first = catalog_of(broker, tmp_path)
    asked: list[bytes] = []
    s3.line.on_request = asked.append
    second = catalog_of(broker, tmp_path, first)
    assert second == first
    assert not any(b"sales/" in data and b"range:" in data.lower() for data in asked)
    s3.line.on_request = lambda data: None
    s3.put("small.parquet", parquet(pa.table({"x": [1, 2, 3]})))
    third = catalog_of(broker, tmp_path, second)
    assert third.fingerprint != first.fingerprint
    assert [table.row_count for table in third.tables] == [2 * ROWS, 3]


async def test_a_store_that_stalls_is_left_when_a_stop_asks_for_it(broker: str, s3: S3, tmp_path: Path) -> None:
    catalog = catalog_of(broker, tmp_path)
    engine = Engine(EngineSettings(str(tmp_path), broker=broker))
    engine.attach(catalog)
    s3.line.fault = "stall"
    running = asyncio.create_task(rows_of(engine, "SELECT min(wide) FROM sales"))
    await asyncio.to_thread(s3.line.waiting.wait, 30)
    running.cancel()
    async with asyncio.timeout(5):
        with pytest.raises(asyncio.CancelledError):
            await running
    engine.close()


@pytest.mark.parametrize(("fault", "words"), [("503", "cannot be"), ("cut", "cannot be|gave|too small")])
async def test_a_store_that_fails_is_named(broker: str, s3: S3, tmp_path: Path, fault: str, words: str) -> None:
    catalog = catalog_of(broker, tmp_path)
    engine = Engine(EngineSettings(str(tmp_path), broker=broker))
    engine.attach(catalog)
    s3.line.fault = fault
    with pytest.raises(EngineError, match=words) as failure:
        await rows_of(engine, "SELECT min(wide) FROM sales")
    assert "sales/k=" in failure.value.message
    with pytest.raises(CatalogError, match="s3://bucket/data"):
        catalog_of(broker, tmp_path)
    s3.line.fault = None
    assert await rows_of(engine, "SELECT count(*) AS c FROM small") == [{"c": 2}]
    engine.close()


async def test_an_object_that_is_replaced_while_it_is_read_gives_no_mixture(
    broker: str, s3: S3, tmp_path: Path
) -> None:
    catalog = catalog_of(broker, tmp_path)
    engine = Engine(EngineSettings(str(tmp_path), broker=broker))
    engine.attach(catalog)
    replaced = threading.Event()

    def replace(data: bytes) -> None:
        if _lengths(data) and b"a.parquet" in data and not replaced.is_set():
            replaced.set()
            s3.put("sales/k=1/a.parquet", numbers(5))

    s3.line.on_request = replace
    with pytest.raises(EngineError, match="changed while"):
        await rows_of(engine, "SELECT sum(n), min(wide) FROM sales WHERE k = 1")
    engine.close()


class _Ranges(BaseHTTPRequestHandler):
    content = parquet(pa.table({"x": [1, 2, 3]}))

    def do_HEAD(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.content)))
        self.send_header("ETag", '"1"')
        self.end_headers()

    def do_GET(self) -> None:
        first, last = map(int, self.headers["Range"].removeprefix("bytes=").split("-"))
        piece = self.content[first : last + 1]
        self.send_response(206 if self.headers["If-Range"] == '"1"' else 200)
        self.send_header("Content-Length", str(len(piece)))
        self.end_headers()
        self.wfile.write(piece)

    def log_message(self, *_: Any) -> None:
        return


async def test_a_file_of_a_web_server(tmp_path: Path) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Ranges) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            address = f"http://127.0.0.1:{server.server_port}/files/shop.parquet"
            with running_broker(address, tmp_path / "data.sock") as broker:
                catalog = catalog_of(broker, tmp_path)
                engine = Engine(EngineSettings(str(tmp_path), broker=broker))
                engine.attach(catalog)
                assert await rows_of(engine, "SELECT sum(x)::INTEGER AS s FROM shop") == [{"s": 6}]
                engine.close()
        finally:
            server.shutdown()
            thread.join()
