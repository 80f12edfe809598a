"""What the kernel offers: proof of death, and the sandbox of a worker."""

import ctypes
import errno
import os
import platform
import signal
from pathlib import Path

from bus.contract.settings import Settings
from bus.system.cgroupfs import ControlGroup, ControlGroupsUnusable, delegated_tree, probe
from bus.system.prctl import LIBC, require_guarantees
from ops.checks.finding import Finding, ok, problem, warning

_CREATE_RULESET, _VERSION_FLAG = 444, 1
_GROUP = 4
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


def pidfds(settings: Settings) -> Finding:
    """Signals that cannot hit another process which got the same pid."""
    try:
        descriptor = os.pidfd_open(os.getpid())
    except OSError as error:
        todo = "Linux 5.3 or newer is needed; in a container, allow pidfd_open in the seccomp profile"
        return problem("pidfd", f"{platform.release()}: {error.strerror}", todo)
    try:
        signal.pidfd_send_signal(descriptor, 0, None, _GROUP)
    except ProcessLookupError:
        pass  # we lead no group, so there is none to find
    except OSError:
        return ok("pidfd", "yes; groups are signalled by their number before Linux 6.9")
    finally:
        os.close(descriptor)
    return ok("pidfd", "yes, whole groups too")


def parent_death(settings: Settings) -> Finding:
    """Workers that die with the supervisor, and orphans that come back to it."""
    try:
        require_guarantees()
    except OSError as error:
        return problem("parent death", str(error.strerror), "in a container, allow prctl in the seccomp profile")
    return ok("parent death", "PR_SET_PDEATHSIG and subreapers work")


def processes(settings: Settings) -> Finding:
    """How descendants are found."""
    if not Path("/proc/self/stat").exists():
        return problem("processes", "/proc is not mounted", "mount /proc; in a container it needs to be its own")
    if Path(f"/proc/self/task/{os.getpid()}/children").exists():
        return ok("processes", "the kernel lists each one's children")
    return ok("processes", "children are found by reading all of /proc, which is slower")


def containment(settings: Settings) -> Finding:
    """What holds a worker and everything that comes from it."""
    if settings.containment.form == "sweep":
        return ok("containment", 'descendants are looked for, as [containment] form = "sweep" says')
    try:
        tree = delegated_tree(settings.containment.group)
        probe(tree)
    except (ControlGroupsUnusable, OSError) as reason:
        todo = "delegate a control group: Delegate=yes in a unit of systemd; [containment] group names another one"
        if settings.containment.form == "cgroup":
            return problem("containment", f"no control group: {reason}", todo)
        return warning("containment", f"descendants are looked for, because {reason}", todo)
    held = f"each worker gets a control group of its own in {tree}"
    if {"memory", "pids"} <= ControlGroup(tree).controllers:
        return ok("containment", f"{held}, in which the kernel limits memory and processes")
    return ok("containment", f"{held}; no controllers are there, so memory and processes are sampled")


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


def autogroups(settings: Settings) -> Finding:
    """Workers stand behind the supervisor for the processor; across sessions only an autogroup's niceness counts."""
    try:
        on = Path("/proc/sys/kernel/sched_autogroup_enabled").read_text().strip() == "1"
    except OSError:
        return ok("autogroup", "not in this kernel: nice alone decides")
    if not on:
        return ok("autogroup", "switched off: nice alone decides")
    if not os.access("/proc/self/autogroup", os.W_OK):
        todo = "make /proc/self/autogroup writable, or switch sched_autogroup_enabled off"
        return warning("autogroup", "on, and not ours to set: busy workers may slow the supervisor down", todo)
    return ok("autogroup", "on, and each worker gets its own")


def io_figures(settings: Settings) -> Finding:
    """What each process reads and writes, to find the one that keeps a disk busy."""
    if Path("/proc/self/io").exists():
        return ok("i/o figures", "/proc/PID/io tells what each worker reads and writes")
    return ok("i/o figures", "not in this kernel: what a worker reads and writes cannot be told")
