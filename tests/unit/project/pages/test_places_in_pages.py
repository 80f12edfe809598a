"""What the pages name is there: files, folders, and what decisions say can be run."""

import importlib.util
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]
ARCHITECTURE = ROOT / "docs/architecture.md"
DECISIONS = sorted((ROOT / "docs/decisions").glob("*.md"))
PROGRAMS = ("bus", "supervisor", "agent_worker", "gateway", "broker", "ops", "deadstop")
TOPS = (*PROGRAMS, "web", "clients", "tests", "bench", "deploy", "docs", "examples")
MADE = {"gateway/static", "agent_worker/sample_data", "clients/typescript/dist", "bench/results"}
"""Not committed: they are there once somebody has made them."""


def committed(pattern: str = "*") -> list[Path]:
    listed = subprocess.run(["git", "ls-files", pattern], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.split()]


PAGES = committed("*.md")
FILE_NAMES = {path.name for path in committed()}


def places_in(page: Path) -> list[str]:
    """Whatever looks like a path from the root, in code or beside it; `*` stands for any name."""
    found = re.findall(rf"(?<![\w./-])((?:{'|'.join(TOPS)})/[\w./*-]*)", page.read_text())
    return [place.rstrip("./") for place in found]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_place_that_is_named_exists(page: Path) -> None:
    assert [place for place in places_in(page) if place not in MADE and not any(ROOT.glob(place))] == []


@pytest.mark.parametrize("page", [ARCHITECTURE, *DECISIONS], ids=lambda page: page.name)
def test_every_file_that_is_named_without_its_folder_exists(page: Path) -> None:
    named = re.findall(r"`([\w-]+\.(?:py|ts|css|toml|sh|service|yaml))`", page.read_text())
    assert [name for name in named if name not in FILE_NAMES] == []


def test_the_map_names_many_places() -> None:
    assert len(places_in(ARCHITECTURE)) > 60


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.name)
def test_what_a_decision_has_measured_can_be_run(page: Path) -> None:
    """Modules that `python -m` names, and test files that `pytest` names."""
    modules = re.findall(r"python -m ([\w.]+)", page.read_text())
    files = re.findall(r"pytest ([\w/.]+)", page.read_text())
    assert [name for name in modules if importlib.util.find_spec(name) is None] == []
    assert [name for name in files if not (ROOT / name).exists()] == []


def test_every_room_says_what_it_is_for() -> None:
    rooms = [path for name in PROGRAMS for path in (ROOT / name).rglob("*.py")]
    folders = {path.parent for path in rooms}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").is_file()] == []
    assert [str(folder) for folder in folders if not (folder / "__init__.py").read_text().startswith('"""')] == []
