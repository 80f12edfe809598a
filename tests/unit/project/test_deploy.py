"""The files in deploy/ say what the code does."""

import re
from configparser import ConfigParser
from pathlib import Path

import pytest

from bus.contract.settings import GatewaySettings, Settings, SupervisorSettings
from bus.contract.settings_file import load_settings
from bus.system.control_groups import MAIN
from ops.errors import EXIT_USAGE
from ops.serve.programs import END_MARGIN_S
from ops.serve.signals import REPLACE_SIGNAL

ROOT = Path(__file__).parents[3]
UNIT = (ROOT / "deploy/deadstop.service").read_text()
CONTAINER = (ROOT / "deploy/Containerfile").read_text()
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


def test_landlock_is_not_filtered_away(service: dict[str, str]) -> None:
    for call in ("landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"):
        assert call in service["SystemCallFilter"]
        assert call in CONTAINER


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
