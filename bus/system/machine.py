"""What the kernel says of the whole machine."""

import ctypes
import os

from bus.system.prctl import LIBC

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


def tasks_more(now: int, then: int) -> int:
    """By how much a count of `count_tasks` has grown since another; less than nothing where it has shrunk."""
    return (now - then + _MANY // 2) % _MANY - _MANY // 2
