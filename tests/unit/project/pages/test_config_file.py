"""`config.toml` says exactly what the code does: each key there, each explained, each default the same."""

import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bus.contract.settings import AgentDefinition, MachineSettings, Price, Settings, SettingsTable, TokenEntry
from bus.contract.settings_file import load_settings

CONFIG = Path(__file__).parents[4] / "config.toml"
EXAMPLE = "#> "


def keys_of(struct: msgspec.Struct) -> dict[str, Any]:
    """The settings as nested dictionaries, tables inside."""
    facts = {name: getattr(struct, name) for name in struct.__struct_fields__}
    return {name: keys_of(value) if isinstance(value, SettingsTable) else value for name, value in facts.items()}


def undocumented(lines: list[str]) -> list[str]:
    """Keys and tables of values that have no comment above them."""
    return [
        line
        for before, line in zip(["", *lines], lines, strict=False)
        if "=" in line.partition("#")[0] and not before.startswith("# ") and " = { input" not in line
    ]


def test_the_file_loads_and_every_default_is_the_codes() -> None:
    assert load_settings(CONFIG, {}) == Settings()


def test_every_key_stands_in_the_file() -> None:
    written = tomllib.loads(CONFIG.read_text())
    for table, keys in keys_of(Settings()).items():
        if table != "agents":  # there are none by default; the examples show one
            assert set(written[table]) == set(keys), f"[{table}]"


def test_every_key_is_explained() -> None:
    assert undocumented(CONFIG.read_text().splitlines()) == []


def test_the_examples_load_and_show_every_key() -> None:
    lines = [line.removeprefix(EXAMPLE) for line in CONFIG.read_text().splitlines() if line.startswith(EXAMPLE)]
    written = tomllib.loads("\n".join(lines))
    msgspec.convert(written, Settings)
    shown = [key for agent in written["agents"].values() for key in agent]
    assert set(shown) == set(AgentDefinition.__struct_fields__)
    assert set(written["cluster"]["machines"]["10.0.0.6"]) == set(MachineSettings.__struct_fields__)
    assert set(written["auth"]["tokens"][0]) == set(TokenEntry.__struct_fields__)
    assert set(tomllib.loads(CONFIG.read_text())["llm"]["prices"]["claude-haiku-5-5"]) == set(Price.__struct_fields__)


@pytest.mark.parametrize(
    ("key", "unit"), [("_s", "second"), ("_bytes", "bytes"), ("_usd", "US dollars"), ("_days", "days")]
)
def test_every_quantity_names_its_unit(key: str, unit: str) -> None:
    lines = CONFIG.read_text().splitlines()
    quantities = [index for index, line in enumerate(lines) if line.partition(" =")[0].endswith(key) and "=" in line]
    assert quantities
    for index in quantities:
        assert unit in comment_above(lines, index), lines[index]


def comment_above(lines: list[str], index: int) -> str:
    start = index
    while lines[start - 1].startswith("#"):
        start -= 1
    return " ".join(lines[start:index])
