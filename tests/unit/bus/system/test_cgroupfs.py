"""Control groups: what is killed with a group, when it counts as empty, and where one may be made."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bus.system.cgroupfs import ControlGroup, ControlGroupsUnusable, delegated_tree, group_of, probe, write_file

FAMILY = """
import os, signal
for _ in range(20):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            signal.pause()
        os._exit(0)
    os.wait()
print("ready", flush=True)
signal.pause()
"""


def test_all_in_a_group_dies_at_once_and_only_then_it_is_empty(cgroups: Path) -> None:
    group = ControlGroup(cgroups / "family")
    group.make()
    process = subprocess.Popen([sys.executable, "-S", "-c", FAMILY], stdout=subprocess.PIPE, preexec_fn=_enter(group))
    assert process.stdout is not None
    with process:
        process.stdout.readline()
        assert len(group.pids()) == 21
        assert group.populated
        with pytest.raises(OSError, match="busy"):
            group.remove()
        assert group.emptied(30.0)
    assert not group.path.exists()


def test_an_empty_group_and_those_beneath_it_are_removed(cgroups: Path) -> None:
    group = ControlGroup(cgroups / "outer")
    ControlGroup(cgroups / "outer/inner/innermost").make()
    assert not group.populated
    assert [each.path.name for each in group.beneath()] == ["inner"]
    group.remove()
    assert not group.path.exists()
    assert group.emptied(1.0), "what is gone is empty"


def test_probing_leaves_nothing(cgroups: Path) -> None:
    group = ControlGroup(cgroups / "probed")
    group.make()
    probe(group.path)
    assert not group.beneath()
    group.remove()


def test_a_folder_that_is_no_control_group_is_named(tmp_path: Path) -> None:
    with pytest.raises(ControlGroupsUnusable, match=f"{tmp_path} is no control group of version 2"):
        probe(tmp_path)
    assert not list(tmp_path.iterdir())


def test_the_own_group_is_found_through_the_mounts() -> None:
    try:
        tree = delegated_tree()
    except ControlGroupsUnusable:
        pytest.skip("no tree of control groups is mounted here")
    assert str(os.getpid()) in (tree / "cgroup.procs").read_text().split() or (tree / "main").exists()
    assert str(tree).endswith(group_of().removesuffix("/main").rstrip("/"))


def test_a_named_group_is_taken_as_it_is() -> None:
    assert delegated_tree("/sys/fs/cgroup/deadstop") == Path("/sys/fs/cgroup/deadstop")


def _enter(group: ControlGroup) -> "Enter":
    return Enter(group.path / "cgroup.procs")


class Enter:
    """Moves the process that calls it into a group."""

    def __init__(self, procs: Path) -> None:
        self._procs = procs

    def __call__(self) -> None:
        write_file(self._procs, "0")
