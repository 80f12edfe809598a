"""A Parquet file of a web server, and objects of Google's storage: by real servers on this machine."""

import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pytest

from agent_worker.catalog.files.layout import CatalogError
from agent_worker.engine.errors import EngineError
from tests.harness.data.remote_data import ROWS, asked, catalog_of, engine_of, numbers, parquet, rows_of
from tests.harness.data.stores import running_broker
from tests.harness.data.web_files import WebFile, serving_file

SUM = "SELECT sum(n)::BIGINT AS s FROM shop"
RIGHT = [{"s": sum(range(ROWS))}]


@pytest.fixture(scope="module")
def server() -> Iterator[WebFile]:
    with serving_file(numbers()) as server:
        yield server


@pytest.fixture(scope="module")
def broker(server: WebFile, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """It looks at the server anew for each listing."""
    address = server.address("files/shop.parquet?sig=secret")
    with running_broker(address, tmp_path_factory.mktemp("b") / "data.sock") as path:
        yield path


@pytest.fixture
def web(server: WebFile) -> WebFile:
    """The server as at its beginning."""
    server.begin_anew(numbers())
    return server


async def test_a_file_of_a_web_server(broker: str, web: WebFile, tmp_path: Path) -> None:
    assert await asked(broker, tmp_path, SUM) == RIGHT
    assert set(web.asked) == {"/files/shop.parquet?sig=secret"}


async def test_one_that_has_moved_is_followed(web: WebFile, tmp_path: Path) -> None:
    with running_broker(web.address("moved/files/shop.parquet"), tmp_path / "moved.sock") as broker:
        assert await asked(broker, tmp_path, SUM) == RIGHT
    assert "/files/shop.parquet" in web.asked


@pytest.mark.parametrize("faults", [[503, 503], ["cut", "cut"], [429, "cut", 500]])
async def test_what_passes_is_tried_again(broker: str, web: WebFile, tmp_path: Path, faults: list[int | str]) -> None:
    async with engine_of(broker, tmp_path, catalog_of(broker, tmp_path)) as engine:
        web.faults = list(faults)
        assert await rows_of(engine, SUM) == RIGHT
        assert web.faults == []


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (503, "is overloaded.*503 Service Unavailable"),
        ("cut", "could not be reached"),
        (403, "denies access"),
        (404, "is not there"),
        ("whole", "gives no ranges of bytes; put a copy into a folder"),
        (410, "the server says 410 Gone"),
    ],
)
async def test_what_does_not_pass_is_named_without_the_signature(
    broker: str, web: WebFile, tmp_path: Path, fault: int | str, words: str
) -> None:
    async with engine_of(broker, tmp_path, catalog_of(broker, tmp_path)) as engine:
        web.faults = [fault] * 100
        with pytest.raises(EngineError, match=f"files/shop.parquet: .*{words}") as failure:
            await rows_of(engine, SUM)
        with pytest.raises(CatalogError, match=words) as unlisted:
            catalog_of(broker, tmp_path)
        assert "secret" not in f"{failure.value.message} {unlisted.value}"
        web.faults = []
        assert await rows_of(engine, SUM) == RIGHT


async def test_one_that_changes_while_it_is_read_ends_the_question(broker: str, web: WebFile, tmp_path: Path) -> None:
    async with engine_of(broker, tmp_path, catalog_of(broker, tmp_path)) as engine:

        def replace() -> None:
            web.content, web.tag = numbers(5), '"2"'

        web.on_request = replace
        with pytest.raises(EngineError, match=r"was changed .* Ask again"):
            await rows_of(engine, SUM)
    assert await asked(broker, tmp_path, "SELECT min(n) AS n FROM shop") == [{"n": 5}]


async def test_a_server_that_does_not_answer_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    refused = pytest.raises(CatalogError, match=r"could not be reached.*Connection refused; 4 attempts")
    with running_broker(f"http://127.0.0.1:{port}/shop.parquet", tmp_path / "data.sock") as broker, refused:
        catalog_of(broker, tmp_path)


@pytest.mark.parametrize("content", [b"", b"no parquet at all"])
def test_what_is_no_parquet_is_left_out(content: bytes, tmp_path: Path) -> None:
    refused = pytest.raises(CatalogError, match=r"shop\.parquet: (it is empty|it does not end as a Parquet)")
    with serving_file(content) as web:
        broker = running_broker(web.address("shop.parquet"), tmp_path / "data.sock")
        with broker as path, refused:
            catalog_of(path, tmp_path)


def test_what_is_not_called_parquet_is_left_out_with_what_it_would_have_to_be_called(
    web: WebFile, tmp_path: Path
) -> None:
    refused = pytest.raises(CatalogError, match=r"no data: 1 files \(export\).* known by its name: \.parquet")
    with running_broker(web.address("export"), tmp_path / "data.sock") as path, refused:
        catalog_of(path, tmp_path)


@pytest.fixture
def google(tmp_path: Path) -> Iterator[int]:
    """The port of a server that speaks as Google's storage does, with a bucket."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    command = (
        f"from gcp_storage_emulator.server import create_server as s; s('127.0.0.1', {port}, True, 'bucket').run()"
    )
    with (tmp_path / "google.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-c", command], stdout=log, stderr=log)
    try:
        while process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except ConnectionRefusedError:
                continue
        yield port
    finally:
        process.kill()
        process.wait()


def put(port: int, name: str, content: bytes) -> None:
    address = f"http://127.0.0.1:{port}/upload/storage/v1/b/bucket/o?uploadType=media&name=data/{name}"
    kind = {"Content-Type": "application/octet-stream"}
    with closing(urllib.request.urlopen(urllib.request.Request(address, content, kind))):
        pass


async def test_objects_of_googles_storage(google: int, tmp_path: Path) -> None:
    put(google, "shop/k=1/a.parquet", numbers())
    put(google, "small.parquet", parquet(pa.table({"x": [1, 2]})))
    address = f"gs://bucket/data?endpoint_override=127.0.0.1:{google}&scheme=http&anonymous=true"
    with running_broker(address, tmp_path / "data.sock") as broker:
        catalog = catalog_of(broker, tmp_path)
        assert [(table.name, table.row_count) for table in catalog.tables] == [("shop", ROWS), ("small", 2)]
        async with engine_of(broker, tmp_path, catalog) as engine:
            assert await rows_of(engine, SUM) == RIGHT
            put(google, "shop/k=1/a.parquet", numbers(5))
            with pytest.raises(EngineError, match=r"shop/k=1/a\.parquet was changed"):
                await rows_of(engine, SUM)
        assert await asked(broker, tmp_path, "SELECT min(n) AS n FROM shop") == [{"n": 5}]
    for wrong in ("bucket/nothing", "nobucket/data"):
        elsewhere = address.replace("bucket/data", wrong)
        refused = pytest.raises(CatalogError, match=f"gs://{wrong}: nothing lies there. Check bucket and prefix")
        with running_broker(elsewhere, tmp_path / f"{len(wrong)}.sock") as broker, refused:
            catalog_of(broker, tmp_path)
