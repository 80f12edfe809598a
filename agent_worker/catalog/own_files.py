"""The data of all with the files of one user's own behind them. What is shared keeps its names and its reading."""

import hashlib
import re
from pathlib import Path

from agent_worker.catalog.description import DescriptionFile
from agent_worker.catalog.files.layout import CatalogError, FolderContents, find_sources
from agent_worker.catalog.source_folder import LocalFolder, SourceFolder
from bus.contract.catalog import Catalog

_OPTION = re.compile(r"(\. Say|,? or say|; say) [^.]*$")
"""The end of a sentence that tells what to say in the file beside the data: for one's own files there is no such
file."""


class WithOwnFiles:
    """A place whose own files lie in `folder`. Where one of the two holds nothing to read, the other stands alone."""

    def __init__(self, shared: SourceFolder, folder: Path) -> None:
        self._shared = shared
        self._folder = folder.resolve()
        self._own = LocalFolder(self._folder)

    def __str__(self) -> str:
        return f"{self._shared} with files of your own"

    @property
    def description(self) -> DescriptionFile:
        """The description of the shared data; a user's own files have none."""
        return self._shared.description

    def fingerprint(self) -> str:
        try:
            shared = self._shared.fingerprint()
        except CatalogError as error:
            shared = str(error)
        return hashlib.sha256(f"{shared}\0{self._own.fingerprint()}".encode()).hexdigest()

    def find(self) -> FolderContents:
        own = _found(self._folder)
        try:
            shared = self._shared.find()
        except CatalogError as error:
            if not (own.sources or own.books):
                raise
            shared = FolderContents([], [], [], [], [str(error)])
        return FolderContents(
            [*shared.sources, *own.sources],
            [*shared.books, *own.books],
            shared.lakes,
            [*shared.left_out, *own.left_out],
            [*shared.warnings, *own.warnings],
        )

    def state(self, files: tuple[str, ...]) -> str:
        return self._own.state(files) if self.is_own(files) else self._shared.state(files)

    def versions(self, files: tuple[str, ...]) -> tuple[str, ...]:
        return () if self.is_own(files) else self._shared.versions(files)

    def is_own(self, files: tuple[str, ...]) -> bool:
        """Whether a table of these files is the user's own."""
        return any(Path(file).parent == self._folder for file in files)


def why_unreadable(catalog: Catalog, folder: Path, name: str) -> str:
    """Why no table is made of this file, in a sentence without its folder; empty where one is, or where there is no
    such file."""
    file = folder.resolve() / name
    if not file.is_file() or any(str(file) in table.files for table in catalog.tables):
        return ""
    said = (*(one.why for one in catalog.left_out), *catalog.warnings)
    why = next((one for one in said if str(file) in one), "it holds no table")
    why = why.partition(" is left out: ")[2] or why
    return _OPTION.sub("", why.replace(f"{file.parent}/", "").removeprefix(f"{name}: "))


def _found(folder: Path) -> FolderContents:
    """Also where there is nothing to read, or no folder any more."""
    try:
        return find_sources(folder, may_be_empty=True)
    except CatalogError as error:
        return FolderContents([], [], [], [], [str(error)])
