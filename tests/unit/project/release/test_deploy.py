"""The files in deploy/ say what the code does."""

import re
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest

from bus.contract.settings import GatewaySettings, Settings, SupervisorSettings
from bus.contract.settings_file import load_settings
from bus.system.cgroupfs import MAIN
from ops.errors import EXIT_USAGE
from ops.serve.programs import END_MARGIN_S
from ops.serve.signals import REPLACE_SIGNAL

ROOT = Path(__file__).parents[4]
UNIT = (ROOT / "deploy/deadstop.service").read_text()
CONTAINER = (ROOT / "deploy/Containerfile").read_text()
MOST_EXPOSED = 18
"""Tenths of the points that systemd gives a unit for what is open."""

LONGEST_END_S = SupervisorSettings().shutdown_grace_s + END_MARGIN_S


@pytest.fixture(scope="module")
def service() -> dict[str, str]:
    parser = ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(UNIT)
    return dict(parser["Service"])


def settings_in(text: str) -> Settings:
    """The settings that an environment of this text gives; an unknown key is an error."""
    return load_settings(None, dict(re.findall(r"(DEADSTOP_\w+__\w+)=(\S+)", text)))


def test_systemd_waits_for_the_ladder_and_then_kills_everything(service: dict[str, str]) -> None:
    assert int(service["TimeoutStopSec"]) > LONGEST_END_S
    assert service["KillMode"] == "mixed"
    assert service["OOMPolicy"] == "continue"
    assert service["Delegate"] == "yes"
    assert service["DelegateSubgroup"] == MAIN
    assert service["ProtectControlGroups"] == "no"


def test_systemd_starts_it_again_only_where_that_helps(service: dict[str, str]) -> None:
    assert service["Restart"] == "on-failure"
    assert service["RestartPreventExitStatus"] == str(EXIT_USAGE)


def test_systemd_reloads_by_the_signal_that_replaces_the_gateway(service: dict[str, str]) -> None:
    assert service["ExecReload"].split()[1] == f"-{REPLACE_SIGNAL.name.removeprefix('SIG')}"


def test_systemd_gives_room_for_all_connections(service: dict[str, str]) -> None:
    assert int(service["LimitNOFILE"]) > GatewaySettings().max_connections


def allowed_calls() -> list[str]:
    """Calls and groups of the unit's first list; a second one takes away."""
    allowed = re.search(r"^SystemCallFilter=([^~].*)$", UNIT, re.MULTILINE)
    assert allowed is not None
    return allowed[1].split()


def test_the_workers_sandbox_is_not_filtered_away() -> None:
    for call in ("landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self", "seccomp"):
        assert call in allowed_calls()
        assert call in CONTAINER


def test_systemd_has_a_sandbox_round_everything(service: dict[str, str]) -> None:
    assert (service["RemoveIPC"], service["ProcSubset"], service["UMask"]) == ("yes", "pid", "0077")
    assert re.search(r"^SystemCallFilter=~.*@privileged", UNIT, re.MULTILINE)


needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze here")


NEWER_KEYS = ("DelegateSubgroup",)
"""Of systemd 254; an earlier one says that it leaves them out."""


@needs_systemd
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / "deadstop.service"
    unit.write_text(UNIT.replace("/opt/deadstop/bin/deadstop", "/bin/true"))
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, timeout=60, check=False)
    said = [line for line in done.stderr.splitlines() if not any(key in line for key in NEWER_KEYS)]
    assert (done.returncode, done.stdout, said) == (0, "", [])


@needs_systemd
def test_systemd_finds_little_that_is_open(tmp_path: Path) -> None:
    unit = tmp_path / "deadstop.service"
    unit.write_text(UNIT)
    command = ["systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED}", str(unit)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout


@needs_systemd
def test_no_group_of_the_list_has_the_calls_that_are_named() -> None:
    """Where one has, the name can go."""
    groups = subprocess.run(
        ["systemd-analyze", "syscall-filter", "@system-service"], capture_output=True, text=True, timeout=60, check=True
    ).stdout
    assert "landlock_restrict_self" not in groups or "seccomp" not in groups


def test_the_containers_base_is_named_by_its_content() -> None:
    bases = re.findall(r"^FROM (\S+)", CONTAINER, re.MULTILINE)
    assert len(bases) == 2
    assert len({*bases}) == 1
    assert re.fullmatch(r"python:3\.13-slim@sha256:[0-9a-f]{64}", bases[0])


@pytest.mark.parametrize("text", [UNIT, CONTAINER], ids=["service", "container"])
def test_their_settings_exist(text: str) -> None:
    assert settings_in(text) != Settings()


def test_the_container_copies_what_the_build_needs() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", CONTAINER, re.MULTILINE)
    sources = {source for line in copied for source in line.split()}
    assert [source for source in sources if not (ROOT / source).exists()] == []
    packages = re.search(r"^packages = \[(.+)\]$", (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert packages is not None
    assert {*re.findall(r'"(\w+)"', packages[1]), "web", "pyproject.toml", "hatch_build.py"} <= sources


def test_the_container_runs_as_nobody_and_keeps_its_state() -> None:
    state_dir = settings_in(CONTAINER).supervisor.state_dir
    assert f"\nVOLUME {state_dir}\n" in CONTAINER
    assert settings_in(CONTAINER).worker.scratch_dir.startswith(state_dir)
    assert re.search(r"^USER [1-9]\d+$", CONTAINER, re.MULTILINE)
    assert f"\nEXPOSE {GatewaySettings().port}\n" in CONTAINER
    told = re.search(r"--stop-timeout (\d+)", CONTAINER)
    assert told is not None
    assert int(told[1]) > LONGEST_END_S
