"""Messages of 64 bytes a second over one wire alone, a process at each end.

python -m bench.limits.wires zmq|websocket COUNT
"""

import asyncio
import json
import os
import sys
import tempfile
import time

import aiohttp
import zmq
from aiohttp import web

from bench.limits import local_server

MESSAGE = "x" * 64


def over_zmq(count: int) -> float:
    """PUSH to PULL over ipc, one message each."""
    with tempfile.TemporaryDirectory() as folder:
        endpoint = f"ipc://{folder}/line"
        pid = os.fork()
        if pid == 0:
            _push(endpoint, count)
            os._exit(0)
        context = zmq.Context()
        receiver = context.socket(zmq.PULL)
        receiver.rcvhwm = 0
        receiver.bind(endpoint)
        receiver.recv()
        started = time.perf_counter()
        for _ in range(count):
            receiver.recv()
        took = time.perf_counter() - started
        receiver.close()
        context.term()
        os.waitpid(pid, 0)
        return count / took


def _push(endpoint: str, count: int) -> None:
    context = zmq.Context()
    sender = context.socket(zmq.PUSH)
    sender.sndhwm = 0
    sender.connect(endpoint)
    for _ in range(count + 1):
        sender.send(MESSAGE.encode())
    sender.close()
    context.term()


def over_websocket(count: int) -> float:
    """aiohttp to aiohttp, one text frame each."""
    port_read, port_write = os.pipe()
    pid = os.fork()
    if pid == 0:
        asyncio.run(_serve(port_write, count))
        os._exit(0)
    rate = asyncio.run(_receive(int(os.read(port_read, 16)), count))
    os.waitpid(pid, 0)
    return rate


async def _serve(port_pipe: int, count: int) -> None:
    done = asyncio.Event()

    async def serve(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        for _ in range(count + 1):
            await socket.send_str(MESSAGE)
        await socket.receive()
        done.set()
        return socket

    runner = await local_server.start(serve, port_pipe)
    await done.wait()
    await runner.cleanup()


async def _receive(port: int, count: int) -> float:
    async with aiohttp.ClientSession() as http, http.ws_connect(f"http://127.0.0.1:{port}/") as socket:
        await socket.receive()
        started = time.perf_counter()
        for _ in range(count):
            await socket.receive()
        return count / (time.perf_counter() - started)


if __name__ == "__main__":
    measure = over_zmq if sys.argv[1] == "zmq" else over_websocket
    print(json.dumps([measure(int(sys.argv[2]))]))
