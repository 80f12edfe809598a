"""The gateway as a program: `python -m gateway`, started by `deadstop serve`."""

import argparse
import asyncio
import json
import logging
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web

from bus.address import state_folder
from bus.client import BusClient
from bus.settings import Settings
from bus.settings_file import SettingsError, load_settings
from bus.sockets import BusError
from gateway.app import make_app
from gateway.context import Gateway
from gateway.identity import Identities, read_secret

logger = logging.getLogger(__name__)

SERVE_ENV = "DEADSTOP_SERVE"
BUS_WAIT_S = 15.0
BUS_RETRY_S = 0.05
PING_EVERY_S = 25.0
SHUTDOWN_TIMEOUT_S = 1.0
BACKLOG = 512


class Serve(msgspec.Struct, frozen=True):
    """What `deadstop serve` hands to its children."""

    config: str | None = None
    overrides: dict[str, Any] = {}
    listen_fd: int | None = None
    lifeline_fd: int | None = None
    made_token: str = ""


def main() -> None:
    """Run until SIGTERM, SIGINT, or the death of `serve`. Exit code 1 with one line on stderr if it cannot."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s gateway: %(message)s")
    try:
        serve = _read_serve()
        settings = load_settings(Path(serve.config) if serve.config else None, os.environ, serve.overrides)
        asyncio.run(run(settings, serve))
    except (SettingsError, BusError, OSError, msgspec.DecodeError) as error:
        print(f"gateway: {error}", file=sys.stderr)
        sys.exit(1)


async def run(settings: Settings, serve: Serve) -> None:
    """Serve until asked to end."""
    stop = asyncio.Event()
    _watch_for_the_end(stop, serve.lifeline_fd)
    state_dir = state_folder(settings.supervisor.state_dir)
    client = await _connect(state_dir, stop)
    if client is None:
        return
    try:
        listener = _listener(settings, serve)
        port = int(listener.getsockname()[1])
        identities = Identities(settings.auth.tokens, serve.made_token, read_secret(state_dir))
        await _serve(Gateway(settings, client, identities, port), listener, stop)
    finally:
        client.close()


async def _serve(gateway: Gateway, listener: socket.socket, stop: asyncio.Event) -> None:
    runner = web.AppRunner(make_app(gateway), access_log=None, shutdown_timeout=SHUTDOWN_TIMEOUT_S)
    await runner.setup()
    site = web.SockSite(runner, listener, backlog=BACKLOG)
    await site.start()
    pings = asyncio.create_task(_ping(gateway))
    print(json.dumps({"ready": True, "port": listener.getsockname()[1]}), flush=True)
    await stop.wait()
    pings.cancel()
    await site.stop()
    gateway.closing.set()
    await asyncio.gather(*(connection.close() for connection in gateway.connections), return_exceptions=True)
    await runner.cleanup()


async def _ping(gateway: Gateway) -> None:
    while True:
        await asyncio.sleep(PING_EVERY_S)
        for connection in gateway.connections:
            connection.ping()


def _read_serve() -> Serve:
    parser = argparse.ArgumentParser(prog="python -m gateway", description="The gateway of Deadstop.")
    parser.add_argument("--config", help="settings file (TOML)")
    config = parser.parse_args().config
    serve = msgspec.json.decode(os.environ.get(SERVE_ENV, "{}"), type=Serve)
    return msgspec.structs.replace(serve, config=config) if config else serve


def _watch_for_the_end(stop: asyncio.Event, lifeline_fd: int | None) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if lifeline_fd is None:
        return

    def end() -> None:
        # Nothing is ever written to it: readable means that the other end is closed, and so `serve` is dead.
        loop.remove_reader(lifeline_fd)
        stop.set()

    loop.add_reader(lifeline_fd, end)


async def _connect(state_dir: Path, stop: asyncio.Event) -> BusClient | None:
    """The bus of the supervisor, which may be starting too; `None` when asked to end meanwhile."""
    give_up_at = asyncio.get_running_loop().time() + BUS_WAIT_S
    while not stop.is_set():
        try:
            return BusClient.connect(state_dir)
        except BusError:
            if asyncio.get_running_loop().time() > give_up_at:
                raise
        await asyncio.sleep(BUS_RETRY_S)
    return None


def _listener(settings: Settings, serve: Serve) -> socket.socket:
    """The socket that `serve` has bound, or one of our own. Raises `OSError` naming host and port."""
    if serve.listen_fd is not None:
        return socket.socket(fileno=serve.listen_fd)
    host, port = settings.gateway.host, settings.gateway.port
    try:
        return socket.create_server((host, port), backlog=BACKLOG, family=_family(host))
    except OSError as error:
        raise OSError(f"cannot listen on {host} port {port}: {error.strerror}; see [gateway] host and port") from error


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
