"""Every link of the documentation leads to a file that is there, and to a heading of it."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def headings(page: Path) -> set[str]:
    """The anchors of a page's headings, spelled as a code host spells them."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def leads_nowhere(page: Path, link: str) -> bool:
    name, _, anchor = link.partition("#")
    target = (page.parent / name).resolve() if name else page
    return not target.exists() or (bool(anchor) and anchor not in headings(target))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)\s]+)\)", page.read_text())
    assert [link for link in links if leads_nowhere(page, link)] == []


def test_every_page_is_reached_from_the_readme() -> None:
    readme = ROOT / "README.md"
    reached, waiting = {readme}, [readme]
    while waiting:
        page = waiting.pop()
        files = re.findall(r"\]\((?!https?:|#)([^)#\s]+\.md)", page.read_text())
        found = {(page.parent / name).resolve() for name in files} - reached
        reached |= found
        waiting += sorted(found)
    assert [page for page in PAGES if page not in reached] == []
