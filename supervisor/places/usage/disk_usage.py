"""How much a folder holds, found out little by little."""

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

_MIN_ENTRY_BYTES = 512
"""A file without content takes room as well: its name, its inode."""


class DiskUsage:
    """Measures a folder and its subfolders, some entries at a time: a worker can make millions, and others wait."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sizes = _sizes(folder)
        self._so_far = 0
        self._whole = 0

    def __repr__(self) -> str:
        return f"<DiskUsage {self._folder} whole={self._whole} so_far={self._so_far}>"

    def advance(self, entries: int) -> int:
        """Look at so many more entries; returns the space known to be taken, in bytes."""
        seen = list(islice(self._sizes, entries))
        self._so_far += sum(seen)
        if len(seen) < entries:  # that was all: the next look begins anew
            self._whole, self._so_far = self._so_far, 0
            self._sizes = _sizes(self._folder)
        return max(self._whole, self._so_far)


def _sizes(folder: Path) -> Iterator[int]:
    waiting = [str(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    yield _size(entry)
        except OSError:
            continue  # the worker removes its files meanwhile


def _size(entry: os.DirEntry[str]) -> int:
    try:
        return max(entry.stat(follow_symlinks=False).st_blocks * 512, _MIN_ENTRY_BYTES)
    except OSError:
        return 0
