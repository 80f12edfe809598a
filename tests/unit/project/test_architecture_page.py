"""The architecture page and the decisions lead to what is there."""

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGES = [ROOT / "docs/architecture.md", *sorted((ROOT / "docs/decisions").glob("*.md"))]
PROGRAMS = ("bus", "supervisor", "agent_worker", "gateway", "broker", "ops", "deadstop")


def places_in(page: Path) -> list[str]:
    return re.findall(rf"`((?:{'|'.join((*PROGRAMS, 'web', 'clients', 'tests'))})/[\w/.-]*)`", page.read_text())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_place_that_is_named_exists(page: Path) -> None:
    assert [place for place in places_in(page) if not (ROOT / place).exists()] == []


def test_the_map_names_many_places() -> None:
    assert len(places_in(PAGES[0])) > 20


@pytest.mark.parametrize("page", PAGES[1:], ids=lambda page: page.name)
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
