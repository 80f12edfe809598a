"""What the kernel says about a process: start time, memory, CPU."""

import os
from dataclasses import dataclass

from bus.system.proc import read_proc

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Stat:
    """The fields of /proc/PID/stat that are used here. `started` is in clock ticks since boot: with the pid it names
    a process for good."""

    pid: int
    state: str
    parent: int
    group: int
    cpu_s: float
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
        started=int(fields[19]),
        resident_bytes=int(fields[21]) * PAGE_BYTES,
    )
