"""What the kernel offers for the proof of death, and for knowing what a worker uses."""

import os
import platform
import signal
from pathlib import Path

from bus.contract.settings import Settings
from bus.system.cgroupfs import ControlGroup, ControlGroupsUnusable, delegated_tree, probe
from bus.system.prctl import require_guarantees
from ops.checks.finding import Finding, ok, problem, warning

_GROUP = 4


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
