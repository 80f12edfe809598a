"""The program: starts the service, and ends it on a signal."""

import asyncio
import resource
import signal
import sys
from pathlib import Path

from bus.address import make_address, private_folder, state_folder, write_address
from bus.contract.settings import Settings
from bus.contract.settings_file import SettingsError
from bus.program import DRAINED, ServeOrders, give_up, read_orders, set_up_logging, watch_lifeline
from bus.system.prctl import become_subreaper
from bus.transport.sockets import BusError
from supervisor.maintenance.recovery import clean_folder, settle_jobs, sweep_workers
from supervisor.processes.choice import choose
from supervisor.service import Service
from supervisor.storage.store import Store, StoreError


def main() -> None:
    """Run the supervisor. Exit status `DRAINED` after a drain, 2 for a setting or a folder that cannot be used."""
    orders = read_orders()
    try:
        settings = orders.settings()
        set_up_logging(settings.supervisor.log_format, "supervisor")
        drained = asyncio.run(_serve(settings, orders))
    except (SettingsError, StoreError, BusError) as error:
        give_up("supervisor", error)
    if drained:
        sys.exit(DRAINED)


async def _serve(settings: Settings, orders: ServeOrders) -> bool:
    become_subreaper()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # a worker takes about five
    state_dir = state_folder(settings.supervisor.state_dir)
    state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    store = Store(state_dir)
    address = make_address(state_dir, settings.bus.runtime_dir)
    runtime = private_folder(Path(address.runtime_dir))
    contain = choose(settings.containment, state_dir)
    sweep_workers(store)
    heads = settle_jobs(store)
    clean_folder(runtime)
    service = Service(settings, store, address, contain, heads)
    write_address(state_dir, address)
    _end_on_signals(service, orders)
    try:
        return await service.run()
    finally:
        store.close()
        clean_folder(runtime)
        runtime.rmdir()


def _end_on_signals(service: Service, orders: ServeOrders) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, service.end.set)
    watch_lifeline(orders.lifeline_fd, service.end.set)
