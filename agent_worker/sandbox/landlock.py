"""Landlock: the kernel keeps this process, and what it starts, within the files and TCP ports that it may use.

Constants and structures are those of <linux/landlock.h>; the calls have no wrapper in the C library. It holds the
calling thread and its later children only, so it is applied while there is one thread. It knows neither UDP nor
Unix sockets, nor TCP that is reached by another way than `connect` and `bind`: `seccomp` does.
"""

import ctypes
import errno
import os
import stat
import struct
from collections.abc import Iterable

from agent_worker.sandbox.preconditions import Unsupported, require_one_thread
from bus.system.prctl import LIBC, gain_no_privileges

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION_FLAG = 1
_RULE_PATH, _RULE_PORT = 1, 2

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_MAKE_CHAR, _MAKE_BLOCK = 1 << 6, 1 << 11
REFER, TRUNCATE, IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
_FIRST_ABI = (1 << 13) - 1
_FILE_RIGHTS = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
"""The rights that a rule for a single file may hold; the others are about folders."""
_NEVER = EXECUTE | _MAKE_CHAR | _MAKE_BLOCK | IOCTL_DEV
"""The rights that are not given even where writing is allowed: a root process could make itself a device file and read
the disk through it."""
BIND_TCP, CONNECT_TCP = 1 << 0, 1 << 1
_SCOPE_ABSTRACT_SOCKETS, _SCOPE_SIGNALS = 1 << 0, 1 << 1

FILES_SINCE = {1: _FIRST_ABI, 2: REFER, 3: TRUNCATE, 5: IOCTL_DEV}
PORTS_SINCE = 4
SCOPES_SINCE = 6
KNOWN_ABI = 7


def abi() -> int:
    """The version the kernel speaks; 0 where it has none."""
    version = int(LIBC.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION_FLAG)))
    return max(version, 0)


def restrict(read: Iterable[str], write: Iterable[str], connect_tcp: Iterable[int]) -> int:
    """From now on this process reads what is beneath `read`, reads and writes what is beneath `write`, connects to
    the TCP ports `connect_tcp` and listens on none; from ABI 6 it signals nothing outside. There is no way back.

    Paths that do not exist are passed over. Returns the ABI applied, at most KNOWN_ABI: below 3 files can still be
    cut to length zero, and below 4 TCP is not restricted. Raises Unsupported, or RuntimeError where the process already
    has several threads, which would go unrestricted.
    """
    require_one_thread()
    version = min(abi(), KNOWN_ABI)
    if version == 0:
        raise Unsupported(
            "This kernel has no Landlock (5.13 or newer, with landlock in the boot option lsm=). "
            "Without it statements are held by the SQL guard alone; `deadstop doctor` says more."
        )
    rights = _file_rights(version)
    ruleset = _create(version, rights)
    try:
        for path in read:
            _allow_path(ruleset, path, rights & (EXECUTE | READ_FILE | READ_DIR))
        for path in write:
            _allow_path(ruleset, path, rights & ~_NEVER)
        for port in connect_tcp if version >= PORTS_SINCE else ():
            _add_rule(ruleset, _RULE_PORT, struct.pack("=QQ", CONNECT_TCP, port), f"port {port}")
        _apply(ruleset)
    finally:
        os.close(ruleset)
    return version


def _file_rights(version: int) -> int:
    rights = 0
    for since, right in FILES_SINCE.items():
        rights |= right if version >= since else 0
    return rights


def _create(version: int, rights: int) -> int:
    """A ruleset's descriptor. The structure grows with the ABI, and an older kernel refuses the longer one."""
    fields = [rights]
    if version >= PORTS_SINCE:
        fields.append(BIND_TCP | CONNECT_TCP)
    if version >= SCOPES_SINCE:
        fields.append(_SCOPE_ABSTRACT_SOCKETS | _SCOPE_SIGNALS)
    attributes = struct.pack(f"={len(fields)}Q", *fields)
    size = ctypes.c_size_t(len(attributes))
    return _checked(LIBC.syscall(_CREATE_RULESET, attributes, size, ctypes.c_uint32(0)), "creating a ruleset")


def _allow_path(ruleset: int, path: str, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= _FILE_RIGHTS
        _add_rule(ruleset, _RULE_PATH, struct.pack("=Qi", rights, descriptor), path)
    finally:
        os.close(descriptor)


def _add_rule(ruleset: int, kind: int, rule: bytes, what: str) -> None:
    result = LIBC.syscall(_ADD_RULE, ctypes.c_int(ruleset), ctypes.c_int(kind), rule, ctypes.c_uint32(0))
    _checked(result, f"a rule for {what}")


def _apply(ruleset: int) -> None:
    gain_no_privileges()
    result = LIBC.syscall(_RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0))
    _checked(result, "restricting the process")


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        if number in (errno.ENOSYS, errno.EOPNOTSUPP):
            raise Unsupported(f"This kernel has Landlock switched off: {what}: {os.strerror(number)}")
        raise OSError(number, f"Landlock, {what}: {os.strerror(number)}")
    return result
