"""A process that SIGKILL ends and nobody can reap: while it is traced, its death is its tracer's to take note of, and
until then its parent cannot reap it."""

import contextlib
import ctypes
import os
from collections.abc import Iterator

import pytest

_PTRACE_SEIZE = 0x4206
_WAIT_ALL = 0x40000000


@contextlib.contextmanager
def unreaped(pid: int) -> Iterator[None]:
    """As long as this lasts, the process (a descendant of ours) stays at least as a zombie; it has to be dead by the
    end."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    if libc.ptrace(_PTRACE_SEIZE, pid, None, None) == -1:
        pytest.skip(f"process {pid} may not be traced here: {os.strerror(ctypes.get_errno())}")
    try:
        yield
    finally:
        os.waitpid(pid, _WAIT_ALL)
