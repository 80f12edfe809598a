"""What the kernel says of the whole machine."""

import ctypes
import os
from pathlib import Path

from bus.system.prctl import LIBC
from bus.system.proc import read_proc

SHARED_MEMORY = Path("/dev/shm")
_MANY = 1 << 16


class _Sysinfo(ctypes.Structure):
    """`struct sysinfo` of <linux/sysinfo.h>, with room to spare."""

    _fields_ = (
        ("uptime", ctypes.c_long),
        ("loads", ctypes.c_ulong * 3),
        ("memory", ctypes.c_ulong * 6),
        ("tasks", ctypes.c_ushort),
        ("rest", ctypes.c_char * 256),
    )


def count_tasks() -> int:
    """How many processes and threads there are on this machine, modulo 65,536: in a microsecond, without /proc, and
    from within a container too. Raises OSError."""
    found = _Sysinfo()
    if LIBC.sysinfo(ctypes.byref(found)) < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"sysinfo: {os.strerror(number)}")
    return int(found.tasks)


def is_in_memory(folder: Path) -> bool:
    """Whether what is written there takes memory (tmpfs). A folder that is not there yet is like the one above it."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    device = folder.stat().st_dev
    wanted = f"{os.major(device)}:{os.minor(device)}"
    for line in read_proc("/proc/self/mountinfo").splitlines():
        fields, _, rest = line.partition(" - ")
        if fields.split()[2] == wanted:
            return rest.split()[0] in ("tmpfs", "ramfs")
    return False


def tasks_more(now: int, then: int) -> int:
    """The growth from one count of `count_tasks` to a later one; negative where it has shrunk."""
    return (now - then + _MANY // 2) % _MANY - _MANY // 2
