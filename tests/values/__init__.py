"""The table of types, depths and texts that the server's tests and the page's walk alike: `values.json`.

`values.arrow` is what the engine gives for it, so that the page's tests need no engine: a row with a column for each
depth of each case, called by the name of its type. `DEADSTOP_WRITE_VALUES=1 pytest tests/unit/values` writes it anew.
"""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
_TABLE = json.loads((FOLDER / "values.json").read_text())
CASES: list[dict[str, Any]] = _TABLE["cases"]
DEPTHS: list[dict[str, str]] = _TABLE["depths"]


def statement(case: dict[str, Any]) -> str:
    """A row with the case's value at every depth."""
    return "SELECT " + ", ".join(f"{depth['sql'].replace('@SQL', case['sql'])} AS x" for depth in DEPTHS)


def texts(case: dict[str, Any]) -> list[str]:
    """What stands in that row."""
    quoted = json.dumps(case["text"], ensure_ascii=False)
    return [
        depth["text"].replace("@TEXT", case["text"]).replace("@INSIDE", case["inside"]).replace("@QUOTED", quoted)
        for depth in DEPTHS
    ]
