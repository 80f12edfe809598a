"""The provider as the head has it: a child process, which is started again when it has ended."""

import asyncio
import logging
import os
import subprocess
from collections.abc import Callable

import msgspec

from bus.contract.settings import ClusterSettings
from bus.system.interpreter import interpreter_command
from supervisor.nodes.machine.orders import NodeOrders
from supervisor.nodes.providers.messages import FromProvider, ProviderMessage, StartNode, Want, decode_from_provider

log = logging.getLogger(__name__)

START_AGAIN_S = 1.0

MAX_LINE_BYTES = 1 << 16

_ACTION = {"action": "provider"}


class Provider:
    """Runs `arguments` as a module of this interpreter. `said` hears each of its words, `ended` that it has ended, and
    with it every node that it has started, sooner or later."""

    def __init__(self, arguments: list[str], said: Callable[[FromProvider], None], ended: Callable[[], None]) -> None:
        self._arguments = arguments
        self._said = said
        self._ended = ended
        self._wanted: list[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._orders: asyncio.WriteTransport | None = None
        self._task = asyncio.get_running_loop().create_task(self._run())

    def __repr__(self) -> str:
        return f"<Provider pid={self.pid}>"

    @property
    def pid(self) -> int | None:
        """From the moment on at which there is a process, until it is reaped."""
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    def start_node(self, orders: NodeOrders) -> None:
        """Have a node started on the machine that the orders name."""
        self._say(StartNode(orders))

    def want(self, resources: list[str]) -> None:
        """So many nodes are wanted, each with this resource ("" for none)."""
        if resources != self._wanted:
            self._wanted = resources
            self._say(Want(resources))

    async def close(self) -> None:
        """End it, and wait until it is reaped."""
        self._task.cancel()
        await self._end()

    async def _run(self) -> None:
        while True:
            said = await self._start()
            while line := await said.readline():
                self._hear(line)
            await self._end()
            log.error("the provider has ended; starting it again", extra=_ACTION)
            self._wanted = None  # the next one has to hear it
            self._ended()
            await asyncio.sleep(START_AGAIN_S)

    async def _start(self) -> asyncio.StreamReader:
        """Start it with `subprocess`, not with asyncio: while asyncio starts a process, its pid is unknown, and the
        reaper would take it for an orphan."""
        command = [*interpreter_command(), "-m", *self._arguments]
        process = self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: ASYNC220
        loop, said = asyncio.get_running_loop(), asyncio.StreamReader(limit=MAX_LINE_BYTES)
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(said), process.stdout)
        self._orders, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, process.stdin)
        return said

    async def _end(self) -> None:
        if self._orders is not None:
            self._orders.close()
        if self._process is not None:
            self._process.kill()
            await asyncio.to_thread(self._process.wait)

    def _say(self, message: ProviderMessage) -> None:
        if self._orders is not None:
            self._orders.write(msgspec.json.encode(message) + b"\n")

    def _hear(self, line: bytes) -> None:
        try:
            said = decode_from_provider.decode(line)
        except msgspec.DecodeError:
            log.warning("the provider said %r", line[:200], extra=_ACTION)
            return
        self._said(said)


def provider_arguments(cluster: ClusterSettings) -> list[str]:
    """Module and arguments of the provider that the settings name."""
    if cluster.provider == "ray":
        open_too = ["open"] if cluster.allow_open_ray else []
        return ["supervisor.nodes.providers.ray_provider", str(os.getpid()), cluster.address, *open_too]
    return ["supervisor.nodes.providers.local", str(os.getpid()), str(cluster.nodes)]
