"""`deadstop describe`: writes what is guessed of the data beside them, and never over what is there."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from bench.question_data.newcomers import make_clinic
from tests.e2e.cli_runner import deadstop


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clinic(tmp_path_factory.mktemp("clinic"), date(2026, 11, 26))


def test_the_guesses_are_written_once_and_are_what_answers_go_by(clinic: Path, tmp_path: Path, temporary: Path) -> None:
    file = clinic / "deadstop.toml"
    written = deadstop(tmp_path, "describe", "--data", str(clinic))
    assert (written.returncode, written.stdout) == (0, "")
    assert str(file) in written.stderr
    text = file.read_text("utf-8")
    assert '#revenue = { table = "invoices", expression = "sum(amount)" }' in text
    assert not any(tomllib.loads(text).values())
    file.write_text(text.replace("#revenue", "revenue"), "utf-8")

    again = deadstop(tmp_path, "describe", "--data", str(clinic))
    assert again.returncode == 1
    assert "--force" in again.stderr
    asked = deadstop(tmp_path, "ask", "--data", str(clinic), "revenue", ANTHROPIC_API_KEY="")
    assert asked.returncode == 0, asked.stderr
    assert "sum(amount)" in asked.stdout.lower().replace("invoices.", "")

    printed = deadstop(tmp_path, "describe", "--data", str(clinic), "-o", "-", "--force")
    assert printed.returncode == 0
    assert tomllib.loads(printed.stdout)["measures"] == {}
    assert "revenue = " in file.read_text("utf-8").replace("#revenue", ""), "printing writes nothing"
    assert not list(temporary.iterdir())


def test_the_sample_data_are_not_written_to(tmp_path: Path) -> None:
    done = deadstop(tmp_path, "describe")
    assert done.returncode == 1
    assert "--data" in done.stderr
