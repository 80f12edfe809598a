"""One of the programs that `serve` runs: started, waited for until it is ready, ended for certain."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import msgspec

from bus.serve_contract import VARIABLE, ServeOrders
from bus.system.proc import exit_in_words
from ops.errors import OpsError

START_TIMEOUT_S = 60.0
"""Generous: a cold disk can take half a minute to import what a fork server preloads."""


class Child:
    """A program of ours in a session of its own, so that the terminal's Ctrl-C reaches only us."""

    def __init__(
        self, module: str, orders: ServeOrders, environment: Mapping[str, str], stderr: IO[bytes] | None = None
    ) -> None:
        self.module = module
        self.ready: dict[str, Any] = {}
        self._orders = orders
        self._environment = environment
        self._stderr = stderr
        self._process: asyncio.subprocess.Process | None = None

    def __repr__(self) -> str:
        return f"<Child {self.module} pid={self.pid}>"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Start the program and wait until it says that it is ready. Raises `OpsError`."""
        await self.spawn()
        await self.until_ready()

    async def spawn(self) -> None:
        """Start the program; afterwards its pid is known."""
        inherited = [fd for fd in (self._orders.lifeline_fd, self._orders.listen_fd) if fd is not None]
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", self.module),  # -P: a folder named like us where we are called is not us
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=self._stderr,
            env={**self._environment, VARIABLE: msgspec.json.encode(self._orders).decode()},
            pass_fds=inherited,
            start_new_session=True,
        )

    async def until_ready(self) -> None:
        """Wait until the program says that it is ready. Raises `OpsError`."""
        try:
            async with asyncio.timeout(START_TIMEOUT_S):
                self.ready = await self._first_words()
        except TimeoutError as error:
            self.kill()
            raise OpsError(f"{self.module} was not ready within {START_TIMEOUT_S:g} s") from error

    async def _first_words(self) -> dict[str, Any]:
        assert self._process is not None
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            try:
                words = json.loads(line)
            except ValueError:
                continue
            if isinstance(words, dict) and words.get("ready"):
                return words
        status = await self._process.wait()
        raise OpsError(f"{self.module} ended before it was ready ({exit_in_words(status)})")

    async def wait(self) -> int:
        """The return code, once the program has ended."""
        assert self._process is not None
        return await self._process.wait()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, unless the program has ended."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(number)

    def kill(self) -> None:
        """SIGKILL to the program and to what it started in its own process group (its fork server)."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):  # reaped already, though nobody has told us yet
                os.killpg(self._process.pid, signal.SIGKILL)

    @property
    def ended(self) -> bool:
        return self._process is None or self._process.returncode is not None


async def end_all(children: Sequence[Child], grace_s: float, hurry: asyncio.Event | None = None) -> list[Child]:
    """SIGTERM to all; SIGKILL to those that are left after `grace_s`, or as soon as `hurry` is set.

    Returns the ones that had to be killed.
    """
    for child in children:
        child.signal(signal.SIGTERM)
    waits = [asyncio.ensure_future(child.wait()) for child in children if not child.ended]
    if not waits:
        return []
    everyone = asyncio.ensure_future(asyncio.wait(waits))
    hurried = asyncio.ensure_future((hurry or asyncio.Event()).wait())
    await asyncio.wait({everyone, hurried}, timeout=grace_s, return_when=asyncio.FIRST_COMPLETED)
    hurried.cancel()
    killed = [child for child in children if not child.ended]
    for child in killed:
        child.kill()
    await everyone
    return killed


def last_lines(path: Path, count: int = 12) -> str:
    """The end of a file that took a child's standard error, indented."""
    lines = path.read_text(errors="replace").splitlines()[-count:]
    return "".join(f"\n  {line}" for line in lines)
