"""The folders of the programs, and of the tests beside them, show what they are made of: none is a heap of files."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PROGRAMS = ("bus", "supervisor", "agent_worker", "gateway", "broker", "ops", "deadstop")
TESTS = ("tests/workers", "tests/browser", "tests/e2e")
MOST_FILES = 10

FOLDERS = sorted(
    str(folder.relative_to(ROOT))
    for program in (*PROGRAMS, *TESTS)
    for folder in (ROOT / program, *(ROOT / program).rglob("*"))
    if folder.is_dir() and (folder / "__init__.py").exists()
)


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_holds_few_files(folder: str) -> None:
    modules = [path.name for path in (ROOT / folder).glob("*.py") if not path.name.startswith("__")]
    assert len(modules) <= MOST_FILES, f"{folder} holds {len(modules)} files; which are a room?"
