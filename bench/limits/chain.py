"""The same path without Deadstop: a process that says something, ZeroMQ over ipc, a relay, aiohttp's WebSocket, a
client. The same objects on the wires; no log, no acknowledgements, no order, no job.

python -m bench.limits.chain once RUNS                  milliseconds of one word, there and back
python -m bench.limits.chain stream CHUNKS BATCH        chunks/s of one stream in batches of that size
python -m bench.limits.chain ticks SOURCES CHUNKS EVERY_S   milliseconds of delay of each chunk
"""

import asyncio
import contextlib
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import msgspec
import zmq
import zmq.asyncio
from aiohttp import web

from bench.limits import local_server
from bus.contract.events import ResponseChunk
from bus.wire.outside import AgentChunk, ChunkData
from ops.load.wire import decode_events

SIZE_BYTES = 64

_pack = msgspec.msgpack.Encoder()
_unpack = msgspec.msgpack.Decoder(list[ResponseChunk])
_to_json = msgspec.json.Encoder()


def pack(*words: str) -> bytes:
    """Chunks as a worker sends them."""
    return _pack.encode([ResponseChunk("response", word) for word in words])


def to_json(payload: bytes) -> str:
    """Chunks as a gateway hands them on."""
    chunks = [AgentChunk(ChunkData("session", seq, chunk)) for seq, chunk in enumerate(_unpack.decode(payload), 1)]
    return _to_json.encode(chunks).decode()


def answers(endpoint: str, runs: int) -> None:
    """A source that repeats each word that it hears."""
    context = zmq.Context()
    line = context.socket(zmq.DEALER)
    line.connect(endpoint)
    line.send(pack("ready"))
    for _ in range(runs):
        line.send(line.recv())
    line.close()
    context.term()


def streams(endpoint: str, chunks: int, batch: int) -> None:
    """A source that says what it has as fast as it is taken, once somebody asks."""
    context = zmq.Context()
    line = context.socket(zmq.DEALER)
    line.connect(endpoint)
    line.send(pack("ready"))
    line.recv()
    for _ in range(chunks // batch):
        line.send(pack(*["x" * SIZE_BYTES] * batch))
    line.close()
    context.term()


def ticks(endpoint: str, chunks: int, every_s: float, offset_s: float) -> None:
    context = zmq.Context()
    line = context.socket(zmq.DEALER)
    line.connect(endpoint)
    line.send(pack("ready"))
    due = time.monotonic() + 0.5 + offset_s
    for _ in range(chunks):
        due += every_s
        time.sleep(max(0.0, due - time.monotonic()))
        line.send(pack(str(time.monotonic_ns())))
    line.close()
    context.term()


def relay(endpoint: str, port_pipe: int) -> None:
    """Everything from the sources to the client, and from the client to the first source."""
    asyncio.run(_relay(endpoint, port_pipe))


async def _relay(endpoint: str, port_pipe: int) -> None:
    context = zmq.asyncio.Context()
    router = context.socket(zmq.ROUTER)
    router.rcvhwm = 0
    router.bind(endpoint)

    async def serve(request: web.Request) -> web.WebSocketResponse:
        client = web.WebSocketResponse(compress=False)
        await client.prepare(request)
        sources: list[bytes] = []

        async def down() -> None:
            while True:
                sender, payload = await router.recv_multipart()
                if sender not in sources:
                    sources.append(sender)
                await client.send_str(to_json(payload))

        going = asyncio.create_task(down())
        async for message in client:
            await router.send_multipart([sources[0], pack(message.data)])
        going.cancel()
        return client

    await local_server.start(serve, port_pipe)
    await asyncio.Event().wait()


def fork(target: Callable[..., None], *arguments: Any) -> int:
    pid = os.fork()
    if pid == 0:
        try:
            target(*arguments)
        finally:
            os._exit(0)
    return pid


@contextlib.asynccontextmanager
async def client_of(port: int) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    async with aiohttp.ClientSession() as http, http.ws_connect(f"http://127.0.0.1:{port}/", max_msg_size=0) as socket:
        yield socket


async def hear(socket: aiohttp.ClientWebSocketResponse) -> list[str]:
    """The words of one frame."""
    events = decode_events((await socket.receive()).data)
    return [event.data.chunk.chunk for event in events if event.data.chunk is not None]


async def once(port: int, runs: int) -> list[float]:
    took = []
    async with client_of(port) as socket:
        await hear(socket)
        for _ in range(runs):
            started = time.perf_counter()
            await socket.send_str("hello")
            await hear(socket)
            took.append((time.perf_counter() - started) * 1000)
    return took


async def stream(port: int, chunks: int) -> list[float]:
    async with client_of(port) as socket:
        await hear(socket)
        started = time.perf_counter()
        await socket.send_str("go")
        heard = 0
        while heard < chunks:
            heard += len(await hear(socket))
        return [chunks / (time.perf_counter() - started)]


async def delays(port: int, sources: int, chunks: int) -> list[float]:
    found: list[float] = []
    async with client_of(port) as socket:
        while len(found) < sources * chunks:
            for said in await hear(socket):
                if said != "ready":
                    found.append((time.monotonic_ns() - int(said)) / 1e6)
    return found


def main() -> None:
    what, *numbers = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        endpoint = f"ipc://{folder}/line"
        port_read, port_write = os.pipe()
        children = [fork(relay, endpoint, port_write)]
        port = int(os.read(port_read, 16))
        if what == "once":
            children.append(fork(answers, endpoint, int(numbers[0])))
            found = asyncio.run(once(port, int(numbers[0])))
        elif what == "stream":
            chunks, batch = int(numbers[0]), int(numbers[1])
            children.append(fork(streams, endpoint, chunks, batch))
            found = asyncio.run(stream(port, chunks // batch * batch))
        else:
            sources, chunks, every_s = int(numbers[0]), int(numbers[1]), float(numbers[2])
            offsets = [every_s * i / sources for i in range(sources)]
            children += [fork(ticks, endpoint, chunks, every_s, offset) for offset in offsets]
            found = asyncio.run(delays(port, sources, chunks))
        for pid in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, 9)
            os.waitpid(pid, 0)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
