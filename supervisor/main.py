"""The program: starts the service, and ends it on a signal."""

import asyncio
import logging
import resource
import signal
import sys
from pathlib import Path

from bus.address import (
    keep_key,
    make_address,
    make_key,
    make_runtime_folder,
    require_usable_folders,
    state_folder,
    write_address,
)
from bus.contract.settings import Settings, on_nodes
from bus.contract.settings_file import SettingsError
from bus.own_files.names import own_files_folder
from bus.serve_contract import DRAINED, STATE_LOST, ServeOrders, give_up, read_orders, set_up_logging, watch_lifeline
from bus.system import private_files
from bus.system.machine import is_in_memory
from bus.system.prctl import become_subreaper
from bus.transport.sockets import BusError
from supervisor.maintenance.recovery import clean_folder, nodes_left, settle_jobs, sweep_workers
from supervisor.own_files.folders import OwnFolders
from supervisor.places.local_worker import scratch_root
from supervisor.processes.containment.choice import choose
from supervisor.processes.containment.hard_limits import HardLimits
from supervisor.service import Service
from supervisor.storage.store import Store, StoreError, usable

log = logging.getLogger(__name__)


def main() -> None:
    """Run the supervisor. Exit status `DRAINED` after a drain, `STATE_LOST` where its log was removed under it, 2 for a
    setting or a folder that cannot be used."""
    private_files.make_files_private()
    orders = read_orders()
    try:
        settings = orders.settings()
        set_up_logging(settings.supervisor.log_format, "supervisor")
        status = asyncio.run(_serve(settings, orders))
    except (SettingsError, StoreError, BusError, private_files.NotPrivate) as error:
        give_up("supervisor", error)
    sys.exit(status)


async def _serve(settings: Settings, orders: ServeOrders) -> int:
    """Returns the exit status."""
    become_subreaper()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # a worker takes about five
    require_usable_folders(settings)
    state_dir = private_files.private_folder(state_folder(settings.supervisor.state_dir))
    with usable(state_dir):
        store = Store(state_dir)
        address = make_address(state_dir, settings.bus.runtime_dir)
        runtime = make_runtime_folder(Path(address.runtime_dir))
    try:
        with usable(state_dir):
            scratch = scratch_root(settings, runtime)
            contain = choose(settings.containment, state_dir, HardLimits(settings.worker.nice, is_in_memory(scratch)))
            sweep_workers(store)
            heads = await _settle(store, settings, state_dir)
            clean_folder(runtime)
            OwnFolders(own_files_folder(settings.supervisor.state_dir)).sweep()
            _promise_lease(settings, state_dir)
            key = make_key(state_dir)
            service = Service(settings, store, address, contain, heads)
            write_address(state_dir, address)
        _end_on_signals(service, orders)
        try:
            drained = await service.run()
        finally:
            store.close()
            keep_key(state_dir, key)
    finally:
        clean_folder(runtime)
        _remove(runtime)
    if service.state_lost:
        return STATE_LOST
    return DRAINED if drained else 0


def _remove(runtime: Path) -> None:
    try:
        runtime.rmdir()
    except OSError as error:
        text = "the runtime folder %s could not be removed (%s); look at what holds it, and remove it"
        log.error(text, runtime, error.strerror, extra={"action": "end"})


async def _settle(store: Store, settings: Settings, state_dir: Path) -> dict[str, int]:
    """Jobs of an earlier supervisor on this machine at once; those on others when nothing lives there any more."""
    heads = settle_jobs(store, also_on_nodes=False)
    if nodes := nodes_left(store):
        from supervisor.nodes.lease import dead_after_s
        from supervisor.nodes.lease_file import read_lease

        now_s = dead_after_s(settings.cluster.lease_s, settings.cluster.margin_s)
        wait_s = max(read_lease(state_dir), now_s)
        text = "jobs of an earlier supervisor ran on %s: waiting %.1f s, until their leases have run out"
        log.warning(text, ", ".join(sorted(nodes)), wait_s, extra={"action": "settle"})
        await asyncio.sleep(wait_s)
    return heads | settle_jobs(store)


def _promise_lease(settings: Settings, state_dir: Path) -> None:
    """Write down how long nodes may live without a word, if there can be nodes: only then is loaded what that takes."""
    if on_nodes(settings):
        from supervisor.nodes.lease import dead_after_s
        from supervisor.nodes.lease_file import write_lease

        write_lease(state_dir, dead_after_s(settings.cluster.lease_s, settings.cluster.margin_s))


def _end_on_signals(service: Service, orders: ServeOrders) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, service.end.set)
    watch_lifeline(orders.lifeline_fd, service.end.set)
