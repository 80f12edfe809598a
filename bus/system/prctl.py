"""What a process asks of the kernel for itself: the numbers of <linux/prctl.h>, for which Python has no names.

What is asked for here carries guarantees, so that a refusal is never passed over: each call raises OSError.
"""

import ctypes
import os
import signal

LIBC = ctypes.CDLL(None, use_errno=True)
"""The C library, for calls that Python does not have; they leave their error in `ctypes.get_errno()`."""

_SET_PDEATHSIG, _GET_PDEATHSIG = 1, 2
_SET_DUMPABLE = 4
_SET_CHILD_SUBREAPER, _GET_CHILD_SUBREAPER = 36, 37
_SET_NO_NEW_PRIVS = 38
_GET_TID_ADDRESS = 40


def die_with(parent: int) -> None:
    """Have the kernel send this process SIGKILL when its parent dies; at once, if that is not `parent` any more."""
    _prctl("PR_SET_PDEATHSIG", _SET_PDEATHSIG, int(signal.SIGKILL))
    if os.getppid() != parent:
        os._exit(1)  # it died before we asked


def become_subreaper() -> None:
    """Have orphans among our descendants become our children."""
    _prctl("PR_SET_CHILD_SUBREAPER", _SET_CHILD_SUBREAPER, 1)


def gain_no_privileges() -> None:
    """Forbid that a program we start gains privileges: without it only root may restrict itself."""
    _prctl("PR_SET_NO_NEW_PRIVS", _SET_NO_NEW_PRIVS, 1)


def be_unreadable() -> None:
    """Forbid that other processes of our user read our memory or our first environment, and that a core is dumped."""
    _prctl("PR_SET_DUMPABLE", _SET_DUMPABLE, 0)


def require_guarantees() -> None:
    """Raises OSError, naming the call, where the kernel or a container's profile refuses the first two of these."""
    value = ctypes.c_int()
    _prctl("PR_SET_PDEATHSIG", _GET_PDEATHSIG, ctypes.byref(value))
    _prctl("PR_SET_CHILD_SUBREAPER", _GET_CHILD_SUBREAPER, ctypes.byref(value))


def thread_id_address() -> int | None:
    """Where the C library keeps the id of the calling thread, which the kernel clears at its end. None in a kernel
    without CONFIG_CHECKPOINT_RESTORE."""
    value = ctypes.c_size_t()
    try:
        _prctl("PR_GET_TID_ADDRESS", _GET_TID_ADDRESS, ctypes.byref(value))
    except OSError:
        return None
    return value.value or None


def _prctl(name: str, option: int, argument: object) -> None:
    if LIBC.prctl(option, argument, 0, 0, 0) < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
