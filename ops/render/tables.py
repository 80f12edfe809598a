"""Tables that fit the terminal."""

from collections.abc import Sequence
from typing import Any, Literal

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from bus.values.logical_types import LogicalType, parse_type
from bus.values.value_text import is_number, value_text
from ops.format import clean

MIN_COLUMN_WIDTH = 9
MAX_CELL_CHARS = 200
PADDING = 2


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
    table = Table(box=None, pad_edge=False, padding=(0, PADDING, 0, 0), header_style="bold")
    kinds = [parse_type(column["type"]) for column in shown]
    names = [clean(column["name"]) for column in shown]
    texts = [[cell_text(value, kind) for value, kind in zip(row, kinds, strict=False)] for row in rows]
    needed = [max(map(cell_len, column)) for column in zip(names, *texts, strict=True)]
    widths = fitting_widths(needed, width - PADDING * len(shown))
    for name, kind, its_width in zip(names, kinds, widths, strict=True):
        side: Literal["left", "right"] = "right" if is_number(kind) else "left"
        table.add_column(name, justify=side, no_wrap=True, overflow="ellipsis", width=its_width)
    for row_texts in texts:
        table.add_row(*row_texts)
    return table, len(columns) - len(shown)


def fitting_widths(needed: Sequence[int], room: int) -> list[int]:
    """What each column gets of the room: narrow ones what they need, the widest share the rest alike."""
    widths, left = [0] * len(needed), room
    for number, at in enumerate(sorted(range(len(needed)), key=lambda one: needed[one])):
        widths[at] = max(1, min(needed[at], left // (len(needed) - number)))
        left -= widths[at]
    return widths


def cell_text(value: Any, kind: LogicalType) -> str:
    """One value as people read it, on one line."""
    text = clean((value_text(value, kind) or "").replace("\n", " "))
    return text if len(text) <= MAX_CELL_CHARS else text[: MAX_CELL_CHARS - 1] + "…"
