"""The folders show what they are made of: none is a heap of files. And the measurements stand on what the tests stand
on, not on the tests."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]
TREES = ("bus", "supervisor", "agent_worker", "gateway", "broker", "ops", "deadstop", "tests")
MOST_FILES = 10

FOLDERS = sorted(
    str(folder.relative_to(ROOT))
    for tree in TREES
    for folder in (ROOT / tree, *(ROOT / tree).rglob("*"))
    if folder.is_dir() and any(folder.glob("*.py"))
)

FOR_MEASUREMENTS = (
    "tests.browser.harness",
    "tests.e2e.cli_runner",
    "tests.fakes",
    "tests.harness",
    "tests.programs",
    "tests.workers",
)


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_holds_few_files(folder: str) -> None:
    modules = [path.name for path in (ROOT / folder).glob("*.py") if path.name not in ("__init__.py", "conftest.py")]
    modules = [name for name in modules if not name.startswith("__")]
    assert len(modules) <= MOST_FILES, f"{folder} holds {len(modules)} files; which are a room?"


def test_measurements_import_no_test() -> None:
    imported = {
        (str(path.relative_to(ROOT)), node.module)
        for path in (ROOT / "bench").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "tests"
    }
    allowed = {one for one in imported if any(f"{one[1]}.".startswith(f"{room}.") for room in FOR_MEASUREMENTS)}

    assert len(imported) > 10
    assert imported == allowed
