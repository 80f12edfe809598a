"""A timer of the kernel that ends its own process: also while that is stopped, or holds the interpreter's lock."""

import ctypes
import os
import signal
import time

from bus.system.prctl import LIBC

_CLOCK_BOOTTIME = 7
_TIMER_ABSTIME = 1
_SIGEV_SIGNAL = 0


class _SigEvent(ctypes.Structure):
    """`struct sigevent`, 64 bytes on every Linux."""

    _fields_ = (
        ("value", ctypes.c_void_p),
        ("signo", ctypes.c_int),
        ("notify", ctypes.c_int),
        ("rest", ctypes.c_byte * 48),
    )


class _Timespec(ctypes.Structure):
    _fields_ = (("s", ctypes.c_long), ("ns", ctypes.c_long))


class _TimerSpec(ctypes.Structure):
    _fields_ = (("interval", _Timespec), ("value", _Timespec))


def boot_clock() -> float:
    """Seconds since this machine's boot; time in which it was suspended counts."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class DeathTimer:
    """SIGKILL to this process at `at`, in seconds since boot, unless it is put off. A child of a fork has none."""

    def __init__(self, at: float) -> None:
        event = _SigEvent(signo=int(signal.SIGKILL), notify=_SIGEV_SIGNAL)
        self._timer = ctypes.c_void_p()
        _check("timer_create", LIBC.timer_create(_CLOCK_BOOTTIME, ctypes.byref(event), ctypes.byref(self._timer)))
        self.put_off(at)

    def put_off(self, at: float) -> None:
        """Let it ring at this time instead, in seconds since boot. Raises OSError."""
        spec = _TimerSpec(value=_Timespec(int(at), int(at % 1 * 1e9) or 1))  # all zero would disarm it
        _check("timer_settime", LIBC.timer_settime(self._timer, _TIMER_ABSTIME, ctypes.byref(spec), None))


def _check(call: str, result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{call}: {os.strerror(number)}")
