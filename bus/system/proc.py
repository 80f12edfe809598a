"""What the kernel says of a process: its files in /proc, its start, memory and CPU, and how it ended."""

import os
import signal
from dataclasses import dataclass

POLL_S = 0.005
"""How often to look whether processes or threads are gone, where nothing tells."""

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
TICKS_PER_S = os.sysconf("SC_CLK_TCK")

_READ_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class Stat:
    """The fields of /proc/PID/stat that are used here. `started` is in clock ticks since boot: with the pid it names
    a process for good."""

    pid: int
    state: str
    parent: int
    group: int
    cpu_s: float
    threads: int
    started: int
    resident_bytes: int


def read_stat(pid: int) -> Stat | None:
    """`None` if there is no such process."""
    try:
        text = read_proc(f"/proc/{pid}/stat")
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = text[text.rindex(")") + 2 :].split()
    return Stat(
        pid=pid,
        state=fields[0],
        parent=int(fields[1]),
        group=int(fields[2]),
        cpu_s=(int(fields[11]) + int(fields[12])) / TICKS_PER_S,
        threads=int(fields[17]),
        started=int(fields[19]),
        resident_bytes=int(fields[21]) * PAGE_BYTES,
    )


def still_lives(name: tuple[int, int]) -> Stat | None:
    """What there is to know of the process of this number and start time, unless it is dead."""
    stat = read_stat(name[0])
    return stat if stat is not None and stat.started == name[1] and stat.state not in "ZX" else None


def read_proc(path: str) -> str:
    """The whole file, read without the layers of a text file: there are some for each worker, four times a second.
    Raises OSError; for one of a process that has ended, FileNotFoundError or ProcessLookupError."""
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


def exit_in_words(code: int) -> str:
    """An exit code (negative: the signal) for people."""
    if code >= 0:
        return f"exited with status {code}"
    try:
        return f"killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"killed by signal {-code}"
