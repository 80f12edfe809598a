"""Where the data lie: a folder of this machine, or objects of a store that a broker serves."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

import msgspec

from agent_worker.catalog.description import DescriptionFile
from agent_worker.catalog.files.formats import is_workbook, text_format
from agent_worker.catalog.files.layout import (
    DESCRIPTION_FILE,
    CatalogError,
    FolderContents,
    arrange,
    find_sources,
    fingerprint,
    pattern_in,
)
from agent_worker.catalog.files.listing import LOGS
from agent_worker.catalog.version import reader_version
from agent_worker.data_folder import data_folder
from agent_worker.engine.file_states import files_state
from agent_worker.remote.client import PREFIX, RemoteError, RemoteFiles
from bus.contract.catalog import LeftOut
from bus.contract.data_files import PARQUET_SUFFIXES
from bus.contract.data_place import DataPlace
from bus.wire.objects import Listing, RemoteObject

MAX_DESCRIPTION_BYTES = 1024 * 1024


class SourceFolder(Protocol):
    """Where files are found, and known to be as they were."""

    @property
    def description(self) -> DescriptionFile:
        """The file in which the owner says what the data mean; to be asked for after `find`."""
        ...

    def fingerprint(self) -> str:
        """Changes when any of the data does, and with the reader. Raises CatalogError."""
        ...

    def find(self) -> FolderContents:
        """Raises CatalogError."""
        ...

    def state(self, files: tuple[str, ...]) -> str:
        """Changes when one of these files is written again; to be asked after `find`."""
        ...

    def versions(self, files: tuple[str, ...]) -> tuple[str, ...]:
        """The versions of these files, in their order, where each reading of them has to name one; else none. To be
        asked after `find`."""
        ...

    def is_own(self, files: tuple[str, ...]) -> bool:
        """Whether a table of these files is one user's own."""
        ...


def source_folder_of(data: DataPlace, files: RemoteFiles | None) -> SourceFolder:
    """The folder or address of the data; `files` are the objects of an address."""
    if files is not None:
        return RemoteFolder(data.folder, files)
    return LocalFolder(data_folder(data.folder))


class LocalFolder:
    """A folder of this machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.description = folder / DESCRIPTION_FILE

    def __str__(self) -> str:
        return str(self._folder)

    def fingerprint(self) -> str:
        return fingerprint(self._folder)

    def find(self) -> FolderContents:
        return find_sources(self._folder)

    def state(self, files: tuple[str, ...]) -> str:
        return files_state(files)

    def versions(self, files: tuple[str, ...]) -> tuple[str, ...]:
        return ()

    def is_own(self, files: tuple[str, ...]) -> bool:
        """False: these are everybody's."""
        return False


class RemoteFolder:
    """Objects beneath an address. Parquet is known by its name there: looking into every object would be a request for
    each."""

    def __init__(self, address: str, files: RemoteFiles) -> None:
        self._address = address
        self._files = files
        self._versions: dict[str, str] = {}
        self.description = _Description(address, files, None)

    def __str__(self) -> str:
        return self._address

    def fingerprint(self) -> str:
        return _digest([reader_version(), *(f"{one.path}\0{one.version}" for one in self._list().objects)])

    def state(self, files: tuple[str, ...]) -> str:
        return _digest(f"{file}\0{self._versions[file]}" for file in files)

    def versions(self, files: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(self._versions[file] for file in files)

    def is_own(self, files: tuple[str, ...]) -> bool:
        """False: these are everybody's."""
        return False

    def find(self) -> FolderContents:
        listing = self._list()
        self._versions = {_name(one.path): one.version for one in listing.objects}
        self._files.expect({one.path: one.version for one in listing.objects})
        objects = {_path(one.path): one for one in listing.objects if str(_path(one.path)) == f"/{one.path}"}
        root = _path(listing.root)
        self.description = _Description(self._address, self._files, objects.pop(root / DESCRIPTION_FILE, None))
        shown = [path for path in objects if not _is_hidden(path.relative_to(root))]
        try:
            found = arrange(shown, root, lambda path: _judged(path, objects[path].size))
        except CatalogError as error:
            raise CatalogError(f"{str(error).replace(str(root), self._address, 1)} {_BY_NAME}") from error
        local = [*(lake.stem for lake in found.lakes), *(book.stem for book in found.books)]
        left_out = [LeftOut(stem, f"Table {stem} is left out: {_LOCAL}") for stem in local]
        sources = [msgspec.structs.replace(one, files=tuple(map(_name, one.files))) for one in found.sources]
        odd = [one.path for one in listing.objects if str(_path(one.path)) != f"/{one.path}"]
        warnings = [f"Left out because a part of its name is empty or a dot: {path}." for path in odd]
        return FolderContents(sources, [], [], [*found.left_out, *left_out], [*found.warnings, *warnings])

    def _list(self) -> Listing:
        try:
            return self._files.list()
        except RemoteError as error:
            raise CatalogError(str(error)) from error


class _Description:
    """The owner's file beside the objects, if there is one."""

    def __init__(self, address: str, files: RemoteFiles, found: RemoteObject | None) -> None:
        self._address, self._files, self._found = address, files, found

    def __str__(self) -> str:
        return f"{self._address.rstrip('/')}/{DESCRIPTION_FILE}"

    def exists(self) -> bool:
        return self._found is not None

    def read_text(self, encoding: str, /) -> str:
        """Raises CatalogError, UnicodeDecodeError."""
        assert self._found is not None
        if self._found.size > MAX_DESCRIPTION_BYTES:
            raise CatalogError(f"{self} has {self._found.size:,} bytes, the limit is {MAX_DESCRIPTION_BYTES:,}")
        try:
            return self._files.content(self._found).decode(encoding)
        except RemoteError as error:
            raise CatalogError(f"{self}: {error}") from error


_BY_NAME = f"At an address only Parquet is read, and known by its name: {', '.join(PARQUET_SUFFIXES)}."
_LOCAL = "workbooks and tables with a log of their own are read from folders of this machine only"


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()[:32]


def _path(name: str) -> Path:
    return Path("/") / name


def _name(path: str) -> str:
    """The object's name as the engine asks for it."""
    return f"{PREFIX}{path.removeprefix('/')}"


def _is_hidden(path: Path) -> bool:
    return any(part.startswith((".", "_")) and part not in LOGS for part in path.parts)


def _judged(path: Path, size: int) -> tuple[str, bool]:
    if text_format(path.name):
        return "text files are read from folders of this machine only", True
    if not path.name.lower().endswith(PARQUET_SUFFIXES):
        return "", is_workbook(path.name)
    return ("it is empty" if not size else pattern_in(path)), True
