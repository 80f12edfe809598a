"""A real S3 server, a line to it that fails, and a broker over both."""

import os
import re
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.fs as arrow_fs

from bus.serve_contract import VARIABLE, ServeOrders

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "the-key", "AWS_SECRET_ACCESS_KEY": "the-secret-of-the-store"}
QUIET = {"AWS_EC2_METADATA_DISABLED": "true", "AWS_DEFAULT_REGION": "us-east-1"}
BUCKET = "bucket"
DRIP_BYTES = 100
SLOW_DOWN = b"HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Line:
    """A port before a server's.

    `fault`: None passes everything on; `"stall"` holds what the server says, `"cut"` cuts it off in the middle,
    `"drip"` passes it on in small pieces, `"503"` answers in its place; so many `times` at most (not a stall).
    `on_request` is called before a request is passed on. `served_bytes` counts what the server has said.
    """

    def __init__(self, port: int) -> None:
        self._behind = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.fault: str | None = None
        self.times = sys.maxsize
        self.served_bytes = 0
        self.waiting = threading.Event()
        self.go_on = threading.Event()
        self.on_request: Any = lambda text: None
        self._threads = [threading.Thread(target=self._accept)]
        self._open: list[socket.socket] = []
        self._threads[0].start()

    def reset(self) -> None:
        """As at the beginning, whatever was wrong; what was held goes on."""
        self.fault, self.times, self.on_request = None, sys.maxsize, lambda text: None
        self.go_on.set()
        self.go_on.clear()
        self.waiting.clear()

    def close(self) -> None:
        self.go_on.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            with_end(connection)
        for thread in self._threads:
            thread.join(10)
        for connection in self._open:
            connection.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._behind))
            except OSError:
                return
            self._open += [client, server]
            for source, target, check in ((client, server, self._asked), (server, client, self._answered)):
                thread = threading.Thread(target=self._pump, args=(source, target, check))
                self._threads.append(thread)
                thread.start()

    def _pump(self, source: socket.socket, target: socket.socket, check: Any) -> None:
        try:
            while data := source.recv(65536):
                passed = check(data, source)
                if passed is None:
                    break
                for at in range(0, len(passed), DRIP_BYTES if self.fault == "drip" else len(passed)):
                    target.sendall(passed[at : at + DRIP_BYTES] if self.fault == "drip" else passed)
        except OSError:
            pass
        with_end(source)
        with_end(target)

    def _asked(self, data: bytes, client: socket.socket) -> bytes | None:
        self.on_request(data)
        if self.fault == "503" and self._once_more():
            client.sendall(SLOW_DOWN)
            return None
        return data

    def _answered(self, data: bytes, _: socket.socket) -> bytes | None:
        self.served_bytes += len(data)
        if self.fault == "drip":
            self.times -= 1
        if self.fault == "stall":
            self.waiting.set()
            self.go_on.wait(120)
        return data[: len(data) // 2] if self.fault == "cut" and self._once_more() else data

    def _once_more(self) -> bool:
        self.times -= 1
        return self.times >= 0


def with_end(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


class S3:
    """A server with one bucket, reached by the line before it."""

    def __init__(self, line: Line, port: int) -> None:
        self.line = line
        self.files = arrow_fs.S3FileSystem(
            access_key="the-key",
            secret_key="the-secret-of-the-store",
            endpoint_override=f"127.0.0.1:{port}",
            scheme="http",
            region="us-east-1",
            allow_bucket_creation=True,
        )
        self.files.create_dir(BUCKET)

    @property
    def address(self) -> str:
        return f"s3://{BUCKET}/data?endpoint_override=127.0.0.1:{self.line.port}&scheme=http&region=us-east-1"

    def empty(self) -> None:
        """Nothing is in it, nobody is denied, and nothing is wrong with the line any more."""
        self.line.reset()
        _tell(self.line.port, "reset", b"")
        _tell(self.line.port, "reset-auth", b"inf")
        self.files.create_dir(BUCKET)

    def deny(self) -> None:
        """From now on nobody's key is good."""
        _tell(self.line.port, "reset-auth", b"0")

    def put(self, name: str, content: bytes) -> None:
        with self.files.open_output_stream(f"{BUCKET}/data/{name}") as stream:
            stream.write(content)


@contextmanager
def s3_server(tmp_path: Path) -> Iterator[int]:
    """A server in a process of its own; gives its port. It takes a second of processor time to start."""
    said = tmp_path / "s3.log"
    with said.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"],
            stdout=log,
            stderr=log,
            env=os.environ | QUIET | {"PYTHONWARNINGS": "ignore"},
        )
    try:
        yield _port_said(process, said)
    finally:
        process.kill()
        process.wait()


@contextmanager
def emptied_s3(port: int) -> Iterator[S3]:
    """The server with nothing in it, denying nobody, behind a line of its own."""
    _tell(port, "reset", b"")
    _tell(port, "reset-auth", b"inf")
    line = Line(port)
    try:
        yield S3(line, port)
    finally:
        line.close()


def _tell(port: int, order: str, content: bytes) -> None:
    address = f"http://127.0.0.1:{port}/moto-api/{order}"
    urllib.request.urlopen(urllib.request.Request(address, content, {"Content-Type": "text/plain"})).close()


def _port_said(process: subprocess.Popen[bytes], said: Path) -> int:
    """It says so on its output, and on no channel that could be waited on."""
    while process.poll() is None:
        if match := re.search(rb"Running on http://127\.0\.0\.1:(\d+)", said.read_bytes()):
            return int(match[1])
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
    raise RuntimeError(said.read_text())


@contextmanager
def running_broker(address: str, path: Path, max_age_s: float = 0.0) -> Iterator[str]:
    """A broker with the store's credentials, which looks at the store anew for each listing; gives the path of its
    socket."""
    settings = {"data.folder": address, "data.listing_max_age_s": max_age_s}
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(path))
        listener.listen()
        orders = ServeOrders(overrides=settings, listen_fd=listener.fileno())
        process = subprocess.Popen(
            [sys.executable, "-m", "broker"],
            stdout=subprocess.PIPE,
            env=os.environ | CREDENTIALS | QUIET | {VARIABLE: msgspec.json.encode(orders).decode()},
            pass_fds=[listener.fileno()],
        )
    assert process.stdout is not None
    try:
        assert b"ready" in process.stdout.readline()
        yield str(path)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
