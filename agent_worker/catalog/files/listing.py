"""What lies in a folder, and what it is by its content."""

import os
from collections.abc import Iterator
from enum import Enum
from pathlib import Path

from bus.contract.data_place import LAKE_LOGS

LOGS = tuple(LAKE_LOGS)
"""Hidden folders that are looked into all the same: they say which of the files beside them count."""
_MAGIC, _ENCRYPTED = b"PAR1", b"PARE"


class Content(Enum):
    """What a file holds; the values are what is said of one that cannot be read."""

    PARQUET = ""
    EMPTY = "it is empty"
    CUT = "it begins as a Parquet file and does not end as one: it is cut short, or still being written"
    ENCRYPTED = "it is encrypted, and there is no key for it here"
    UNREADABLE = "it may not be read"
    OTHER = "it is not a Parquet file"


def entries(folder: Path) -> "Iterator[os.DirEntry[str]]":
    """Files and links beneath the folder whose path has no hidden part: writers keep their unfinished files in
    `_temporary` and the like. Links to folders are given, and not followed."""
    waiting = [str(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as found:
                for entry in found:
                    if entry.name.startswith((".", "_")) and entry.name not in LOGS:
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        yield entry
        except OSError:
            continue  # it went while we looked, or is not ours to read


def content(file: Path) -> Content:
    """What the file holds, judged by its first and last bytes and not by its name."""
    try:
        with file.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            head, tail = stream.read(4), os.pread(stream.fileno(), 4, max(0, size - 4))
    except OSError:
        return Content.UNREADABLE
    if not size:
        return Content.EMPTY
    if tail == _ENCRYPTED:
        return Content.ENCRYPTED
    if head == _MAGIC:
        return Content.PARQUET if tail == _MAGIC and size > len(_MAGIC) * 2 else Content.CUT
    return Content.OTHER
