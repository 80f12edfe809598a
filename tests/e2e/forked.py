"""Commands that fork from a process which has loaded beforehand the libraries that all of them load: a third of the
processor time.

Each is a process of its own all the same, with the folder, the environment and the three streams that it is given; it
loads all of Deadstop itself and ends as an interpreter ends. `python -m tests.e2e.forked` is the process that forks; it
ends with whoever started it.
"""

import contextlib
import functools
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

ROOT = Path(__file__).resolve().parents[2]
LOADED = (
    *("asyncio", "difflib", "inspect", "logging", "sqlite3", "ssl", "tempfile", "tomllib", "uuid"),
    *("aiohttp", "click", "msgspec", "rich.console", "rich.markdown", "rich.table", "rich.text", "zmq.asyncio"),
)
"""None of them starts a thread or looks at our settings when it is loaded."""

ORDER_BYTES = 1 << 17
WORD_BYTES = 64

Streams = Sequence[int]
"""Descriptors of the standard input, output and error."""


class Forked:
    """A running command; as much of `subprocess.Popen` as tests need."""

    def __init__(self, arguments: Sequence[str], folder: Path, environment: dict[str, str], streams: Streams) -> None:
        self._line = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._line.connect(_forks().address)
        order = json.dumps([arguments, str(folder), environment]).encode()
        socket.send_fds(self._line, [order], streams)
        self.pid = int(self._line.recv(WORD_BYTES))
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Its exit code, if it has ended."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0.0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, once it has ended."""
        if self.returncode is None:
            if not select.select([self._line], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0.0)
            self.returncode = int(self._line.recv(WORD_BYTES))
            self._line.close()
        return self.returncode

    def send_signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            if self.poll() is None:
                os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def run_forked(
    arguments: Sequence[str], folder: Path, environment: dict[str, str], stdin: str, within_s: float
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, between pipes."""
    (given, gives), (out, says_out), (error, says_error) = os.pipe(), os.pipe(), os.pipe()
    try:
        command = Forked(arguments, folder, environment, (given, says_out, says_error))
        for theirs in (given, says_out, says_error):
            os.close(theirs)
        with contextlib.suppress(BrokenPipeError):
            assert os.write(gives, stdin.encode()) == len(stdin.encode()), "more than fits into a pipe"
        os.close(gives)
        try:
            texts = [text.decode() for text in read_to_the_end(out, error, within_s=within_s)]
            return subprocess.CompletedProcess(arguments, command.wait(within_s), *texts)
        finally:
            command.kill()
    finally:
        os.close(out)
        os.close(error)


def read_to_the_end(*descriptors: int, within_s: float) -> list[bytes]:
    """What is written to these until nobody can write any more."""
    deadline = time.monotonic() + within_s
    said = {descriptor: bytearray() for descriptor in descriptors}
    unfinished = list(descriptors)
    while unfinished:
        readable, _, _ = select.select(unfinished, [], [], max(0.0, deadline - time.monotonic()))
        assert readable, f"no end within {within_s:g} s: {said}"
        for descriptor in readable:
            data = os.read(descriptor, 1 << 16)
            said[descriptor] += data
            if not data:
                unfinished.remove(descriptor)
    return [bytes(text) for text in said.values()]


@dataclass
class Forks:
    """The process that forks, and where it listens. It ends when the lifeline's last holder does."""

    process: subprocess.Popen[bytes]
    address: str
    lifeline: int


@functools.cache
def _forks() -> Forks:
    """Started when it is first needed."""
    said, says = os.pipe()
    held, lifeline = os.pipe()
    command = [sys.executable, "-m", "tests.e2e.forked", str(says)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=held, stdout=subprocess.DEVNULL, pass_fds=[says])
    os.close(says)
    os.close(held)
    name = os.read(said, WORD_BYTES).decode()
    os.close(said)
    return Forks(process, f"\0{name}", lifeline)


def serve(announce_fd: int) -> None:
    """Fork whatever is ordered. Returns in each command."""
    for name in LOADED:
        importlib.import_module(name)
    assert len(list(Path("/proc/self/task").iterdir())) == 1, "only a process of one thread may fork"
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    name = f"deadstop-tests-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(f"\0{name}")
        listener.listen(16)
        os.write(announce_fd, name.encode())
        os.close(announce_fd)
        while listener in select.select([listener, sys.stdin], [], [])[0]:
            line, _ = listener.accept()
            if os.fork() == 0:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                listener.close()
                _fork_ordered(line)
                return
            line.close()
    os._exit(0)


def _fork_ordered(line: socket.socket) -> None:
    """Returns in the command that was ordered. Its parent says which process that is and how it ended, and ends."""
    order, streams, _, _ = socket.recv_fds(line, ORDER_BYTES, 3)
    pid = os.fork()
    if pid == 0:
        line.close()
        arguments, folder, environment = json.loads(order)
        _become(arguments, folder, environment, streams)
        return
    for stream in (*streams, 0):
        os.close(stream)
    with contextlib.suppress(BrokenPipeError):
        line.send(str(pid).encode())
        line.send(str(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])).encode())
    os._exit(0)


def _become(arguments: list[str], folder: str, environment: dict[str, str], streams: Streams) -> None:
    """What the start of an interpreter takes from its surroundings."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    sys.path[0] = folder
    sys.argv = ["ops", *arguments]
    tempfile.tempdir = None
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    sys.stdin = sys.__stdin__ = _opened(0, "r", sys.stdin)  # type: ignore[misc]
    sys.stdout = sys.__stdout__ = _opened(1, "w", sys.stdout)  # type: ignore[misc]
    sys.stderr = sys.__stderr__ = _opened(2, "w", sys.stderr)  # type: ignore[misc]
    sys.stderr.reconfigure(line_buffering=True)


def _opened(number: int, mode: str, before: TextIO) -> TextIOWrapper:
    stream = os.fdopen(number, mode, encoding=before.encoding, errors=before.errors, closefd=False)
    assert isinstance(stream, TextIOWrapper)
    return stream


if __name__ == "__main__":
    serve(int(sys.argv[1]))
    runpy.run_module("ops", run_name="__main__", alter_sys=True)
