"""Which form of containment stands, and that it begins with empty groups."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from bus.contract.settings import ContainmentSettings
from bus.contract.settings_file import SettingsError
from bus.contract.vocabulary import Proof
from bus.system.cgroupfs import ControlGroup, write_file
from supervisor.processes.containment.choice import choose, root_name
from supervisor.processes.containment.hard_limits import HardLimits


@pytest.mark.parametrize("form", ["auto", "cgroup"])
def test_control_groups_where_they_can_be_used(cgroups: Path, tmp_path: Path, form: str) -> None:
    assert choose(ContainmentSettings(form, str(cgroups)), tmp_path, HardLimits())(set).proof is Proof.CGROUP


def test_the_sweep_where_it_is_asked_for(cgroups: Path, tmp_path: Path) -> None:
    assert choose(ContainmentSettings("sweep", str(cgroups)), tmp_path, HardLimits())(set).proof is Proof.SWEPT


def test_the_sweep_where_there_are_no_control_groups(tmp_path: Path) -> None:
    assert choose(ContainmentSettings("auto", str(tmp_path)), tmp_path, HardLimits())(set).proof is Proof.SWEPT


def test_control_groups_that_are_asked_for_and_cannot_be_used_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=f"{tmp_path} is no control group of version 2; name a group"):
        choose(ContainmentSettings("cgroup", str(tmp_path)), tmp_path, HardLimits())


def test_what_dead_supervisors_have_left_is_ended_and_a_living_one_is_let_alone(cgroups: Path, tmp_path: Path) -> None:
    """Its own, and that of a state folder in which nobody starts again."""
    own, foreign, living = (ControlGroup(cgroups / root_name(tmp_path / name)) for name in ("", "gone", "lives"))
    held = living.hold()
    for root in (own, foreign, living):
        ControlGroup(root.path / "worker").make()
    with waiting(own) as mine, waiting(foreign) as other, waiting(living) as neighbour:
        choose(ContainmentSettings("cgroup", str(cgroups)), tmp_path, HardLimits())
        assert mine.wait(30) == other.wait(30) == -signal.SIGKILL
        assert not own.path.exists()
        assert not foreign.path.exists()
        assert ControlGroup(living.path / "worker").pids() == [neighbour.pid]
    os.close(held)
    choose(ContainmentSettings("cgroup", str(cgroups)), tmp_path, HardLimits())
    assert not living.path.exists()


def test_whoever_ends_leaves_nothing_of_a_node_that_was_killed(cgroups: Path, tmp_path: Path) -> None:
    contained = choose(ContainmentSettings("cgroup", str(cgroups)), tmp_path, HardLimits())(set)
    killed = ControlGroup(cgroups / root_name(tmp_path / "node"))
    os.close(killed.hold())
    contained.close()
    assert not killed.path.exists()


def test_who_starts_while_its_group_is_being_emptied_has_one_of_its_own_after_it(cgroups: Path, tmp_path: Path) -> None:
    root = ControlGroup(cgroups / root_name(tmp_path))
    emptying = root.hold()
    with ThreadPoolExecutor(1) as pool:
        starting = pool.submit(root.hold)
        assert root.emptied(30)
        os.close(emptying)
        held = starting.result(30)
    assert os.path.samestat(root.path.stat(), os.fstat(held))
    assert root.emptied_if_left(30) is None
    os.close(held)
    assert root.emptied_if_left(30)


def test_a_group_that_is_removed_as_it_is_made_is_made_again(cgroups: Path, tmp_path: Path) -> None:
    root = ControlGroup(cgroups / root_name(tmp_path))
    make = os.mkdir

    def removed_meanwhile(path: Path, mode: int = 0o777) -> None:
        monkeypatch.setattr(os, "mkdir", make)
        raise FileExistsError(path)

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(os, "mkdir", removed_meanwhile)
        os.close(root.hold())
    assert root.emptied_if_left(30)


@contextmanager
def waiting(root: ControlGroup) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a worker's group."""
    process = subprocess.Popen([sys.executable, "-S", "-c", "import signal; signal.pause()"])
    write_file(root.path / "worker" / "cgroup.procs", str(process.pid))
    try:
        yield process
    finally:
        process.kill()
        process.wait()
