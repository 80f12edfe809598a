"""Which form of containment stands, and that it begins with empty groups."""

import subprocess
import sys
from pathlib import Path

import pytest

from bus.contract.settings import ContainmentSettings
from bus.contract.settings_file import SettingsError
from bus.contract.vocabulary import Proof
from bus.system.control_groups import ControlGroup, write_file
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


def test_what_an_earlier_supervisor_has_left_is_ended(cgroups: Path, tmp_path: Path) -> None:
    left = ControlGroup(cgroups / root_name(tmp_path) / "worker")
    other = ControlGroup(cgroups / root_name(tmp_path / "other") / "worker")
    for group in (left, other):
        group.make()
    with subprocess.Popen([sys.executable, "-S", "-c", "import signal; signal.pause()"]) as process:
        write_file(left.path / "cgroup.procs", str(process.pid))
        choose(ContainmentSettings("cgroup", str(cgroups)), tmp_path, HardLimits())
        assert process.wait(30) == -9
    assert not left.path.exists()
    assert other.path.exists()
