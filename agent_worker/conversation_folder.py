"""The files that an agent keeps from one question of a conversation to the next."""

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

FOLDER = "conversation"
"""The folder's name in the job's scratch folder."""
MAX_FOLDER_BYTES = 1024 * 1024
"""The most bytes of all names (in UTF-8) and contents: they are written into the log with every answer."""
MAX_FILES = 1_000


class NotKept(Exception):
    """The folder holds what cannot be kept; the text says what, and the limit."""


def unpack(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the files that were kept, each by its path in the folder. Raises ValueError for one that leads out."""
    for name, content in files.items():
        parts = Path(name).parts
        if not parts or Path(name).is_absolute() or ".." in parts:
            raise ValueError(f"{name!r:.100} is no path within the conversation's folder")
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def pack(folder: Path) -> dict[str, bytes]:
    """The folder's files by their paths in it. Links and what is no file are left out; of an agent's own descendants
    one may still be writing. Raises NotKept, and OSError where a file cannot be read."""
    files: dict[str, bytes] = {}
    left = MAX_FOLDER_BYTES
    for path in _files(folder) if folder.is_dir() else ():
        name = str(path.relative_to(folder))
        try:
            left -= len(name.encode())
        except UnicodeEncodeError as error:
            raise NotKept(f"a file whose name is no text, {name!r:.100}") from error
        files[name] = _content(path, max(0, left) + 1)
        left -= len(files[name])
        if left < 0:
            raise NotKept(f"more than {MAX_FOLDER_BYTES:,} bytes, the limit")
        if len(files) > MAX_FILES:
            raise NotKept(f"more than {MAX_FILES:,} files, the limit")
    return files


def _files(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(parent, name)
            if stat.S_ISREG(path.lstat().st_mode):
                yield path


def _content(path: Path, most: int) -> bytes:
    """At most so many bytes; one more than may be kept tells that it is too long."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        return file.read(most)
