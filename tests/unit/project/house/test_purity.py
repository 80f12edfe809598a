"""What a module says of itself is held: one that calls itself pure is under the contract that keeps it so."""

import ast
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[4]
LINTER = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
(HELD,) = [each["source_modules"] for each in LINTER["contracts"] if each["name"] == "Decisions are pure"]


def module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def pure_modules() -> list[str]:
    files = [path for package in LINTER["root_packages"] for path in (ROOT / package).rglob("*.py")]
    return [
        module(path) for path in files if re.search(r"\bPure\b", ast.get_docstring(ast.parse(path.read_text())) or "")
    ]


def test_every_module_that_says_so_is_under_the_contract() -> None:
    pure = pure_modules()
    assert len(pure) > 60
    assert [name for name in pure if not any(f"{name}.".startswith(f"{held}.") for held in HELD)] == []


def test_the_contract_names_each_once() -> None:
    assert sorted(HELD) == HELD
    assert [name for name in HELD if any(name.startswith(f"{held}.") for held in HELD)] == []
