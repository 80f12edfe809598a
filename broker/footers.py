"""The ends of objects, where Parquet keeps what every question asks first: kept in memory, the latest used ones."""

import threading
from collections import OrderedDict

from broker.stores.object_store import ObjectReader
from bus.wire.objects import RemoteObject

TAIL_BYTES = 64 * 1024
"""Read at once: most footers are in it."""
MAX_FOOTER_BYTES = 16 * 1024 * 1024
LEAST_BYTES = 16 * 1024
"""What the engine reads of each file's end, whatever the footer's length is."""
MAX_CACHE_BYTES = 192 * 1024 * 1024
_MAGIC = b"PAR1"
_END_BYTES = 8
"""The footer's length, and the magic word."""


class FooterCache:
    """The last bytes of objects, by path and version, up to `most_bytes` in all; those that were not read for longest
    go first."""

    def __init__(self, most_bytes: int = MAX_CACHE_BYTES) -> None:
        self._most_bytes = most_bytes
        self._kept: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def keep(self, of: RemoteObject, footer: bytes) -> None:
        with self._lock:
            self._bytes += len(footer) - len(self._kept.pop((of.path, of.version), b""))
            self._kept[of.path, of.version] = footer
            while self._bytes > self._most_bytes:
                self._bytes -= len(self._kept.popitem(last=False)[1])

    def bytes_of(self, of: RemoteObject, offset: int, length: int) -> bytes | None:
        """These bytes of the object, if all of them are kept."""
        with self._lock:
            footer = self._kept.get((of.path, of.version), b"")
            if footer:
                self._kept.move_to_end((of.path, of.version))
        start = offset - (of.size - len(footer))
        return footer[start : start + length] if start >= 0 and start + length <= len(footer) else None


def read_footer(reader: ObjectReader) -> bytes:
    """The end of an object: all of its footer, if it is Parquet and that is not immense, and LEAST_BYTES at least.
    Raises ObjectStoreError."""
    tail = reader.read(max(0, reader.size - TAIL_BYTES), min(reader.size, TAIL_BYTES))
    if tail[-4:] != _MAGIC or len(tail) < _END_BYTES:
        return tail
    length = max(int.from_bytes(tail[-_END_BYTES:-4], "little") + _END_BYTES, min(LEAST_BYTES, reader.size))
    if length <= len(tail):
        return tail[-length:]
    if length > min(reader.size, MAX_FOOTER_BYTES):
        return tail
    missing = length - len(tail)
    return reader.read(reader.size - length, missing) + tail
