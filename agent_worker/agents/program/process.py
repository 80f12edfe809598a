"""The program as a process: what it is given to run, to read and to write, and how it is ended."""

import asyncio
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import termios
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec

from agent_worker.context import AgentError
from bus.contract.settings import AgentDefinition
from bus.wire.agent_program import ProgramCancel, ProgramInput, ProgramJob

READ_BYTES = 64 * 1024


def readable(definition: AgentDefinition) -> tuple[str, ...]:
    """What the program consists of: its own file, its folder, and the programs and folders that it is allowed."""
    named = [definition.command[0], *definition.programs]
    found = [located(name, definition.folder) for name in named]
    return (definition.folder, *(path for path in found if path is not None))


def located(name: str, folder: str) -> str | None:
    """A program by its name alone, as PATH has it; with a `/` as a path, from the agent's folder on."""
    if "/" in name:
        path = Path(folder) / Path(name).expanduser()
        return str(path) if path.exists() else None
    return shutil.which(name)


class Program:
    """One running program. It shares the worker's session and group, and so all that ends the worker."""

    def __init__(self, process: subprocess.Popen[bytes], output: int, write: asyncio.WriteTransport) -> None:
        self._process = process
        self._output = output
        self._write_to = write
        self._changed = asyncio.Event()
        self._ended = asyncio.Event()
        self._pidfd = os.pidfd_open(process.pid)
        asyncio.get_running_loop().add_reader(self._pidfd, self._on_end)

    @classmethod
    async def start(cls, definition: AgentDefinition, job: ProgramJob) -> "Program":
        """Raises AgentError where it cannot be started."""
        process = _spawn(definition)
        assert process.stdout is not None
        os.set_blocking(process.stdout.fileno(), False)
        writer, _ = await asyncio.get_running_loop().connect_write_pipe(asyncio.Protocol, process.stdin)
        program = cls(process, process.stdout.fileno(), writer)
        program._write(job)
        return program

    async def output(self) -> AsyncIterator[bytes]:
        """What it writes, as it comes, until it has ended or closed its standard output. What it has started itself and
        left behind is not heard any more."""
        while not self._ended.is_set():
            try:
                data = os.read(self._output, READ_BYTES)
            except BlockingIOError:
                await self._something_new()
                continue
            if not data:
                return
            yield data
            await asyncio.sleep(0)  # a stop is heard however much it writes
        if left := _waiting(self._output):
            yield os.read(self._output, left)

    async def ended(self) -> None:
        """Wait for its end. Raises AgentError where it says that it has failed."""
        await self._ended.wait()
        if status := self._process.wait():
            raise AgentError(
                f"The agent's program {_status_words(status)}.",
                code="program_failed",
                hint="`deadstop show` has what it wrote to standard error",
            )

    async def cancel(self) -> None:
        """Ask it to end and wait until it has; what it still says is not heard. How long that may take, the ladder
        decides."""
        self._write(ProgramCancel())
        async for _ in self.output():
            pass
        await self._ended.wait()

    async def kill(self) -> None:
        """End the program at once, for when its output is no longer wanted; nothing is done if it has ended."""
        if not self._ended.is_set():
            self._process.kill()
            await self._ended.wait()

    async def _something_new(self) -> None:
        """Wait until there is something to read, or it has ended."""
        loop = asyncio.get_running_loop()
        self._changed.clear()
        loop.add_reader(self._output, self._changed.set)
        try:
            await self._changed.wait()
        finally:
            loop.remove_reader(self._output)

    def _on_end(self) -> None:
        asyncio.get_running_loop().remove_reader(self._pidfd)
        os.close(self._pidfd)
        self._ended.set()
        self._changed.set()

    def _write(self, line: ProgramInput) -> None:
        """Send the program a line without waiting: it may read when it likes, or never."""
        self._write_to.write(msgspec.json.encode(line) + b"\n")


def _spawn(definition: AgentDefinition) -> subprocess.Popen[bytes]:
    path = located(definition.command[0], definition.folder)
    if path is None:
        raise _cannot_start(definition, f"there is no such program in PATH, nor in {definition.folder}")
    pipe, command = subprocess.PIPE, [path, *definition.command[1:]]
    try:
        return subprocess.Popen(command, cwd=definition.folder, stdin=pipe, stdout=pipe)
    except OSError as error:
        raise _cannot_start(definition, f"{path}: {error.strerror or error}") from error


def _waiting(descriptor: int) -> int:
    """How many bytes can be read of a pipe at once."""
    return int.from_bytes(fcntl.ioctl(descriptor, termios.FIONREAD, bytes(4)), sys.byteorder)


def _cannot_start(definition: AgentDefinition, why: str) -> AgentError:
    hint = "correct `command` in its table; what it may run beside its folder is named in `programs`"
    words = f"The agent's program {definition.command[0]!r} cannot be started: {why}."
    return AgentError(words, code="program_failed", hint=hint, retryable=False)


def _status_words(status: int) -> str:
    if status > 0:
        return f"ended with status {status}"
    name = signal.Signals(-status).name if -status in set(signal.Signals) else f"signal {-status}"
    return f"was ended by {name}"
