"""Object stores by Arrow's file systems, with the credentials that these find in the usual places."""

from collections.abc import Mapping
from typing import Any

import pyarrow.fs as arrow_fs

from broker.stores.failures import explained
from broker.stores.lakes import lake_around
from broker.stores.object_store import Listed, ObjectChanged, ObjectStoreError
from bus.contract.data_place import a_lake

_ARROW_ERRORS = (OSError, ValueError, NotImplementedError)


class ArrowStore:
    """The objects beneath `place`, or the one that it is. `address` is for people."""

    def __init__(self, files: arrow_fs.FileSystem, place: str, address: str) -> None:
        self._files, self._address, self._place = files, address, place
        self.root = place
        self._looked_around = False

    def list(self) -> list[Listed]:
        self._refuse_within_a_lake()
        try:
            itself = self._files.get_file_info(self._place)
            if itself.type is arrow_fs.FileType.File:
                self.root = self._place.rpartition("/")[0]
                return [_listed(itself)]
            found = self._files.get_file_info(arrow_fs.FileSelector(self._place, recursive=True))
        except _ARROW_ERRORS as error:
            if isinstance(error, FileNotFoundError) or "No such file" in str(error):
                raise ObjectStoreError(f"{self._address}: nothing lies there. Check bucket and prefix") from error
            raise ObjectStoreError(explained(self._address, error)) from error
        return [_listed(info) for info in found if info.type is arrow_fs.FileType.File]

    def _refuse_within_a_lake(self) -> None:
        """Once: what lies above the address is no part of it."""
        if self._looked_around:
            return
        if around := lake_around(self._files, self._place):
            path, kind = around
            raise ObjectStoreError(
                f"{self._address} lies within {path}, which is {a_lake(kind)} table: its own log says which files and "
                "rows count, and reading these files as they lie would count removed ones. Export it to plain Parquet "
                "files, or copy the whole table to a folder of this machine, and give that"
            )
        self._looked_around = True

    def open(self, path: str) -> "_ArrowReader":
        try:
            return _ArrowReader(self._files, path)
        except _ARROW_ERRORS as error:
            raise ObjectStoreError(explained(path, error)) from error


class _ArrowReader:
    def __init__(self, files: arrow_fs.FileSystem, path: str) -> None:
        self._files, self._path = files, path
        self._stream = files.open_input_file(path)
        self.size = int(self._stream.size())
        self.version = self._version_of(self._stream)

    def read(self, offset: int, length: int) -> bytes:
        """The version is looked at afterwards: ranges are asked for without one, so that an object that was replaced
        would give the new one's."""
        try:
            data = bytes(self._stream.read_at(length, offset))
            with self._files.open_input_file(self._path) as now:
                version = self._version_of(now)
        except _ARROW_ERRORS as error:
            raise ObjectStoreError(explained(self._path, error)) from error
        if version != self.version:
            raise ObjectChanged(self._path)
        if len(data) != length:
            raise ObjectStoreError(explained(self._path, f"{len(data)} bytes of {length}: peer closed"))
        return data

    def _version_of(self, stream: Any) -> str:
        told: Mapping[bytes, bytes] = stream.metadata() or {}
        tags = [value for name, value in told.items() if _text(name).lower() == "etag"]
        if tags:
            return _text(tags[0])
        info = self._files.get_file_info(self._path)
        return f"{info.size} {info.mtime_ns}"


def _listed(info: Any) -> Listed:
    return Listed(info.path, info.size, str(info.mtime_ns))


def _text(word: bytes | str) -> str:
    return word.decode("latin-1") if isinstance(word, bytes) else word
