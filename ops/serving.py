"""`serve`: starts supervisor and gateway, keeps them running, and ends them."""

import asyncio
import contextlib
import logging
import os
import secrets
import signal
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from bus.address import state_folder
from bus.program import DRAINED, ServeOrders
from bus.settings import GatewaySettings, Settings
from bus.settings_file import SettingsError
from bus.tokens import load
from ops.children import Child, end_all
from ops.errors import OpsError
from ops.listening import is_loopback, listen, url_of
from ops.local import served_address
from ops.orphans import Undertaker
from ops.restarts import MAX_QUICK_DEATHS, Restarts
from ops.text import exit_words

log = logging.getLogger(__name__)

END_MARGIN_S = 5.0
"""What ending may take beyond the grace that the jobs get."""

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Drained(Exception):
    """The supervisor was told to drain, and has."""


@dataclass(frozen=True)
class Plan:
    """What shall be served: where the settings come from, and the ones that the flags have settled."""

    config: Path | None
    settings: Settings
    port_named: bool

    def overrides(self, port: int) -> dict[str, Any]:
        """The settings in which the children must not differ from us, paths absolute."""
        return {
            "supervisor.state_dir": str(state_folder(self.settings.supervisor.state_dir)),
            "data.folder": data_folder(self.settings),
            "gateway.host": self.settings.gateway.host,
            "gateway.port": port,
        }


def data_folder(settings: Settings) -> str:
    """The data folder as an absolute path, or "" for the data that came with us. Raises `SettingsError`."""
    if not settings.data.folder:
        return ""
    folder = Path(settings.data.folder).expanduser().resolve()
    if not folder.is_dir():
        found = "is a file, not a folder" if folder.exists() else "does not exist"
        raise SettingsError(f"data.folder: {folder} {found}; name a folder of Parquet files with --data")
    return str(folder)


def open_listener(plan: Plan) -> tuple[socket.socket, str]:
    """The listening socket, and the token made for this run: on this machine alone, and where the settings name no
    tokens. Raises `SettingsError` when others could reach a server that knows no tokens, `TokensError`."""
    gateway = plan.settings.gateway
    local = is_loopback(gateway.host)
    if not local and not load(plan.settings, state_folder(plan.settings.supervisor.state_dir)).callers():
        raise SettingsError(
            f"gateway.host: {gateway.host} can be reached from other machines, and there is no token; "
            "make one with `deadstop token create NAME`, or leave --host at 127.0.0.1"
        )
    made = secrets.token_urlsafe(24) if local and not plan.settings.auth.tokens else ""
    named = plan.port_named or gateway.port != GatewaySettings().port
    return listen(gateway.host, gateway.port, named=named), made


async def serve(plan: Plan, announce: Callable[[str], None]) -> None:
    """Serve until a signal says stop; `announce` receives the address once everything is ready.

    Raises `OpsError` when a program cannot be started or kept running. Leaves no process and no socket behind.
    """
    state_dir = state_folder(plan.settings.supervisor.state_dir)
    address = served_address(state_dir)
    if address is not None:
        raise OpsError(f"{state_dir} is served already (pid {address.pid}); end that, or name another --state-dir")
    listener, token = open_listener(plan)
    lifeline, held = os.pipe()
    orders = ServeOrders(
        config=str(plan.config) if plan.config else None,
        overrides=plan.overrides(listener.getsockname()[1]),
        lifeline_fd=lifeline,
    )
    for_gateway = msgspec.structs.replace(orders, listen_fd=listener.fileno(), made_token=token)
    children = [Child("supervisor", orders), Child("gateway", for_gateway)]
    undertaker = Undertaker(children)
    grace_s = plan.settings.supervisor.shutdown_grace_s + END_MARGIN_S
    try:
        with _signals() as (stop, hurry):
            try:
                await _until(stop, _run(children, undertaker, lambda: announce(url_of(listener, token))))
            finally:
                for child in await end_all(children, grace_s, hurry):
                    log.warning("%s had to be killed", child.module)
                await undertaker.end_orphans()
    finally:
        listener.close()
        os.close(held)
        os.close(lifeline)


@contextlib.contextmanager
def _signals() -> Iterator[tuple[asyncio.Event, asyncio.Event]]:
    """(stop, hurry): the first signal sets stop, a second Ctrl-C hurry. Handlers only set these flags."""
    stop, hurry = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def handle(number: signal.Signals) -> None:
        if stop.is_set() and number is signal.SIGINT:
            hurry.set()
        stop.set()

    for number in STOP_SIGNALS:
        loop.add_signal_handler(number, handle, number)
    try:
        yield stop, hurry
    finally:
        for number in STOP_SIGNALS:
            loop.remove_signal_handler(number)


async def _until(stop: asyncio.Event, work: Any) -> None:
    """Run `work` until it ends or `stop` is set."""
    working = asyncio.ensure_future(work)
    stopped = asyncio.ensure_future(stop.wait())
    await asyncio.wait({working, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if not working.done():
        log.info("ending: jobs are stopped first; Ctrl-C once more ends at once")
        working.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await working


async def _run(children: list[Child], undertaker: Undertaker, when_ready: Callable[[], None]) -> None:
    for child in children:  # one after the other: the gateway looks for a supervisor
        await child.start()
    when_ready()
    try:
        async with asyncio.TaskGroup() as keepers:
            for child in children:
                keepers.create_task(_keep(child, undertaker))
    except* Drained:
        log.info("drained: every job has ended, and so does the server", extra={"action": "drained"})
    except* OpsError as group:
        raise group.exceptions[0] from None


async def _keep(child: Child, undertaker: Undertaker) -> None:
    """Start a program again whenever it dies. Raises `OpsError` when it does nothing else, `Drained` when it ended
    because it was to."""
    restarts = Restarts()
    started_at = time.monotonic()
    while True:
        status = await child.wait()
        if status == DRAINED:
            raise Drained
        words = f"{child.module} (pid {child.pid}) ended with {exit_words(status)}"
        delay_s = restarts.died(started_at, time.monotonic())
        if delay_s is None:
            raise OpsError(f"{words}; that was the {MAX_QUICK_DEATHS}th quick death in a row, giving up")
        log.warning("%s; starting it again in %g s", words, delay_s, extra={"action": "restart"})
        await asyncio.sleep(delay_s)
        started_at = time.monotonic()
        async with undertaker.starting:
            await undertaker.end_orphans()
            with contextlib.suppress(OpsError):  # it says on its own standard error why; its death is counted above
                await child.start()
