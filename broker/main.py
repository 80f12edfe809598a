"""The program: serves workers on the socket that it was handed, until whoever started it has ended."""

import os
import resource
import socket
import threading
from contextlib import closing

from broker.objects import Objects
from broker.service import ObjectService
from broker.stores.addresses import store_of
from bus.contract.settings_file import SettingsError
from bus.serve_contract import give_up, read_orders, say_ready, set_up_logging
from bus.system.prctl import be_unreadable
from bus.system.private_files import make_files_private

MAX_CONNECTIONS = 512


def main() -> None:
    """Serve `[data] folder`. Exit status 2 for a setting that cannot be used."""
    make_files_private()
    be_unreadable()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    orders = read_orders()
    try:
        settings = orders.settings()
        if orders.listen_fd is None:
            raise SettingsError("it serves on a socket of `deadstop serve` only")
    except SettingsError as error:
        give_up("broker", error)
    set_up_logging(settings.supervisor.log_format, "broker")
    if orders.lifeline_fd is not None:
        threading.Thread(target=_end_with, args=(orders.lifeline_fd,), daemon=True).start()
    address = settings.data.folder
    service = ObjectService(Objects(lambda: store_of(address), settings.data.listing_max_age_s))
    with closing(socket.socket(fileno=orders.listen_fd)) as listener:
        say_ready(pid=os.getpid())
        _serve(listener, service)


def _serve(listener: socket.socket, service: ObjectService) -> None:
    room = threading.Semaphore(MAX_CONNECTIONS)

    def serve(connection: socket.socket) -> None:
        try:
            service.serve(connection)
        finally:
            room.release()

    while True:
        connection, _ = listener.accept()
        room.acquire()
        threading.Thread(target=serve, args=(connection,), daemon=True).start()


def _end_with(lifeline: int) -> None:
    """A signal ends this process at once, too: nothing of it has to be kept."""
    while os.read(lifeline, 64):
        continue
    os._exit(0)
