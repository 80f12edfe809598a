"""The architecture page leads to what is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/architecture.md").read_text()
PROGRAMS = ("bus", "supervisor", "agent_worker", "gateway", "ops")


def test_every_place_that_is_named_exists() -> None:
    named = re.findall(rf"`((?:{'|'.join((*PROGRAMS, 'web'))})/[\w/.-]*)`", PAGE)
    assert len(named) > 20
    assert [place for place in named if not (ROOT / place).exists()] == []


def test_every_room_says_what_it_is_for() -> None:
    rooms = [path for name in PROGRAMS for path in (ROOT / name).rglob("*.py")]
    folders = {path.parent for path in rooms}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").is_file()] == []
    assert [str(folder) for folder in folders if not (folder / "__init__.py").read_text().startswith('"""')] == []
