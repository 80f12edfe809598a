"""What the doctor says of nodes."""

import importlib.util
from pathlib import Path

import pytest

from bus.contract.settings import ClusterSettings, Settings
from ops.checks.cluster import cluster, has_token
from ops.checks.finding import Level


def found(provider: str) -> dict[str, Level]:
    """The findings, by name."""
    return {each.name: each.level for each in cluster(Settings(cluster=ClusterSettings(provider=provider)))}


def test_without_a_cluster_there_is_nothing_to_say() -> None:
    assert found("") == {}


def test_nodes_on_this_machine_take_namespaces_alone() -> None:
    assert found("local").keys() == {"namespaces"}


def test_ray_that_is_not_installed_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert found("ray")["ray"] is Level.PROBLEM


def test_a_token_is_looked_for_where_ray_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert not has_token()
    (tmp_path / ".ray").mkdir()
    (tmp_path / ".ray" / "auth_token").write_text("b5c1")
    assert has_token()
    monkeypatch.setenv("RAY_AUTH_TOKEN_PATH", str(tmp_path / "elsewhere"))
    assert not has_token()
    monkeypatch.setenv("RAY_AUTH_TOKEN", "b5c1")
    assert has_token()
