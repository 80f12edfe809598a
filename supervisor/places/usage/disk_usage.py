"""How much a folder holds, found out little by little."""

import errno
import os
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from supervisor.places.place import BEYOND_REACH_BYTES

_MIN_ENTRY_BYTES = 512
"""A file without content takes room as well: its name, its inode."""

_REMOVED = " (deleted)"
"""How the kernel marks an open file that has no name any more, or never had one."""


class DiskUsage:
    """Measures a folder and its subfolders, and the files that processes have open and that have no name there any
    more; some at a time: a worker can make millions, and others wait."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._beneath = f"{os.path.realpath(folder)}/"
        self._pids: Sequence[int] = ()
        self._sizes = self._all_sizes()
        self._so_far = 0
        self._whole = 0

    def __repr__(self) -> str:
        return f"<DiskUsage {self._folder} whole={self._whole} so_far={self._so_far}>"

    def advance(self, entries: int, pids: Sequence[int] = ()) -> int:
        """Look at so many more entries, and at what these processes have open; returns the space known to be taken, in
        bytes."""
        self._pids = pids
        seen = list(islice(self._sizes, entries))
        self._so_far += sum(seen)
        if len(seen) < entries:  # that was all: the next look begins anew
            self._whole, self._so_far = self._so_far, 0
            self._sizes = self._all_sizes()
        return max(self._whole, self._so_far)

    def _all_sizes(self) -> Iterator[int]:
        yield from _sizes(self._folder)
        found: set[tuple[int, int]] = set()
        for pid in self._pids:
            yield from _nameless(pid, self._beneath, found)


def _sizes(folder: Path) -> Iterator[int]:
    waiting = [str(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    yield _size(entry)
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:  # whatever lies there, it was not meant to be found
                yield BEYOND_REACH_BYTES
            # else the worker removes its files meanwhile


def _size(entry: os.DirEntry[str]) -> int:
    try:
        return max(entry.stat(follow_symlinks=False).st_blocks * 512, _MIN_ENTRY_BYTES)
    except OSError:
        return 0


def _nameless(pid: int, beneath: str, found: set[tuple[int, int]]) -> Iterator[int]:
    """The sizes of files that a process has open, each file once; 0 for what it has open else."""
    try:
        with os.scandir(f"/proc/{pid}/fd") as descriptors:
            for descriptor in descriptors:
                yield _nameless_size(descriptor, beneath, found)
    except OSError:
        return  # it has ended


def _nameless_size(descriptor: os.DirEntry[str], beneath: str, found: set[tuple[int, int]]) -> int:
    try:
        # Asks no file system, which could be one that does not answer. Done for every descriptor of every worker, four
        # times a second: as a Path it took four times as long.
        path = os.readlink(descriptor.path)  # noqa: PTH115
        if not path.startswith(beneath) or not path.endswith(_REMOVED):
            return 0
        stat = descriptor.stat()
    except OSError:
        return 0
    file = stat.st_dev, stat.st_ino
    if stat.st_nlink or file in found:
        return 0
    found.add(file)
    return stat.st_blocks * 512
