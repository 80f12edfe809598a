"""The operations page says what the code does: every table of settings, signal, exit code and error code."""

import re
import sqlite3
import subprocess
from pathlib import Path
from typing import get_args

import pytest

from agent_worker.engine.errors import ErrorKind
from bus.contract.settings import Settings
from bus.contract.vocabulary import Reason
from bus.serve_contract import DRAINED, STATE_LOST
from ops import errors
from ops.serve.signals import STOP_SIGNALS

ROOT = Path(__file__).parents[4]
PAGE = (ROOT / "docs" / "operations.md").read_text()


def section(title: str) -> str:
    """From this heading to the next of its kind."""
    found = re.search(rf"^## {re.escape(title)}$(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None, title
    return found[1]


def first_cells(title: str) -> set[str]:
    """What stands in code in the first column of the section's tables."""
    rows = re.findall(r"^\| ([^|]+) \|", section(title), re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row)}


def codes_of_agents() -> set[str]:
    """Every code that the bundled agents give to an error."""
    codes = {f"sql_{kind}" for kind in get_args(ErrorKind)} - {"sql_out_of_memory", "sql_timeout"}
    for path in (ROOT / "agent_worker").rglob("*.py"):
        text = path.read_text()
        codes |= set(re.findall(r'code="(\w+)"', text)) | set(re.findall(r'"(llm_[a-z_]+)"', text))
    return codes - set(Reason) - {"llm_settings"}


def test_every_table_of_settings() -> None:
    tables = {f"[{name}]" for name in Settings.__struct_fields__} - {"[agents]"}
    assert first_cells("Settings") == tables | {"[agents.NAME]"}


def test_every_signal_that_ends_serve() -> None:
    (row,) = re.findall(r"^\| `serve` \| (SIGTERM.*?) \|", section("Signals"), re.MULTILINE)
    assert {number.name for number in STOP_SIGNALS} == set(re.findall(r"SIG[A-Z]+", row))


def test_every_exit_code() -> None:
    codes = {value for name, value in vars(errors).items() if name.startswith("EXIT_")} | {DRAINED, STATE_LOST}
    assert set(map(int, re.findall(r"^\| (\d+) \|", section("Exit codes"), re.MULTILINE))) == codes


def test_every_error_code_of_an_agent() -> None:
    assert first_cells("Error codes") == codes_of_agents()


@pytest.mark.parametrize("reason", Reason)
def test_every_reason(reason: Reason) -> None:
    assert reason in first_cells("Why did my worker die?")


def test_the_log_can_be_copied_as_the_page_says(tmp_path: Path) -> None:
    program = re.search(r"python3 -c '(.+)'", section("Back up and restore"))
    assert program is not None
    log, copy = tmp_path / "log.sqlite", tmp_path / "copy.sqlite"
    writer = sqlite3.connect(log)
    writer.execute("PRAGMA journal_mode=WAL")
    writer.execute("CREATE TABLE jobs (n INTEGER)")
    writer.execute("INSERT INTO jobs VALUES (7)")
    writer.commit()
    subprocess.run(["python3", "-c", program[1], str(log), str(copy)], check=True, timeout=120)
    writer.close()
    reader = sqlite3.connect(copy)
    assert reader.execute("SELECT n FROM jobs").fetchall() == [(7,)]
    reader.close()
