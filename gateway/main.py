"""The gateway as a program: `python -m gateway`, started by `deadstop serve`."""

import argparse
import asyncio
import logging
import resource
import signal
import socket
from pathlib import Path

import msgspec
from aiohttp import web

from bus.address import OtherProtocol, state_folder
from bus.client import BusClient
from bus.contract.settings import Settings
from bus.contract.settings_file import SettingsError
from bus.own_files.names import own_files_folder
from bus.own_files.uploads import sweep_uploads
from bus.serve_contract import (
    DRAINED_SIGNAL,
    REPLACED_SIGNAL,
    ServeOrders,
    give_up,
    read_orders,
    say_ready,
    set_up_logging,
    watch_lifeline,
)
from bus.system.private_files import NotPrivate, make_files_private
from bus.tokens import load
from bus.transport.sockets import BusError
from gateway.app import make_app
from gateway.app_state import Gateway
from gateway.auth.cookies import Cookies, read_secret
from gateway.auth.identities import Identities
from gateway.auth.revoked_sessions import RevokedSessions
from gateway.http_api.security.middleware import unreadable
from gateway.http_connection import HttpConnection
from gateway.shutdown import ShutdownReason, ShutdownRequest, finish

log = logging.getLogger(__name__)

BUS_WAIT_S = 15.0
OTHER_BUS_WAIT_S = 1.0
"""A supervisor of another version may be about to be replaced by one of ours."""

BUS_RETRY_S = 0.05
PING_EVERY_S = 25.0
SHUTDOWN_TIMEOUT_S = 1.0
BACKLOG = 512


def main() -> None:
    """Run until SIGTERM, SIGINT, or the death of `serve`. Exit status 2 with one line on stderr if it cannot."""
    make_files_private()
    try:
        orders = _with_flags(read_orders())
        settings = orders.settings()
        set_up_logging(settings.supervisor.log_format, "gateway")
        _allow_connections()
        asyncio.run(_run(settings, orders))
    except (SettingsError, BusError, NotPrivate, OSError) as error:
        give_up("gateway", error)


async def _run(settings: Settings, orders: ServeOrders) -> None:
    shutdown = ShutdownRequest()
    _shut_down_on_signals(shutdown)
    watch_lifeline(orders.lifeline_fd, lambda: shutdown.tell(ShutdownReason.AT_ONCE))
    state_dir = state_folder(settings.supervisor.state_dir)
    sweep_uploads(own_files_folder(settings.supervisor.state_dir))
    client = await _connect(state_dir, shutdown.told)
    if client is None:
        return
    try:
        listener = _listener(settings, orders)
        cookies = Cookies(read_secret(state_dir), RevokedSessions(state_dir))
        identities = Identities(load(settings, state_dir), orders.made_token, cookies)
        await _serve(Gateway(settings, client, identities, listener.getsockname()[:2]), listener, shutdown)
    finally:
        client.close()


def _shut_down_on_signals(shutdown: ShutdownRequest) -> None:
    reasons = {
        signal.SIGTERM: ShutdownReason.AT_ONCE,
        signal.SIGINT: ShutdownReason.AT_ONCE,
        REPLACED_SIGNAL: ShutdownReason.REPLACED,
        DRAINED_SIGNAL: ShutdownReason.DRAINED,
    }
    for number, reason in reasons.items():
        asyncio.get_running_loop().add_signal_handler(number, shutdown.tell, reason)


async def _serve(gateway: Gateway, listener: socket.socket, shutdown: ShutdownRequest) -> None:
    # Our own errors are logged where they happen; aiohttp's are those of requests that are no HTTP, from anybody.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    runner = web.AppRunner(make_app(gateway), shutdown_timeout=SHUTDOWN_TIMEOUT_S)
    await runner.setup()
    assert runner.server is not None
    manager = runner.server
    site = await asyncio.get_running_loop().create_server(
        lambda: HttpConnection(manager, gateway.anonymous, unreadable), sock=listener, backlog=BACKLOG
    )
    pings = asyncio.create_task(_ping(gateway))
    say_ready(port=listener.getsockname()[1])
    await shutdown.told.wait()
    log.info("The gateway ends: %s", shutdown.reason.value, extra={"action": "gateway_end"})
    site.close()
    if shutdown.reason is not ShutdownReason.AT_ONCE:
        await finish(gateway, manager, shutdown)
    pings.cancel()
    gateway.shutdown.now.set()
    await asyncio.gather(*(connection.close() for connection in gateway.connections), return_exceptions=True)
    await runner.cleanup()


async def _ping(gateway: Gateway) -> None:
    while True:
        await asyncio.sleep(PING_EVERY_S)
        for connection in list(gateway.connections):
            await connection.keepalive()


def _allow_connections() -> None:
    """The usual limit of 1024 descriptors is below `[gateway] max_connections`; the hard one is ours to use."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _with_flags(orders: ServeOrders) -> ServeOrders:
    parser = argparse.ArgumentParser(prog="python -m gateway", description="The gateway of Deadstop.")
    parser.add_argument("--config", help="settings file (TOML)")
    config = parser.parse_args().config
    return msgspec.structs.replace(orders, config=config) if config else orders


async def _connect(state_dir: Path, stop: asyncio.Event) -> BusClient | None:
    """The bus of the supervisor, which may be starting too; `None` when asked to end meanwhile."""
    loop = asyncio.get_running_loop()
    started = loop.time()
    while not stop.is_set():
        try:
            return BusClient.connect(state_dir)
        except BusError as error:
            if loop.time() > started + (OTHER_BUS_WAIT_S if isinstance(error, OtherProtocol) else BUS_WAIT_S):
                raise
        await asyncio.sleep(BUS_RETRY_S)
    return None


def _listener(settings: Settings, orders: ServeOrders) -> socket.socket:
    """The socket that `serve` has bound, or one of our own. Raises `OSError` naming host and port."""
    if orders.listen_fd is not None:
        return socket.socket(fileno=orders.listen_fd)
    host, port = settings.gateway.host, settings.gateway.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), backlog=BACKLOG, family=family)
    except OSError as error:
        raise OSError(f"cannot listen on {host} port {port}: {error.strerror}; see [gateway] host and port") from error
