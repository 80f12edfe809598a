"""Whether files are as they were: by what the file system says of them, without reading them."""

import hashlib
import os
import time
from collections.abc import Iterable
from pathlib import Path

TICK_NS = 20_000_000
"""File systems write times down in steps of up to some milliseconds: a file that was written within the last step can
be written again without a change of its time."""
MAX_WAITS = 5


def file_state(file: "Path | os.DirEntry[str]") -> str:
    """Changes when the file is written again, and when another takes its place, whatever time that one is given. Waits
    for the next step of the clock where the file is that new."""
    try:
        status = file.stat()
        for _ in range(MAX_WAITS):
            wait_s = settles_in_s(status.st_ctime_ns, time.time_ns())
            if not wait_s:
                break
            time.sleep(wait_s)
            status = Path(file).stat()  # an entry of a folder keeps what it was told first
    except OSError:
        return "gone"
    return f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns} {status.st_ino}"


def settles_in_s(changed_ns: int, now_ns: int) -> float:
    """The seconds until a file that was changed at `changed_ns` cannot be changed again with the same time; 0 if that
    is so now. Also where the clock of its file system is so far ahead, but not further."""
    age_ns = now_ns - changed_ns
    return (TICK_NS - age_ns) / 1e9 if -TICK_NS < age_ns < TICK_NS else 0.0


def files_state(files: Iterable[str]) -> str:
    """A text that changes when any of these files does. Takes a few microseconds a file."""
    lines = sorted(f"{file}\0{file_state(Path(file))}" for file in files)
    return hashlib.sha256("\n".join(lines).encode(errors="surrogateescape")).hexdigest()[:32]
