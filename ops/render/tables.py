"""Tables that fit the terminal."""

import math
import re
from collections.abc import Sequence
from typing import Any, Literal

import msgspec
from rich.table import Table
from rich.text import Text

from ops.format import clean

MIN_COLUMN_WIDTH = 9
MAX_CELL_CHARS = 200
SIGNIFICANT_DIGITS = 6
MAX_DECIMALS = 12
_NUMBER = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DECIMAL(\(.*\))?|DOUBLE|FLOAT|REAL", re.IGNORECASE)


def plain_table(*columns: str, numbers: Sequence[str] = (), flexible: Sequence[str] = ()) -> Table:
    """An empty table without lines; `numbers` are right-aligned. Where there is no room, `flexible` columns give
    way, the widest first; their cells are of `giving_way`."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in columns:
        table.add_column(
            name,
            justify="right" if name in numbers else "left",
            no_wrap=name not in flexible,  # rich takes room from those that may wrap before it cuts any other
            overflow="ellipsis",
            min_width=len(name),
        )
    return table


def giving_way(text: str, style: str = "") -> Text:
    """A cell that stays on one line, cut where its column has given way."""
    return Text(text, style, no_wrap=True, overflow="ellipsis")


def keep_whole(table: Table, name: str, width: int) -> None:
    """This column is never cut below `width`, however narrow the terminal."""
    for column in table.columns:
        if column.header == name:
            column.min_width = width


def result_table(columns: Sequence[dict[str, str]], rows: Sequence[Sequence[Any]], width: int) -> tuple[Table, int]:
    """Rows of an answer in at most `width` characters, and how many columns had no room.

    `columns` and `rows` are those of the outside wire.
    """
    shown = columns[: max(1, width // MIN_COLUMN_WIDTH)]
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for column in shown:
        side: Literal["left", "right"] = "right" if _NUMBER.fullmatch(column["type"]) else "left"
        table.add_column(clean(column["name"]), justify=side, no_wrap=True, overflow="ellipsis")
    decimals = [_decimals([row[index] for row in rows]) for index in range(len(shown))]
    for row in rows:
        table.add_row(*(cell_text(value, places) for value, places in zip(row, decimals, strict=False)))
    return table, len(columns) - len(shown)


def _decimals(values: Sequence[Any]) -> int:
    """How many decimals a column's floats are shown with: the same for all, so that they stand under each other."""
    floats = [abs(value) for value in values if isinstance(value, float)]
    if all(value.is_integer() for value in floats):
        return 1
    before_point = math.floor(math.log10(max(floats))) + 1
    return min(MAX_DECIMALS, max(1, SIGNIFICANT_DIGITS - before_point))


def cell_text(value: Any, decimals: int = 1) -> str:
    """One value as people read it, on one line; floats with this many decimals."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return f"{value:.{decimals}f}" if abs(value) < 1e15 else f"{value:g}"
        case str():
            text = value
        case list() | dict():
            text = msgspec.json.encode(value).decode()
        case _:
            text = str(value)
    text = clean(text.replace("\n", " "))
    return text if len(text) <= MAX_CELL_CHARS else text[: MAX_CELL_CHARS - 1] + "…"
