"""`drain`: the server accepts no more questions, and we wait until what runs has ended and it has, too."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Protocol

import msgspec

from bus.contract.vocabulary import Reason
from bus.transport.sockets import BusError
from bus.wire.replies import Stats
from ops.actions.drain.local import LocalServer
from ops.actions.drain.remote import RemoteServer
from ops.actions.interrupts import Interrupted, counted
from ops.client.stats import gauge
from ops.errors import EXIT_STOPPED, OpsError
from ops.target import Target

LOOK_EVERY_S = 0.2


class Left(msgspec.Struct, frozen=True):
    """What a drain still waits for. `drained`: the server has ended too."""

    running: int
    waiting: int
    drained: bool = False

    def __str__(self) -> str:
        if self.drained:
            return "drained: every job has ended, and so has the server"
        if not self.running + self.waiting:
            return "draining: no jobs left"
        return f"draining: {self.running} running, {self.waiting} waiting"


class Server(Protocol):
    """The server that is drained, through the bus or over HTTP."""

    async def drain(self) -> None:
        """Have it accept no more questions."""

    async def serves(self) -> bool:
        """Whether its supervisor is still there."""

    async def figures(self) -> Stats:
        """Raises `BusError` when it has no time to answer, or has just gone."""

    async def gone(self) -> None:
        """Wait until the server has ended as a whole; not for ever, because what was asked for is done."""


async def drain(target: Target, show: Callable[[Left], None], say: Callable[[str], None]) -> int:
    """Begin the drain and `show` what is left, whenever that has changed, until the server has ended.

    Returns the exit code. Raises `BusError` when no supervisor runs, `OpsError` when it went otherwise.
    """
    with counted() as interrupts:
        async with _server(target) as server:
            await server.drain()
            try:
                await interrupts.guard(_until_drained(server, show))
                await interrupts.guard(server.gone())
                show(Left(0, 0, drained=True))
            except Interrupted:
                say("the drain goes on without being watched; `deadstop ps` shows what still runs")
                return EXIT_STOPPED
    return 0


@contextlib.asynccontextmanager
async def _server(target: Target) -> AsyncIterator[Server]:
    if target.url:
        async with RemoteServer.open(target) as there:
            yield there
    else:
        async with LocalServer.open(target.settings()) as here:
            yield here


async def _until_drained(server: Server, show: Callable[[Left], None]) -> None:
    shown: Left | None = None
    while await server.serves():
        left = await _left(server)
        if left is not None and left != shown:
            show(left)
            shown = left
        await asyncio.sleep(LOOK_EVERY_S)
    if shown is not None and shown.running + shown.waiting:
        count = shown.running + shown.waiting
        raise OpsError(f"the supervisor has gone with {count} jobs left; its log says why")


async def _left(server: Server) -> Left | None:
    try:
        figures = await server.figures()
    except BusError:
        return None
    if not gauge(figures, "draining"):
        raise OpsError("the supervisor was started anew meanwhile and accepts questions; drain it again")
    stopped = sum(one.count for one in figures.ended if one.reason is Reason.SHUTDOWN)
    if stopped:
        raise OpsError(f"the server was told to end meanwhile, and {stopped} jobs were stopped, not finished")
    return Left(int(gauge(figures, "running")), int(gauge(figures, "waiting")))
