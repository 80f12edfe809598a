"""The identity of each agent's data folder. A worker's sandbox opens the folder itself: the worker cannot read another
one that has taken its place and name.

Looked up in threads: a call to a file system that has gone away takes as long as it likes.
"""

import asyncio
from functools import partial
from pathlib import Path

FolderIdentity = tuple[int, int]


class DataFolders:
    """What was found last, by path; None for a folder that was not looked at yet or does not exist."""

    def __init__(self) -> None:
        self._known: dict[str, FolderIdentity | None] = {}
        self._looking: set[str] = set()

    def identity(self, folder: str) -> FolderIdentity | None:
        """Device and inode of a folder, which is looked at from now on. "" stands for the bundled data."""
        if folder:
            self._known.setdefault(folder, None)
        return self._known.get(folder)

    def look(self) -> None:
        """Look again at all that are known. To be called now and then."""
        loop = asyncio.get_running_loop()
        for folder in self._known.keys() - self._looking:
            self._looking.add(folder)
            loop.run_in_executor(None, _identity, folder).add_done_callback(partial(self._found, folder))

    def _found(self, folder: str, looked: "asyncio.Future[FolderIdentity | None]") -> None:
        self._looking.discard(folder)
        if not looked.cancelled():
            self._known[folder] = looked.result()


def _identity(folder: str) -> FolderIdentity | None:
    try:
        found = Path(folder).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
