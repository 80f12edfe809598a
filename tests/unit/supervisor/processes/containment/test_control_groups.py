"""What a dead worker has left in its control group, and outside it, is ended, and nobody else's."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bus.contract.settings import LimitSettings
from bus.contract.vocabulary import Reason
from bus.system.cgroupfs import ControlGroup, group_of, write_file
from bus.system.orphans import children
from supervisor.processes.containment.control_groups import ControlGroups, WorkerGroup
from supervisor.processes.containment.hard_limits import HardLimits
from tests.harness.servers import is_gone


@pytest.fixture
def groups(cgroups: Path) -> Iterator[ControlGroups]:
    own = set(children(os.getpid()))
    groups = ControlGroups(cgroups / "supervisor", HardLimits(), lambda: own)
    yield groups
    groups.close()
    assert not (cgroups / "supervisor").exists()


@contextmanager
def orphan(group: WorkerGroup | None) -> Iterator[int]:
    """A child of this process, in the group."""
    process = subprocess.Popen([sys.executable, "-S", "-c", "import signal; signal.pause()"], start_new_session=True)
    if group is not None:
        assert group.group is not None
        write_file(group.group / "cgroup.procs", str(process.pid))
    try:
        yield process.pid
    finally:
        process.kill()
        process.wait()


def until_nothing_is_left(group: WorkerGroup) -> None:
    while group.left():
        pass
    group.remove()


def test_what_is_in_the_group_is_killed_and_reaped(groups: ControlGroups) -> None:
    group = groups.enclose("dead", LimitSettings())
    with orphan(group) as pid:
        assert group.pids() == [pid]
        assert group.left()
        until_nothing_is_left(group)
        assert is_gone(pid)


def test_a_living_neighbour_and_what_it_has_orphaned_are_neither_killed_nor_waited_for(groups: ControlGroups) -> None:
    dead, living = groups.enclose("dead", LimitSettings()), groups.enclose("living", LimitSettings())
    with orphan(living) as pid:
        until_nothing_is_left(dead)
        assert "/living" in group_of(pid)
        assert living.pids() == [pid]
        until_nothing_is_left(living)


def test_who_has_left_its_group_is_killed_and_waited_for(groups: ControlGroups) -> None:
    group = groups.enclose("dead", LimitSettings())
    with orphan(None) as pid:
        assert group.left()
        until_nothing_is_left(group)
        assert is_gone(pid)


def test_our_own_children_are_spared(cgroups: Path) -> None:
    with orphan(None) as pid:
        own = set(children(os.getpid()))
        groups = ControlGroups(cgroups / "supervisor", HardLimits(), lambda: own)
        until_nothing_is_left(groups.enclose("dead", LimitSettings()))
        assert not is_gone(pid)
        groups.close()


def test_the_kernel_is_told_the_limits(controllers: Path) -> None:
    groups = ControlGroups(controllers / "supervisor", HardLimits(5), set)
    group = groups.enclose("worker", LimitSettings(max_memory_bytes=1 << 30, max_processes=77))
    assert group.group is not None
    held = ControlGroup(group.group)
    assert {"memory", "pids"} <= groups.controllers
    assert (held.figure("pids.max"), held.figure("memory.oom.group")) == (77, 1)
    assert held.figure("memory.max") == (1 << 30) * 9 // 8
    if "cpu" in groups.controllers:
        assert ControlGroup(held.path.parent).figure("cpu.weight") == 33
    group.remove()
    groups.close()


def test_a_refused_process_is_a_limit_that_was_hit(controllers: Path) -> None:
    groups = ControlGroups(controllers / "supervisor", HardLimits(), set)
    group = groups.enclose("worker", LimitSettings(max_processes=3))
    assert group.group is not None
    assert group.limit_hit() is None
    command = [sys.executable, "-S", "-c", _FORKS_TEN_TIMES, str(group.group / "cgroup.procs")]
    assert subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout == b"2 of 10"
    assert group.limit_hit() is Reason.PROCESSES
    assert group.counted()["pids_max"] == 8
    group.kill()
    while group.left():
        pass
    group.remove()
    groups.close()


_FORKS_TEN_TIMES = """
import os, signal, sys
open(sys.argv[1], "w").write("0")
forked = 0
for _ in range(10):
    try:
        if os.fork() == 0:
            os.closerange(0, 3)
            signal.pause()
        forked += 1
    except BlockingIOError:
        continue
os.write(1, b"%d of 10" % forked)
"""
