"""The broker: holds the credentials of the data's store, and gives workers the bytes of listed objects, nothing else.

python -m agent_worker.remote.broker ADDRESS SOCKET [LIFELINE_FD]
"""

import logging
import os
import socket
import sys
import threading
from collections import OrderedDict
from pathlib import Path

import msgspec

from agent_worker.remote.stores import OpenObjectReader, Store, StoreError, store_of
from agent_worker.remote.wire import (
    MAX_READ_BYTES,
    Answer,
    Bytes,
    Failed,
    Listing,
    ListObjects,
    Opened,
    OpenObject,
    ReadBytes,
    receive_request,
    send,
)

log = logging.getLogger(__name__)

TAIL_BYTES = 64 * 1024
"""The end of an object, where Parquet has its footer, is kept: it is read for every question."""
MAX_TAILS = 1024
MAX_CONNECTIONS = 512


class Broker:
    """Serves one store. A connection has one object open at a time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._listed: frozenset[str] = frozenset()
        self._tails: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        self._lock = threading.Lock()

    def serve(self, connection: socket.socket) -> None:
        """Answer one worker until it is gone."""
        opened: tuple[str, OpenObjectReader] | None = None
        with connection:
            try:
                while (request := receive_request(connection)) is not None:
                    if isinstance(request, OpenObject):
                        opened, answer = self._open(request.path)
                    else:
                        answer = self._answer(request, opened)
                    send(connection, answer)
            except (OSError, msgspec.MsgspecError) as error:
                log.info("a worker's connection ended: %s", error, extra={"action": "broker_connection"})

    def _open(self, path: str) -> tuple[tuple[str, OpenObjectReader] | None, Answer]:
        try:
            if path not in self._listed:
                self._list()
            if path not in self._listed:
                return None, Failed(f"{path} is none of the data's objects")
            reader = self._store.open(path)
        except StoreError as error:
            return None, Failed(str(error))
        return (path, reader), Opened(reader.size)

    def _answer(self, request: ListObjects | ReadBytes, opened: tuple[str, OpenObjectReader] | None) -> Answer:
        try:
            if isinstance(request, ListObjects):
                return self._list()
            if opened is None:
                return Failed("nothing is open")
            return Bytes(self._read(*opened, request.offset, request.length))
        except StoreError as error:
            return Failed(str(error))

    def _list(self) -> Listing:
        objects = self._store.list()
        self._listed = frozenset(one.path for one in objects)
        return Listing(self._store.root, objects)

    def _read(self, path: str, reader: OpenObjectReader, offset: int, length: int) -> bytes:
        if not 0 <= offset <= offset + length <= reader.size or length > MAX_READ_BYTES:
            raise StoreError(f"{path} has no bytes {offset} to {offset + length}")
        start = max(0, reader.size - TAIL_BYTES)
        if offset < start or not reader.tag:
            return reader.read(offset, length) if length else b""
        with self._lock:
            tail = self._tails.get((path, reader.tag))
        if tail is None:
            tail = reader.read(start, reader.size - start)
            with self._lock:
                self._tails[path, reader.tag] = tail
                while len(self._tails) > MAX_TAILS:
                    self._tails.popitem(last=False)
        return tail[offset - start : offset - start + length]


def listen(path: Path) -> socket.socket:
    """A socket that only this user can reach."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
    before = os.umask(0o177)
    try:
        listener.bind(str(path))
    finally:
        os.umask(before)
    listener.listen(MAX_CONNECTIONS)
    return listener


def main(arguments: list[str]) -> int:
    """Serve until the lifeline closes: whoever holds its other end has ended then."""
    address, path, *lifeline = arguments
    try:
        broker = Broker(store_of(address))
    except StoreError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    listener = listen(Path(path))
    if lifeline:
        threading.Thread(target=_end_with, args=(int(lifeline[0]),), daemon=True).start()
    sys.stdout.write('{"ready": true}\n')
    sys.stdout.flush()
    room = threading.Semaphore(MAX_CONNECTIONS)
    while True:
        connection, _ = listener.accept()
        room.acquire()
        threading.Thread(target=_serve, args=(broker, connection, room), daemon=True).start()


def _serve(broker: Broker, connection: socket.socket, room: threading.Semaphore) -> None:
    try:
        broker.serve(connection)
    finally:
        room.release()


def _end_with(descriptor: int) -> None:
    while os.read(descriptor, 64):
        continue
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
