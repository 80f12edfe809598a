"""Capabilities: what root may do beyond others. A worker of root's keeps one of them, which opens the data for reading.

Constants and structures are those of <linux/capability.h>. Programs that it starts get none back: the sandbox forbids
them to gain privileges.
"""

import ctypes
import os
import struct

from agent_worker.sandbox.preconditions import Unsupported
from bus.system.prctl import LIBC

_VERSION_3 = 0x20080522
_HEADER = struct.pack("=Ii", _VERSION_3, 0)
_SETS = struct.Struct("=6I")
"""Effective, permitted, inheritable: of capabilities 0 to 31, then of the others."""

READ_ANYTHING = 1 << 2
"""CAP_DAC_READ_SEARCH: the data may be another account's. Where it may read at all, Landlock says."""


def give_up() -> None:
    """Drop every capability but that one, for good, if the process has it. A process without any other makes no call,
    which a service's seccomp filter may refuse. Raises Unsupported."""
    try:
        held = _held()
        kept = held[0] & READ_ANYTHING
        wanted = (kept, kept, 0, 0, 0, 0)
        if held != wanted:
            _call("capset", ctypes.create_string_buffer(_SETS.pack(*wanted), _SETS.size))
    except OSError as error:
        raise Unsupported(
            f"capabilities cannot be given up: {error.strerror}; run Deadstop as another user than root"
        ) from error


def _held() -> tuple[int, ...]:
    """What the calling thread may do: the sets one after the other, as the kernel has them."""
    sets = ctypes.create_string_buffer(_SETS.size)
    _call("capget", sets)
    return _SETS.unpack(sets.raw)


def _call(name: str, sets: "ctypes.Array[ctypes.c_char]") -> None:
    if getattr(LIBC, name)(ctypes.create_string_buffer(_HEADER, len(_HEADER)), sets) < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
