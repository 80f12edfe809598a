"""Rows of the history on a terminal."""

from typing import Any

from rich.console import Console

from ops.client.history import Rows
from ops.render.tables import result_table

SHOWN_ROWS = 200


def print_rows(title: str, rows: Rows, out: Console, err: Console) -> None:
    """The first rows as a table under their title; that there are more is said, not hidden."""
    shown: list[list[Any]] = []
    for piece in rows.pieces:
        shown += piece
        if len(shown) > SHOWN_ROWS:
            break
    if title:
        out.print(title, style="bold")
    if not shown:
        err.print("no rows", style="dim")
    table, left_out = result_table(rows.columns, shown[:SHOWN_ROWS], out.width)
    out.print(table)
    if len(shown) > SHOWN_ROWS:
        err.print(f"only the first {SHOWN_ROWS} rows are shown; --json prints all", style="dim")
    if left_out:
        err.print(f"{left_out} more columns have no room here; --json prints all", style="dim")
