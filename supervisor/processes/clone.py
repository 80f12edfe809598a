"""A fork whose child is in a control group from its first instruction on."""

import ctypes
import errno
import os

from bus.system.prctl import thread_id_address
from bus.system.proc import threads_of

_CLONE3 = 435
"""The number of the system call, the same on every architecture that Python knows but alpha."""

_CLONE_CHILD_CLEARTID, _CLONE_CHILD_SETTID, _CLONE_INTO_CGROUP = 0x00200000, 0x01000000, 0x200000000
_SIGCHLD = 17

_REFUSED = {errno.ENOSYS, errno.EPERM, errno.EINVAL, errno.E2BIG, errno.EOPNOTSUPP}
"""What an older kernel says to this call, or the filter of a container or of systemd (`RestrictNamespaces=`)."""


class _CloneArgs(ctypes.Structure):
    """`struct clone_args` of <linux/sched.h>, its third version."""

    _fields_ = (
        ("flags", ctypes.c_uint64),
        ("pidfd", ctypes.c_uint64),
        ("child_tid", ctypes.c_uint64),
        ("parent_tid", ctypes.c_uint64),
        ("exit_signal", ctypes.c_uint64),
        ("stack", ctypes.c_uint64),
        ("stack_size", ctypes.c_uint64),
        ("tls", ctypes.c_uint64),
        ("set_tid", ctypes.c_uint64),
        ("set_tid_size", ctypes.c_uint64),
        ("cgroup", ctypes.c_uint64),
    )


_libc = ctypes.PyDLL(None, use_errno=True)  # the interpreter's lock is held all the while, as in os.fork()
_clones_inside = True


def fork_into(group: int | None) -> int:
    """As `os.fork()`; the child is in the control group whose folder is open as `group`.

    Cloned into it where that can be; else the child moves in before it does anything, which takes the kernel up to some
    tens of milliseconds. Raises OSError; in the child where it cannot move.
    """
    if group is None:
        return os.fork()
    if _clones_inside and len(threads_of(os.getpid())) == 1 and (pid := _clone_into(group)) is not None:
        return pid
    pid = os.fork()
    if pid == 0:
        _move_into(group)
    return pid


def _clone_into(group: int) -> int | None:
    """None where it cannot be done here, now or later.

    What the C library's fork() does beside the call is done here too, as far as a process with one thread needs it:
    the interpreter's own hooks are run, and the C library is told the child's thread id. Handlers of pthread_atfork()
    are not run: they guard locks that another thread may hold, and there is none.
    """
    global _clones_inside
    address = thread_id_address()
    if address is None:
        _clones_inside = False
        return None
    args = _CloneArgs(
        flags=_CLONE_INTO_CGROUP | _CLONE_CHILD_SETTID | _CLONE_CHILD_CLEARTID,
        child_tid=address,
        exit_signal=_SIGCHLD,
        cgroup=group,
    )
    ctypes.pythonapi.PyOS_BeforeFork()
    pid: int = _libc.syscall(_CLONE3, ctypes.byref(args), ctypes.c_size_t(ctypes.sizeof(args)))
    if pid == 0:
        ctypes.pythonapi.PyOS_AfterFork_Child()
        return 0
    number = ctypes.get_errno()
    ctypes.pythonapi.PyOS_AfterFork_Parent()
    if pid > 0:
        return pid
    if number not in _REFUSED:
        raise OSError(number, f"clone3: {os.strerror(number)}")
    _clones_inside = False
    return None


def _move_into(group: int) -> None:
    descriptor = os.open("cgroup.procs", os.O_WRONLY | os.O_CLOEXEC, dir_fd=group)
    try:
        os.write(descriptor, b"0")
    finally:
        os.close(descriptor)
