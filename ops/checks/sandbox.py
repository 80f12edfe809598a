"""What the kernel offers for the sandbox of a worker."""

import ctypes
import errno
import platform

from bus.contract.settings import Settings
from bus.system.prctl import LIBC
from ops.checks.finding import Finding, ok, warning

_CREATE_RULESET, _VERSION_FLAG = 444, 1
FULL_ABI = 6
LACKS = {
    1: "files can be cut to length zero, TCP and signals are not restricted",
    2: "files can be cut to length zero, TCP and signals are not restricted",
    3: "TCP and signals are not restricted",
    4: "signals are not restricted",
    5: "signals are not restricted",
}
"""What a worker's sandbox cannot restrict, by the kernel's Landlock version."""

SECCOMP_CALLS = {"x86_64": 317, "aarch64": 277}
"""The number of `seccomp` where a worker's filter of system calls is known to be right."""

_SET_MODE_FILTER = 1


def landlock(settings: Settings) -> Finding:
    """The files, ports and signals that each worker is held to."""
    version = LIBC.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION_FLAG))
    if version <= 0:
        todo = "use Linux 5.13 or newer with landlock in lsm=, and allow its calls in a container's seccomp profile"
        return warning("landlock", "none: the SQL guard and the engine's lock stand alone", todo)
    if version < FULL_ABI:
        lacks = LACKS[version]
        return warning("landlock", f"version {version}: {lacks}", "Linux 6.12 or newer has all of it")
    return ok("landlock", f"version {version}: files, TCP ports and signals are restricted")


def seccomp(settings: Settings) -> Finding:
    """The filter of system calls round each worker."""
    number = SECCOMP_CALLS.get(platform.machine())
    if number is None:
        todo = f"it is made for {' and '.join(SECCOMP_CALLS)}: the other layers stand"
        return warning("seccomp", f"none on {platform.machine()}", todo)
    LIBC.syscall(number, ctypes.c_uint(_SET_MODE_FILTER), ctypes.c_uint(0), None)
    refusal = ctypes.get_errno()  # without a filter to be read the answer is EFAULT
    if refusal == errno.EPERM:
        todo = "allow seccomp in the container's profile or in SystemCallFilter= of the unit"
        return warning("seccomp", "refused to us", todo)
    if refusal != errno.EFAULT:
        return warning("seccomp", "none in this kernel", "use a kernel with CONFIG_SECCOMP_FILTER")
    return ok("seccomp", "sockets beside TCP, System V memory, tracing and namespaces are refused")
