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


def die_with(parent: int) -> None:
    """From now on SIGKILL ends us when our parent dies; at once, if it is not `parent` any more."""
    _prctl("PR_SET_PDEATHSIG", _SET_PDEATHSIG, int(signal.SIGKILL))
    if os.getppid() != parent:
        os._exit(1)  # it died before we asked


def become_subreaper() -> None:
    """From now on orphans among our descendants become our children."""
    _prctl("PR_SET_CHILD_SUBREAPER", _SET_CHILD_SUBREAPER, 1)


def gain_no_privileges() -> None:
    """From now on no program that is started gains privileges: without it only root may restrict itself."""
    _prctl("PR_SET_NO_NEW_PRIVS", _SET_NO_NEW_PRIVS, 1)


def be_unreadable() -> None:
    """From now on other processes of our user read neither our memory nor our first environment, and no core is
    dumped."""
    _prctl("PR_SET_DUMPABLE", _SET_DUMPABLE, 0)


def require_guarantees() -> None:
    """Raises OSError, naming the call, where the kernel or a container's profile refuses the first two of these."""
    value = ctypes.c_int()
    _prctl("PR_SET_PDEATHSIG", _GET_PDEATHSIG, ctypes.byref(value))
    _prctl("PR_SET_CHILD_SUBREAPER", _GET_CHILD_SUBREAPER, ctypes.byref(value))


def _prctl(name: str, option: int, argument: object) -> None:
    if LIBC.prctl(option, argument, 0, 0, 0) < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
