"""A line that breaks: stands between supervisor and worker, or between client and gateway, and cuts."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from bus.address import make_address

PIECE_BYTES = 4096

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class CuttingProxy:
    """Passes bytes on, both ways. `lets_through()` is asked for each connection how many bytes pass before it is cut,
    whichever way they go; None: as many as there are. What was read and not passed on is lost, as on a real line.
    `swallows`: the first piece that has it in it is lost, and its connection is cut."""

    def __init__(
        self, reach: Callable[[], Awaitable[Ends]], lets_through: Callable[[], int | None], swallows: bytes = b""
    ) -> None:
        self._reach = reach
        self._lets_through = lets_through
        self._swallows = swallows
        self._open: set[_Connection] = set()
        self.cuts = 0
        self.passed_bytes = 0

    def __repr__(self) -> str:
        return f"<CuttingProxy {len(self._open)} open, {self.cuts} cut>"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either end or we have had enough."""
        there, here = await self._reach()
        connection = _Connection(self._lets_through(), self._loses)
        self._open.add(connection)
        try:
            await connection.pass_on((reader, here), (there, writer))
        finally:
            self._open.remove(connection)
            self.cuts += connection.left == 0
            self.passed_bytes += connection.passed

    def _loses(self, piece: bytes) -> bool:
        found = self._swallows != b"" and self._swallows in piece
        if found:
            self._swallows = b""
        return found

    def cut(self) -> None:
        """Cut what is open now; nothing more passes."""
        for connection in self._open:
            connection.cut()


class _Connection:
    def __init__(self, left: int | None, loses: Callable[[bytes], bool]) -> None:
        self.left = left
        self._loses = loses
        self.passed = 0
        self._cut = asyncio.Event()

    def cut(self) -> None:
        self.left = 0
        self._cut.set()

    async def pass_on(self, *ways: tuple[asyncio.StreamReader, asyncio.StreamWriter]) -> None:
        tasks = [asyncio.create_task(self._pump(*way)) for way in ways]
        tasks.append(asyncio.create_task(self._wait_for_cut()))
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for _, writer in ways:
                writer.transport.abort()

    async def _wait_for_cut(self) -> None:
        await self._cut.wait()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while self.left != 0 and (data := await reader.read(PIECE_BYTES)):
            if self._loses(data):
                self.cut()
                return
            if self.left is not None:
                data = data[: self.left]
                self.left -= len(data)
            self.passed += len(data)
            writer.write(data)
            await writer.drain()


@asynccontextmanager
async def cutting(
    state_dir: Path, socket: str, lets_through: Callable[[], int | None] = lambda: None, swallows: bytes = b""
) -> AsyncIterator[CuttingProxy]:
    """As long as this lasts, new workers reach a socket of a running supervisor (`collector`, `control`) through us."""
    front = Path(make_address(state_dir, "").runtime_dir) / f"{socket}.sock"
    behind = front.with_suffix(".behind")
    behind.hardlink_to(front)
    proxy = CuttingProxy(lambda: asyncio.open_unix_connection(behind), lets_through, swallows)
    server = await asyncio.start_unix_server(proxy.serve, front.with_suffix(".proxy"))
    front.with_suffix(".proxy").rename(front)  # at once: a socket that is missing is made anew
    try:
        yield proxy
    finally:
        server.close()
        behind.rename(front)


@asynccontextmanager
async def cutting_port(port: int, lets_through: Callable[[], int | None]) -> AsyncIterator[tuple[int, CuttingProxy]]:
    """A port of this machine that leads to another one, with cuts."""
    proxy = CuttingProxy(lambda: asyncio.open_connection("127.0.0.1", port), lets_through)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    try:
        yield int(server.sockets[0].getsockname()[1]), proxy
    finally:
        server.close()
        proxy.cut()
