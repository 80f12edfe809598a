"""The sandbox as a whole: hostile statements in a real sandboxed process change nothing and learn nothing."""

import hashlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from agent_worker.sandbox import landlock

ROOT = Path(__file__).parents[4]
SECRET = "the-secret-outside"
RUN_S = 200

needs_landlock = pytest.mark.skipif(landlock.abi() < 3, reason="this kernel has no Landlock of version 3")


class Place:
    """Data, a folder outside them with a secret, a scratch folder, and a server nobody may reach."""

    def __init__(self, root: Path) -> None:
        self.data, self.outside, self.scratch = root / "data", root / "outside", root / "scratch"
        for folder in (self.data, self.outside, self.scratch):
            folder.mkdir()
        with duckdb.connect() as connection:
            for name in ("t", "u"):
                sql = "SELECT range AS a, 's' || range AS s FROM range(1000)"
                connection.execute(f"COPY ({sql}) TO '{self.data}/{name}.parquet' (FORMAT parquet)").fetchall()
        (self.outside / "secret.csv").write_text(SECRET + "\n")
        self.server = socket.create_server(("127.0.0.1", 0))
        self.server.setblocking(False)

    def state(self) -> dict[str, str]:
        """Every file outside the scratch folder, and what is in it."""
        files = [file for folder in (self.data, self.outside) for file in folder.rglob("*")]
        return {str(file): hashlib.sha256(file.read_bytes()).hexdigest() for file in files if file.is_file()}

    def run(self) -> list[dict[str, Any]]:
        places = {
            "data": str(self.data),
            "out": str(self.outside),
            "secret": str(self.outside / "secret.csv"),
            "scratch": str(self.scratch),
            "port": self.server.getsockname()[1],
        }
        done = subprocess.run(
            [sys.executable, "-m", "tests.programs.hostile_worker", json.dumps(places)],
            cwd=ROOT,
            env=os.environ | {"SECRET_OF_THE_PARENT": SECRET, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=RUN_S,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        assert SECRET not in done.stdout
        return [json.loads(line) for line in done.stdout.splitlines()]

    def was_called(self) -> bool:
        try:
            self.server.accept()[0].close()
        except BlockingIOError:
            return False
        return True


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path)
    yield place
    place.server.close()


@needs_landlock
def test_hostile_statements_change_nothing_and_end_in_a_clear_error(place: Place) -> None:
    before = place.state()
    sandbox, honest, *hostile = place.run()
    assert sandbox["landlock"] >= 3
    assert {"HOME", "PATH", "TMPDIR"} <= set(sandbox["environment"])
    assert "SECRET_OF_THE_PARENT" not in sandbox["environment"]
    assert (honest["error"], honest["rows"]) == (None, 1)
    assert len(hostile) >= 200
    assert [line["sql"] for line in hostile if not line["error"]] == []
    assert [line["sql"] for line in hostile if len(line["error"]) < 20] == []
    assert place.state() == before
    assert not place.was_called()


WORKING = """
import os
os.environ["JE_ARROW_MALLOC_CONF"] = "background_thread:false"
os.environ["OPENBLAS_NUM_THREADS"] = "1"
import asyncio, json, resource, socket, sys
from agent_worker.sandbox import restrict

data, scratch, port = json.loads(sys.argv[1])
os.environ["MODEL_KEY"] = "k"
sandbox = restrict.apply(restrict.SandboxSpec(scratch, (data,), (), (port,), ("MODEL_KEY",), open_files=256))

import ssl, tempfile, zoneinfo
import anthropic
from agent_worker.catalog.reader import read_catalog
from agent_worker.engine.core import Engine
from agent_worker.engine.errors import EngineError
from agent_worker.engine.settings import EngineSettings, connect
from pathlib import Path


async def last(engine, sql):
    return [item async for item in engine.run(sql)][-1]


async def work():
    settings = EngineSettings(scratch)
    catalog = read_catalog(Path(data), connection=connect(settings))
    engine = Engine(settings)
    engine.attach(catalog)
    limit = sandbox.limit_memory(1 << 30)
    try:
        await last(engine, "SELECT len(list_sort(range(400000000)))")
    except EngineError as error:
        kind = error.kind
    rows = (await last(engine, "FROM t")).rows
    async with anthropic.AsyncAnthropic(api_key="k", base_url=f"http://127.0.0.1:{port}", max_retries=0) as model:
        try:
            await model.messages.create(model="m", max_tokens=1, messages=[{"role": "user", "content": "x"}])
        except anthropic.BadRequestError as error:
            said = error.status_code
    return {"tables": len(catalog.tables), "rows": rows, "kind": kind, "said": said, "limit": limit}


found = asyncio.run(work())
found["certificates"] = ssl.create_default_context().cert_store_stats()["x509_ca"] >= 0
found["zone"] = str(zoneinfo.ZoneInfo("Europe/Berlin"))
found["temporary"] = tempfile.mkdtemp().startswith(scratch)
found["key"] = os.environ["MODEL_KEY"]
found["limits"] = [resource.getrlimit(limit)[0] for limit in (resource.RLIMIT_CORE, resource.RLIMIT_NOFILE)]
print(json.dumps(found), flush=True)
os._exit(0)
"""


@needs_landlock
def test_engine_catalog_and_model_client_work_within_the_sandbox(place: Place) -> None:
    """Even imported after it went up. The server answers 400 to the one call it gets."""
    place.server.setblocking(True)
    place.server.settimeout(RUN_S)
    answering = threading.Thread(target=refuse_one_call, args=(place.server,))
    answering.start()
    places = [str(place.data), str(place.scratch), place.server.getsockname()[1]]
    done = subprocess.run(
        [sys.executable, "-c", WORKING, json.dumps(places)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=RUN_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    answering.join(RUN_S)
    found = json.loads(done.stdout)
    assert found.pop("limit") > 1 << 30
    assert found == {
        "tables": 2,
        "rows": 1000,
        "kind": "out_of_memory",
        "said": 400,
        "certificates": True,
        "zone": "Europe/Berlin",
        "temporary": True,
        "key": "k",
        "limits": [0, 256],
    }


def refuse_one_call(server: socket.socket) -> None:
    connection, _ = server.accept()
    with connection:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}")
