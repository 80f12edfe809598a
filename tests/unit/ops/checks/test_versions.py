"""The versions that were tested stand beside those that are found."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from bus.contract.settings import Settings
from ops.checks import versions
from ops.checks.finding import Level
from ops.cli import cli


def pin(monkeypatch: pytest.MonkeyPatch, path: Path, text: str) -> None:
    path.write_text(text)
    monkeypatch.setattr(versions, "_IN_CHECKOUT", path)


def test_the_lock_names_every_library_that_is_told() -> None:
    tested = versions.tested_versions()
    assert [name for name in versions.LIBRARIES if name not in tested] == []
    assert all(library.found for library in versions.libraries())


def test_another_version_is_a_warning_that_names_the_tested_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pins = "duckdb==1.0.7 \\\n    --hash=sha256:00\n    # via deadstop\npyarrow==26.0.1 ; sys_platform == 'linux'\n"
    pin(monkeypatch, tmp_path / "run.txt", pins)
    finding = versions.versions(Settings())
    assert finding.level is Level.WARNING
    assert "tested with duckdb 1.0.7" in finding.todo
    said = CliRunner().invoke(cli, ["--version"]).output.splitlines()
    assert said[0].startswith("deadstop ")
    assert said[1].startswith("duckdb ")
    assert said[1].endswith(", tested with 1.0.7")


def test_without_a_record_nothing_is_claimed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(versions, "_IN_CHECKOUT", tmp_path / "none.txt")
    assert versions.versions(Settings()).level is Level.OK
    assert "tested" not in CliRunner().invoke(cli, ["--version"]).output
