"""Huge pages for what is forked often: the kernel then copies, and takes down again, one entry in place of 512.

See MADV_COLLAPSE in madvise(2); Linux 6.1.
"""

import ctypes
import re

from bus.system.prctl import LIBC
from bus.system.proc import read_proc

_HUGE_BYTES = 1 << 21
_MADV_COLLAPSE = 25
_ANONYMOUS = re.compile(r"([0-9a-f]+)-([0-9a-f]+) rw-p \S+ 00:00 0 +(?:\[heap\])?$")


def collapse() -> None:
    """Lay this process's memory that is no file's together in huge pages. The kernel does what it can, an older one
    nothing; addresses and contents stay."""
    for line in read_proc("/proc/self/maps").splitlines():
        if found := _ANONYMOUS.match(line):
            start, end = -(-int(found[1], 16) // _HUGE_BYTES), int(found[2], 16) // _HUGE_BYTES
            if start < end:
                size = ctypes.c_size_t((end - start) * _HUGE_BYTES)
                LIBC.madvise(ctypes.c_void_p(start * _HUGE_BYTES), size, _MADV_COLLAPSE)
