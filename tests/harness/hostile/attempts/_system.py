"""System calls by their numbers, as code without a C library makes them."""

import ctypes
import os
import platform

from agent_worker.sandbox.seccomp import MACHINES

LIBC = ctypes.CDLL(None, use_errno=True)
NUMBERS = MACHINES[platform.machine()].numbers if platform.machine() in MACHINES else {}
BY_LANDLOCK_OR_FILTER = (1, 13)
"""EPERM, EACCES."""


def call(name: str, *arguments: int) -> int:
    """The result. Raises `OSError`, or `KeyError` where this machine has no such call."""
    ctypes.set_errno(0)
    result = int(LIBC.syscall(ctypes.c_long(NUMBERS[name]), *[ctypes.c_long(one) for one in arguments]))
    if result < 0:
        raise OSError(ctypes.get_errno(), f"{name}: {os.strerror(ctypes.get_errno())}")
    return result


def reaches_the_kernel(name: str, *arguments: int) -> str:
    """Make a call with arguments that mean nothing: whoever is let through is told so by the kernel, in place of being
    told that it may not. Raises `OSError` where it may not."""
    try:
        call(name, *arguments)
    except OSError as error:
        if error.errno in BY_LANDLOCK_OR_FILTER:
            raise
    return f"called {name}"
