"""Tables that fit the terminal."""

from collections.abc import Sequence
from typing import Any, Literal

from rich.table import Table
from rich.text import Text

from bus.values.logical_types import LogicalType, parse_type
from bus.values.value_text import is_number, value_text
from ops.format import clean

MIN_COLUMN_WIDTH = 9
MAX_CELL_CHARS = 200


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
    kinds = [parse_type(column["type"]) for column in shown]
    for column, kind in zip(shown, kinds, strict=True):
        side: Literal["left", "right"] = "right" if is_number(kind) else "left"
        table.add_column(clean(column["name"]), justify=side, no_wrap=True, overflow="ellipsis")
    for row in rows:
        table.add_row(*(cell_text(value, kind) for value, kind in zip(row, kinds, strict=False)))
    return table, len(columns) - len(shown)


def cell_text(value: Any, kind: LogicalType) -> str:
    """One value as people read it, on one line."""
    text = clean((value_text(value, kind) or "").replace("\n", " "))
    return text if len(text) <= MAX_CELL_CHARS else text[: MAX_CELL_CHARS - 1] + "…"
