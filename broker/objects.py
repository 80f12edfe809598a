"""The objects of the data: listed now and then, each known by its version, which is checked whenever it is read."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from broker.footers import FooterCache, read_footer
from broker.stores.object_store import Listed, ObjectChanged, ObjectReader, ObjectStore, ObjectStoreError
from bus.contract.data_files import PARQUET_SUFFIXES
from bus.wire.objects import MAX_READ_BYTES, Listing, RemoteObject

LOOKS_AT_ONCE = 16
MAX_READERS = 512


class KnownObject(NamedTuple):
    """An object as it was listed, and as it is given to workers. `looked`: its version is the store's own (an ETag,
    say), and not made of what the listing says."""

    listed: Listed
    object: RemoteObject
    looked: bool


class Objects:
    """What lies beneath one address. A listing serves everybody for `max_age_s` seconds; what it shows to be new or
    written again is looked into at once, many objects at a time: its version and its footer."""

    def __init__(self, make_store: Callable[[], ObjectStore], max_age_s: float) -> None:
        self._make_store = make_store
        self._max_age_s = max_age_s
        self._made: ObjectStore | None = None
        self._known: dict[str, KnownObject] = {}
        self._listed_at: float | None = None
        self._listing = threading.Lock()
        self._footers = FooterCache()
        self._readers: OrderedDict[tuple[str, str], ObjectReader] = OrderedDict()
        self._lock = threading.Lock()

    def listing(self) -> Listing:
        """Raises ObjectStoreError."""
        with self._listing:
            if self._listed_at is None or time.monotonic() - self._listed_at > self._max_age_s:
                self._list()
            return Listing(self._store.root, [known.object for known in self._known.values()])

    def find(self, path: str, version: str) -> RemoteObject:
        """The object, if it is listed and of this version, or any where that is "". Raises ObjectStoreError."""
        return self._find(path, version).object

    def read(self, path: str, version: str, offset: int, length: int) -> bytes:
        """Raises ObjectStoreError, also where the object is not of this version any more."""
        known = self._find(path, version)
        found = known.object
        if not 0 <= offset <= offset + length <= found.size or length > MAX_READ_BYTES:
            raise ObjectStoreError(f"{path} has no bytes {offset} to {offset + length}")
        kept = self._footers.bytes_of(found, offset, length)
        if kept is not None or not length:
            return kept or b""
        try:
            return self._reader(known).read(offset, length)
        except ObjectChanged:
            self._expire(path)
            raise

    @property
    def _store(self) -> ObjectStore:
        if self._made is None:
            self._made = self._make_store()
        return self._made

    def _find(self, path: str, version: str) -> KnownObject:
        if path not in self._known:
            self.listing()
        known = self._known.get(path)
        if known is None:
            raise ObjectStoreError(
                f"{path} is none of the data's objects (any more). Ask again: the tables are read anew"
            )
        if version not in ("", known.object.version):
            raise ObjectChanged(path)
        return known

    def _list(self) -> None:
        listed = self._store.list()
        known = {one.path: had for one in listed if (had := self._known.get(one.path)) and had.listed == one}
        news = [one for one in listed if one.path not in known or (not known[one.path].looked and _is_parquet(one))]
        known |= {one.listed.path: one for one in self._look(news)}
        self._known = {one.path: known[one.path] for one in listed}
        self._listed_at = time.monotonic()

    def _look(self, news: Iterable[Listed]) -> list[KnownObject]:
        """An object that cannot be looked into is known by what the listing says, and fails where it is read; after
        some of them no more are tried, for each may have to be waited for."""
        failed = threading.Semaphore(LOOKS_AT_ONCE)

        def look(listed: Listed) -> KnownObject:
            as_listed = KnownObject(
                listed, RemoteObject(listed.path, listed.size, f"{listed.size} {listed.written}"), False
            )
            if not _is_parquet(listed) or not failed.acquire(blocking=False):
                return as_listed
            try:
                reader = self._store.open(listed.path)
                footer = read_footer(reader)
            except ObjectStoreError:
                return as_listed
            failed.release()
            found = RemoteObject(listed.path, reader.size, reader.version)
            self._footers.keep(found, footer)
            return KnownObject(listed, found, True)

        with ThreadPoolExecutor(LOOKS_AT_ONCE) as pool:
            return list(pool.map(look, news))

    def _reader(self, known: KnownObject) -> ObjectReader:
        found = known.object
        with self._lock:
            reader = self._readers.get((found.path, found.version))
        if reader is None:
            reader = self._store.open(found.path)
            if reader.size != found.size or (known.looked and reader.version != found.version):
                raise ObjectChanged(found.path)
            with self._lock:
                self._readers[found.path, found.version] = reader
                while len(self._readers) > MAX_READERS:
                    self._readers.popitem(last=False)
        return reader

    def _expire(self, path: str) -> None:
        """The next listing is a new one, and looks into this object anew."""
        with self._listing:
            self._listed_at = None
            self._known = {other: known for other, known in self._known.items() if other != path}


def _is_parquet(listed: Listed) -> bool:
    return listed.path.lower().endswith(PARQUET_SUFFIXES)
