"""What the guide quotes stands in `examples/`, to the letter; the examples' tests run them from there."""

import re
from pathlib import Path

import pytest

from bus.contract.settings_file import load_settings

ROOT = Path(__file__).parents[4]
GUIDE = "".join((ROOT / "docs" / page).read_text() for page in ("write-your-own-agent.md", "agent-protocol.md"))
LANGUAGES = {".py": "python", ".toml": "toml"}
EXAMPLES = sorted(path for path in (ROOT / "examples").iterdir() if path.suffix in LANGUAGES)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_the_guide_quotes_it(example: Path) -> None:
    quoted = re.findall(rf"^```{LANGUAGES[example.suffix]}\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    assert example.read_text() in quoted
    assert f"](../examples/{example.name})" in GUIDE


def test_its_settings_are_right() -> None:
    settings = load_settings(ROOT / "examples/my.toml", {})
    assert settings.agents["sizes"].entrypoint == "sizes:run"
