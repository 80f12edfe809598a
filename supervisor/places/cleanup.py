"""Removes the files that dead workers have left behind."""

import os
import secrets
import stat
from collections.abc import Callable
from itertools import islice
from pathlib import Path

from bus.system.machine import SHARED_MEMORY
from bus.system.mounts import detach_mounts

_FEW_FILES = 16
_SMALL_BYTES = 1 << 20


def remove_folder(folder: Path) -> bool:
    """Remove a folder and all within, however deep, also what was closed to its owner. False if something is left.

    For folders in which no process works any more. Each subfolder is lifted to the top before it is emptied: neither
    recursion nor a path's length bounds how deep a worker may have dug. What an agent outside the sandbox has mounted
    there is taken away first, and nothing within it is removed; where that may not be done, the folder stays.
    """
    if not detach_mounts(folder):
        return False
    lifted = folder / secrets.token_hex(8)
    waiting = [folder]
    emptied: list[Path] = []
    while waiting:
        current = waiting.pop()
        emptied.append(current)
        for entry in _entries(current):
            if entry.is_dir(follow_symlinks=False):
                up = lifted.with_name(f"{lifted.name}.{len(emptied)}.{len(waiting)}")
                if _tried(os.chmod, entry.path, 0o700) and _tried(os.rename, entry.path, up):
                    waiting.append(up)
            else:
                _tried(os.unlink, entry.path)
    for path in reversed(emptied):
        _tried(os.rmdir, path)
    return not folder.exists()


def holds_little(folder: Path) -> bool:
    """Whether removing this folder takes no time worth mentioning: a few small files, and no folder among them."""
    try:
        with os.scandir(folder) as entries:
            found = list(islice(entries, _FEW_FILES + 1))
            return len(found) <= _FEW_FILES and all(map(_is_small_file, found))
    except OSError:
        return False


def remove_shared_memory(job_id: str) -> None:
    """Remove the segments named after the job, `deadstop-JOB...`; which job made any other cannot be known."""
    with os.scandir(SHARED_MEMORY) as entries:
        for entry in entries:
            if entry.name.startswith(f"deadstop-{job_id}"):
                _tried(os.unlink, entry.path)


def read_tail(path: Path, max_bytes: int) -> str:
    """The end of a text file that a worker wrote; "" where it is missing, or where something else is in its place."""
    try:
        # Neither through a link, nor waiting for a writer of a pipe.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return ""
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            return ""
        return os.pread(descriptor, max_bytes, max(0, found.st_size - max_bytes)).decode(errors="replace").strip()
    finally:
        os.close(descriptor)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    _tried(os.chmod, folder, 0o700)
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []


def _is_small_file(entry: os.DirEntry[str]) -> bool:
    found = entry.stat(follow_symlinks=False)
    return stat.S_ISREG(found.st_mode) and found.st_size <= _SMALL_BYTES


def _tried(call: Callable[..., None], *arguments: object) -> bool:
    try:
        call(*arguments)
    except OSError:
        return False
    return True
