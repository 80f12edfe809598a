"""What holds before a process is fenced: the kernel's fences are put round the calling thread alone."""

import ctypes
import os
import threading

from bus.system.proc import threads_of

_PR_SET_NO_NEW_PRIVS = 38

_libc = ctypes.CDLL(None, use_errno=True)


def require_one_thread() -> None:
    """Raises RuntimeError where the process already has several threads: the others would go unfenced."""
    if threading.active_count() > 1 or len(threads_of(os.getpid())) > 1:
        raise RuntimeError("a fence holds only the calling thread; put it up before any other thread is started")


def give_up_new_privileges() -> None:
    """No program that is started from now on gains privileges: without it only root may fence itself. OSError."""
    if _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"setting no_new_privs: {os.strerror(number)}")
