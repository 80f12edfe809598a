"""Files of /proc, read without the layers of a text file: there are some for each worker, four times a second."""

import os

_READ_BYTES = 1 << 16


def read_proc(path: str) -> str:
    """The whole file. Raises OSError; for one of a process that has ended, FileNotFoundError or ProcessLookupError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        parts = []
        while part := os.read(descriptor, _READ_BYTES):
            parts.append(part)
        return b"".join(parts).decode(errors="replace")
    finally:
        os.close(descriptor)


def threads_of(pid: int) -> list[str]:
    """The numbers of a process's threads. Raises as `read_proc` does."""
    with os.scandir(f"/proc/{pid}/task") as entries:
        return [entry.name for entry in entries]
