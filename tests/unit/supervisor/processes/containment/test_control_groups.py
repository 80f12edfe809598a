"""What a dead worker has left in its control group, and outside it, is ended, and nobody else's."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bus.system.control_groups import group_of, write_file
from bus.system.orphans import children
from supervisor.processes.containment.control_groups import ControlGroups, WorkerGroup
from tests.harness.servers import is_gone


@pytest.fixture
def groups(cgroups: Path) -> Iterator[ControlGroups]:
    own = set(children(os.getpid()))
    groups = ControlGroups(cgroups / "supervisor", lambda: own)
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
    group = groups.enclose("dead")
    with orphan(group) as pid:
        assert group.pids() == [pid]
        assert group.left()
        until_nothing_is_left(group)
        assert is_gone(pid)


def test_a_living_neighbour_and_what_it_has_orphaned_are_neither_killed_nor_waited_for(groups: ControlGroups) -> None:
    dead, living = groups.enclose("dead"), groups.enclose("living")
    with orphan(living) as pid:
        until_nothing_is_left(dead)
        assert "/living" in group_of(pid)
        assert living.pids() == [pid]
        until_nothing_is_left(living)


def test_who_has_left_its_group_is_killed_and_waited_for(groups: ControlGroups) -> None:
    group = groups.enclose("dead")
    with orphan(None) as pid:
        assert group.left()
        until_nothing_is_left(group)
        assert is_gone(pid)


def test_our_own_children_are_spared(cgroups: Path) -> None:
    with orphan(None) as pid:
        own = set(children(os.getpid()))
        groups = ControlGroups(cgroups / "supervisor", lambda: own)
        until_nothing_is_left(groups.enclose("dead"))
        assert not is_gone(pid)
        groups.close()
