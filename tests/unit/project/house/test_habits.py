"""What the pages and the hooks tell people to run is there, and does what is run by itself."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]
MAKEFILE = (ROOT / "Makefile").read_text()
HOOKS = (ROOT / ".pre-commit-config.yaml").read_text()
TEMPLATES = sorted((ROOT / ".github").rglob("*.md"))
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *TEMPLATES])
NAMED = r"(?:^|`)make ([a-z][\w-]*|\.venv/[\w./-]+)"


def recipe(target: str) -> list[str]:
    found = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)
    assert found is not None, target
    return [line.strip().lstrip("@-") for line in found[1].splitlines()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_target_that_a_page_names_exists(page: Path) -> None:
    named = set(re.findall(NAMED, page.read_text(), re.MULTILINE))
    assert {name for name in named if not re.search(rf"^{re.escape(name)}:", MAKEFILE, re.MULTILINE)} == set()


def test_the_head_of_the_makefile_names_every_target_for_people() -> None:
    told = set(re.findall(r"^# make ([\w-]+)", MAKEFILE, re.MULTILINE))
    phony = re.search(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)
    assert phony is not None
    assert told <= set(phony[1].split())
    assert set(phony[1].split()) - told == {"lint", "web-check", "lock-page", "chromium", "test-python"}


def test_the_hooks_run_what_lint_runs_and_reach_for_nothing_else() -> None:
    tools = [" ".join(line.replace(" --check", "").split()[:2]).removesuffix(" .") for line in recipe("lint")]
    entries = re.findall(r"entry: (.+)", HOOKS)
    assert [tool for tool in tools if not any(entry.startswith(tool) for entry in entries)] == []
    assert re.findall(r"repo: (.+)", HOOKS) == ["local"]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_every_file_that_a_template_names_exists(template: Path) -> None:
    files = re.findall(r"[\w/]+\.(?:md|toml)\b", template.read_text())
    assert [name for name in files if not (ROOT / name).exists()] == []
