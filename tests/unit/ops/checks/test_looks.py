"""What `doctor` finds on machines that lack something. What a test cannot take away here is made to look missing."""

import errno
import os
import time
from pathlib import Path

import pytest

import bus
from bus.contract.settings import ContainmentSettings, Settings
from bus.contract.settings_file import load_settings
from ops.checks import folders, kernel, machine, sandbox
from ops.checks.finding import Finding, Level


def of(folder: Path, **settings: object) -> Settings:
    dotted = {name.replace("__", "."): value for name, value in settings.items()}
    return load_settings(None, {}, {"supervisor.state_dir": str(folder / "state"), **dotted})


def test_an_old_python(monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine.python(Settings()).level is Level.OK
    monkeypatch.setattr(machine, "NEEDED_PYTHON", (9, 0))
    found = machine.python(Settings())
    assert (found.level, found.todo) == (Level.PROBLEM, "install Deadstop with Python 3.11 or newer")


@pytest.mark.parametrize(("back_s", "level"), [(0, Level.OK), (100, Level.WARNING), (40 * 86_400, Level.PROBLEM)])
def test_a_clock_that_stands_behind_what_exists(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, back_s: float, level: Level
) -> None:
    newest = max(path.stat().st_mtime for path in (Path(str(bus.__file__)), tmp_path))
    monkeypatch.setattr(machine, "_newest_job", lambda _: newest)
    monkeypatch.setattr(time, "time", lambda: newest - back_s)
    assert machine.clock(of(tmp_path)).level is level


def test_what_holds_workers(cgroups: Path, tmp_path: Path) -> None:
    def look(form: str, group: Path) -> Finding:
        return kernel.containment(Settings(containment=ContainmentSettings(form, str(group))))

    assert str(cgroups) in look("auto", cgroups).found
    assert look("auto", tmp_path).level is Level.WARNING
    assert look("cgroup", tmp_path).level is Level.PROBLEM
    assert f"{tmp_path} is no control group of version 2" in look("cgroup", tmp_path).found
    assert look("sweep", cgroups).level is Level.OK


def test_a_kernel_without_landlock_or_with_half_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "FULL_ABI", 99)
    monkeypatch.setattr(sandbox, "LACKS", dict.fromkeys(range(1, 99), "something is not restricted"))
    assert "something is not restricted" in sandbox.landlock(Settings()).found
    monkeypatch.setattr(sandbox, "_CREATE_RULESET", 9_999)  # as an old kernel answers: no such call
    found = sandbox.landlock(Settings())
    assert (found.level, found.found) == (Level.WARNING, "none: the SQL guard and the engine's lock stand alone")
    assert "Linux 5.13" in found.todo


def test_a_kernel_without_pidfds(monkeypatch: pytest.MonkeyPatch) -> None:
    assert kernel.pidfds(Settings()).level is Level.OK

    def no_such_call(pid: int) -> int:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    monkeypatch.setattr(os, "pidfd_open", no_such_call)
    found = kernel.pidfds(Settings())
    assert (found.level, "Linux 5.3" in found.todo) == (Level.PROBLEM, True)


@pytest.mark.parametrize(
    ("free", "level"),
    [(folders.NO_BYTES - 1, Level.PROBLEM), (folders.LITTLE_BYTES - 1, Level.WARNING), (1 << 50, Level.OK)],
)
def test_a_disk_that_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, level: Level) -> None:
    monkeypatch.setattr(folders, "_free_bytes", lambda _: free)
    assert folders.state_dir(of(tmp_path)).level is level


def test_a_disk_whose_locks_are_not_to_be_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "_file_system", lambda _: "nfs4")
    found = folders.state_dir(of(tmp_path))
    assert (found.level, found.todo) == (Level.PROBLEM, "use a local disk: the log needs its locks")


def test_a_state_folder_that_cannot_be_made() -> None:
    found = folders.state_dir(load_settings(None, {}, {"supervisor.state_dir": "/proc/state"}))
    assert (found.level, found.todo) == (Level.PROBLEM, "choose another with --state-dir")


def test_a_runtime_folder_that_is_too_deep(tmp_path: Path) -> None:
    found = folders.runtime_dir(of(tmp_path, bus__runtime_dir=str(tmp_path / ("deep" * 30))))
    assert (found.level, found.todo) == (Level.PROBLEM, "set [bus] runtime_dir to a shorter folder")


def test_few_descriptors(tmp_path: Path) -> None:
    found = machine.open_files(of(tmp_path, gateway__max_connections=1 << 40))
    assert (found.level, "ulimit" in found.todo) == (Level.WARNING, True)
