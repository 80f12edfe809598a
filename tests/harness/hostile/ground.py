"""Where the hostile set is tried: data, a secret beside them, others' things; and what is seen from outside."""

import contextlib
import ctypes
import hashlib
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

SECRET = "the-secret-outside"
SECRET_VARIABLE = "SECRET_OF_THE_PARENT"
SYSTEM_V_KEY = 0x5D000000 + os.getpid()
QUEUE_NAME = b"/deadstop-hostile-%d" % os.getpid()
"""Of this process and its forks alone: several may try the set at the same time."""
TABLES = ("t", "u")

_VICTIM = f"""
import ctypes, os, socket, sys
held = ctypes.create_string_buffer({SECRET.encode()!r} + b" in memory")
abstract = socket.socket(socket.AF_UNIX)
abstract.bind("\\0deadstop-hostile-" + str(os.getpid()))
abstract.listen()
print(ctypes.addressof(held), flush=True)
sys.stdin.read()
"""


@dataclass(frozen=True)
class Ground:
    """Folders, a TCP and a UDP server that nobody may reach, and a process of somebody else. `held` is the address of
    the secret in that process's memory."""

    data: Path
    outside: Path
    scratch: Path
    neighbour: Path
    port: int
    datagrams: int
    victim: int
    held: int

    def places(self) -> dict[str, object]:
        """What a statement may name."""
        return {
            "data": self.data,
            "out": self.outside,
            "secret": self.outside / "secret.csv",
            "scratch": self.scratch,
            "port": self.port,
        }


class Watch:
    """What has come of an attempt, as it is seen from outside. Each look puts back what was changed."""

    def __init__(self, ground: Ground, tcp: socket.socket, udp: socket.socket) -> None:
        self._folders = (ground.data, ground.outside, ground.neighbour)
        self._sockets = (tcp, udp)
        self._original = {path: path.read_bytes() for path in self._files()}
        self._before = self._state()

    def harm(self) -> str:
        """What was done to others since the last look; "" for nothing."""
        found = [what for what, done in (("wrote", self._written()), ("reached", self._called())) if done]
        return ", ".join([*found, *(["left behind"] if _left_behind() else [])])

    def _written(self) -> bool:
        if self._state() == self._before:
            return False
        for path in sorted(self._files(), reverse=True):
            if path not in self._original:
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        for path, content in self._original.items():
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
        return True

    def _files(self) -> list[Path]:
        return [path for folder in self._folders for path in folder.rglob("*")]

    def _state(self) -> dict[str, str]:
        return {str(path): _content(path) for path in self._files()}

    def _called(self) -> bool:
        return sum(_taken(one) for one in self._sockets) > 0


def _content(path: Path) -> str:
    if path.is_symlink() or not path.is_file():
        return f"{path.lstat().st_mode:o}"
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _taken(server: socket.socket) -> bool:
    try:
        server.accept()[0].close() if server.type == socket.SOCK_STREAM else server.recv(100)
    except BlockingIOError:
        return False
    return True


def _left_behind() -> bool:
    """Whether there is something of System V or POSIX under our names; it is removed."""
    libc = ctypes.CDLL(None, use_errno=True)
    memory, semaphore, queue = (
        libc.shmget(SYSTEM_V_KEY, 0, 0),
        libc.semget(SYSTEM_V_KEY, 0, 0),
        libc.msgget(SYSTEM_V_KEY, 0),
    )
    if memory >= 0:
        libc.shmctl(memory, 0, None)
    if semaphore >= 0:
        libc.semctl(semaphore, 0, 0)
    if queue >= 0:
        libc.msgctl(queue, 0, None)
    unlinked: int = libc.mq_unlink(QUEUE_NAME)
    return bool(max(memory, semaphore, queue, unlinked) >= 0)


@contextlib.contextmanager
def prepared(root: Path) -> Iterator[tuple[Ground, Watch]]:
    """A ground beneath this folder, and the look at it from outside."""
    folders = [root / name for name in ("data", "outside", "scratch", "neighbour")]
    for folder in folders:
        folder.mkdir()
    data, outside, scratch, neighbour = folders
    for name in TABLES:
        rows = {"a": list(range(1000)), "s": [f"s{number}" for number in range(1000)]}
        pq.write_table(pa.table(rows), data / f"{name}.parquet")
    (outside / "secret.csv").write_text(f"{SECRET}\n")
    (neighbour / "rows.arrow").write_text(SECRET)
    with contextlib.ExitStack() as stack:
        tcp, udp = socket.create_server(("127.0.0.1", 0)), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("127.0.0.1", 0))
        for server in (tcp, udp):
            stack.enter_context(server)
            server.setblocking(False)
        victim, held = stack.enter_context(_victim())
        ports = tcp.getsockname()[1], udp.getsockname()[1]
        ground = Ground(data, outside, scratch, neighbour, *ports, victim, held)
        yield ground, Watch(ground, tcp, udp)


@contextlib.contextmanager
def _victim() -> Iterator[tuple[int, int]]:
    """The pid of a process of somebody else, and where in its memory the secret lies."""
    process = subprocess.Popen(
        [sys.executable, "-c", _VICTIM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, SECRET_VARIABLE: SECRET},
    )
    assert process.stdout is not None
    try:
        yield process.pid, int(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()
