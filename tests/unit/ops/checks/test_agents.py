"""Agents of the settings are looked for where workers look for them."""

import sys
from pathlib import Path

import pytest

from bus.contract.settings import AgentDefinition, Settings
from ops.checks.agents import agents


def found(folder: Path, **definition: object) -> list[str]:
    agent = AgentDefinition(folder=str(folder), **definition)  # type: ignore[arg-type]
    return [finding.found for finding in agents(Settings(agents={"mine": agent}))]


def test_modules_of_the_folder_and_installed_ones(tmp_path: Path) -> None:
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack/mine.py").touch()
    assert found(tmp_path, entrypoint="pack.mine:run") == []
    assert found(tmp_path, entrypoint="agent_worker.agents.parquet.agent:run") == []
    assert found(tmp_path, entrypoint="pack.other:run") == ["there is no module pack.other"]
    assert found(tmp_path, entrypoint="nothing:run") == ["there is no module nothing"]


def test_a_module_that_has_a_name_of_ours(tmp_path: Path) -> None:
    (tmp_path / "mine.py").touch()
    (tmp_path / "bus.py").touch()
    (named,) = found(tmp_path, entrypoint="mine:run")
    assert named == "its folder has a module bus, and `import bus` gives Deadstop's own package"


def test_programs(tmp_path: Path) -> None:
    (tmp_path / "run.sh").touch()
    assert found(tmp_path, command=["sh", "run.sh"]) == []
    assert found(tmp_path, command=["./run.sh"]) == []
    assert found(tmp_path, command=["no-such"]) == ["there is no program no-such in PATH"]


def test_a_framework_that_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.py").touch()
    assert found(tmp_path, langgraph="mine:graph") == []
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    assert found(tmp_path, langgraph="mine:graph") == ["it is one of langgraph, and langgraph is not installed"]
    assert found(tmp_path, openai_agents="mine:agent") == ["it is one of openai_agents, and agents is not installed"]
