"""Data of an address, as a worker reads them through a broker, and a copy of them on this machine."""

import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from agent_worker.remote.client import RemoteFiles
from broker.objects import Objects
from broker.service import ObjectService
from broker.stores.addresses import store_of
from bus.wire.objects import MAX_READ_BYTES

MAX_AGE_S = 3600.0


@contextmanager
def served(address: str) -> Iterator[tuple[RemoteFiles, Path]]:
    """The objects by a broker of this process, and the folder with their copies. Raises ObjectStoreError."""
    with tempfile.TemporaryDirectory(prefix="deadstop-files-") as folder, closing(_listening(folder)) as listener:
        service = ObjectService(Objects(lambda: store_of(address), MAX_AGE_S))
        threading.Thread(target=_serve, args=(listener, service), daemon=True).start()
        copies = Path(folder) / "copies"
        _copy(address, copies)
        with closing(RemoteFiles(listener.getsockname())) as files:
            yield files, copies


def _listening(folder: str) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(f"{folder}/broker.sock")
    listener.listen()
    return listener


def _serve(listener: socket.socket, service: ObjectService) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return  # closed
        threading.Thread(target=service.serve, args=(connection,), daemon=True).start()


def _copy(address: str, folder: Path) -> None:
    store = store_of(address)
    for listed in store.list():
        reader = store.open(listed.path)
        file = folder / listed.path
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("wb") as out:
            for at in range(0, reader.size, MAX_READ_BYTES):
                out.write(reader.read(at, min(MAX_READ_BYTES, reader.size - at)))
