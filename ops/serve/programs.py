"""`serve`: starts the programs, keeps them running, and ends them."""

import asyncio
import contextlib
import logging
import os
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from bus.address import require_usable_folders, state_folder
from bus.contract.settings import GatewaySettings, Settings
from bus.contract.settings_file import SettingsError
from bus.serve_contract import ServeOrders
from bus.tokens import load
from ops.client.served import served_address
from ops.errors import OpsError
from ops.serve.child_process import Child, end_all
from ops.serve.data_broker import BROKER, broker_orders, data_folder, program_environment
from ops.serve.listener import is_loopback, listen, url_of
from ops.serve.orphan_reaper import OrphanReaper
from ops.serve.signals import signals
from ops.serve.supervised_program import Drained, SupervisedProgram

log = logging.getLogger(__name__)

END_MARGIN_S = 5.0
"""What ending may take beyond the grace that the jobs get."""


class Programs(NamedTuple):
    """The programs of a server, in the order in which they are started; the broker only for data that are not on this
    machine."""

    broker: SupervisedProgram | None
    supervisor: SupervisedProgram
    gateway: SupervisedProgram


@dataclass(frozen=True)
class ServeOptions:
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


def open_listener(options: ServeOptions) -> tuple[socket.socket, str]:
    """The listening socket, and the token made for this run: on this machine alone, and where the settings name no
    tokens. Raises `SettingsError` when others could reach a server that knows no tokens, `TokensError`."""
    gateway = options.settings.gateway
    local = is_loopback(gateway.host)
    if not local and not load(options.settings, state_folder(options.settings.supervisor.state_dir)).callers():
        raise SettingsError(
            f"gateway.host: {gateway.host} can be reached from other machines, and there is no token; "
            "make one with `deadstop token create NAME`, or leave --host at 127.0.0.1"
        )
    made = secrets.token_urlsafe(24) if local and not options.settings.auth.tokens else ""
    named = options.port_named or gateway.port != GatewaySettings().port
    return listen(gateway.host, gateway.port, named=named), made


async def serve(options: ServeOptions, announce: Callable[[str, str], None]) -> None:
    """Serve until a signal says stop; `announce` receives the address and the token made for this run ("" for none)
    once everything is ready.

    Raises `BusError` for a folder that cannot be used, `OpsError` when a program cannot be started or kept running.
    Leaves no process and no socket behind.
    """
    require_usable_folders(options.settings)
    state_dir = state_folder(options.settings.supervisor.state_dir)
    address = served_address(state_dir)
    if address is not None:
        raise OpsError(f"{state_dir} is served already (pid {address.pid}); end that, or name another --state-dir")
    listener, token = open_listener(options)
    lifeline, held = os.pipe()
    orders = ServeOrders(
        config=str(options.config) if options.config else None,
        overrides=options.overrides(listener.getsockname()[1]),
        lifeline_fd=lifeline,
    )
    for_gateway = msgspec.structs.replace(orders, listen_fd=listener.fileno(), made_token=token)
    try:
        with broker_orders(orders, options.settings) as for_broker:
            await _serve(
                options, (for_broker, orders, for_gateway), listener, lambda: announce(url_of(listener, ""), token)
            )
    finally:
        listener.close()
        os.close(held)
        os.close(lifeline)


async def _serve(
    options: ServeOptions,
    orders: tuple[ServeOrders | None, ServeOrders, ServeOrders],
    listener: socket.socket,
    when_ready: Callable[[], None],
) -> None:
    """Run the programs by these orders until a signal says stop, or the supervisor has drained."""
    processes: list[Child] = []
    for_broker, for_supervisor, for_gateway = orders
    environment = program_environment(options.settings)
    programs = Programs(
        SupervisedProgram(BROKER, for_broker, os.environ, processes) if for_broker else None,
        SupervisedProgram("supervisor", for_supervisor, environment, processes),
        SupervisedProgram("gateway", for_gateway, environment, processes),
    )
    orphan_reaper = OrphanReaper(processes)

    async def work() -> None:
        if await _drained(programs, orphan_reaper, when_ready):
            listener.close()
            await programs.gateway.finish(options.settings.gateway.finish_grace_s + END_MARGIN_S)

    grace_s = options.settings.supervisor.shutdown_grace_s + END_MARGIN_S
    with signals(programs.gateway.ask_for_another) as (stop, hurry), orphan_reaper.reaping():
        try:
            await _until(stop, work())
        finally:
            for child in await _end(processes, grace_s, hurry):
                log.warning("%s had to be killed", child.module)
            await orphan_reaper.end_orphans()


async def _end(processes: list[Child], grace_s: float, hurry: asyncio.Event) -> list[Child]:
    """End the programs; returns those that had to be killed. The broker ends last: what jobs still ask it for, as they
    are stopped, must not look like a failure of theirs."""
    brokers = [child for child in processes if child.module == BROKER]
    others = [child for child in processes if child.module != BROKER]
    return [*await end_all(others, grace_s, hurry), *await end_all(brokers, grace_s, hurry)]


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


async def _drained(programs: Programs, orphan_reaper: OrphanReaper, when_ready: Callable[[], None]) -> bool:
    """Start the programs, and keep them running until the supervisor has drained. Raises `OpsError`."""
    running = [program for program in programs if program is not None]
    for program in running:  # one after the other: the gateway looks for a supervisor
        await program.start(orphan_reaper)
    when_ready()
    drained = False
    try:
        async with asyncio.TaskGroup() as keepers:
            for program in running:
                keepers.create_task(program.keep(orphan_reaper))
    except* Drained:
        log.info("drained: every job has ended, and so does the server", extra={"action": "drained"})
        drained = True
    except* OpsError as group:
        raise group.exceptions[0] from None
    return drained
