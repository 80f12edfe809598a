"""A bounded look at a result for the model: the first rows, and totals over all of them."""

import math
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from bus.contract.events import Column

MAX_ROWS = 50
MAX_TEXT_CHARS = 12_000
MAX_CELL_CHARS = 200
MAX_ROW_CHARS = 4_000


class Totals(msgspec.Struct, frozen=True):
    """Over all rows of one column: nulls, smallest, largest; `total` is the sum of a column of numbers, None where
    it is not known."""

    nulls: int
    minimum: Any = None
    maximum: Any = None
    total: Any = None


class Preview(msgspec.Struct, frozen=True):
    """The first `rows` of a result, how many it has in all, and totals: `columns`, each row and `totals` are in
    one order, and `totals` is empty where there were no rows.

    `truncated` is true when the result itself was cut off, so that even the totals do not cover everything.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    row_count: int
    truncated: bool = False
    totals: tuple[Totals, ...] = ()


class PreviewBuilder:
    """Collects a preview while the batches of a result stream by."""

    def __init__(self, columns: tuple[Column, ...], max_rows: int = MAX_ROWS) -> None:
        self._columns = columns
        self._max_rows = max_rows
        self._rows: list[tuple[Any, ...]] = []
        self._totals: list[Totals] = []
        self._row_count = 0

    def add(self, batch: pa.RecordBatch) -> None:
        """Take the next batch, its columns in the order given at the start."""
        missing = self._max_rows - len(self._rows)
        if missing > 0:
            head = batch.slice(0, missing)
            self._rows += zip(*(column.to_pylist() for column in head.columns), strict=True)
        self._row_count += batch.num_rows
        totals = [_totals(values) for values in batch.columns]
        self._totals = list(map(_add, self._totals, totals)) if self._totals else totals

    def build(self, *, truncated: bool = False) -> Preview:
        """What has been seen so far."""
        return Preview(self._columns, tuple(self._rows), self._row_count, truncated, tuple(self._totals))


def preview_text(preview: Preview, limit_chars: int = MAX_TEXT_CHARS) -> str:
    """The preview as the model reads it: columns, one JSON array a row, then what is known of all rows."""
    lines = ["columns: " + ", ".join(f"{column.name} {column.type}" for column in preview.columns)]
    room = limit_chars - len(lines[0])
    for row in preview.rows:
        line = _json([_cell(value) for value in row])
        room -= len(line) + 1
        if room < 0:
            break
        lines.append(line)
    shown = len(lines) - 1
    lines.append(f"rows: {preview.row_count} in all, {shown} shown" + _cut_off(preview))
    if shown < preview.row_count:
        pairs = zip(preview.columns, preview.totals, strict=False)
        lines += [f"all rows of {column.name}: {_json(_known(totals))}" for column, totals in pairs]
    return "\n".join(lines)


def _cut_off(preview: Preview) -> str:
    return "; the result was cut off, there are more rows than were read" if preview.truncated else ""


def _known(totals: Totals) -> dict[str, Any]:
    total = totals.total if totals.minimum is not None else None  # the sum of nothing is no figure
    parts = {"sum": total, "min": totals.minimum, "max": totals.maximum}
    return {name: _cell(value) for name, value in parts.items() if value is not None} | {"nulls": totals.nulls}


def _cell(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, str) and len(value) > MAX_CELL_CHARS:
        return value[:MAX_CELL_CHARS] + "…"
    return value


def _json(value: Any) -> str:
    return msgspec.json.encode(value, enc_hook=str).decode()[:MAX_ROW_CHARS]


def _totals(values: pa.Array) -> Totals:
    kind = values.type
    numeric = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    ordered = pa.types.is_temporal(kind) and not pa.types.is_interval(kind)
    if not numeric and not ordered:
        return Totals(values.null_count)
    edges = pc.min_max(values).as_py()
    total = pc.sum(values, min_count=0).as_py() if numeric and _sums_safely(values, edges) else None
    return Totals(values.null_count, edges["min"], edges["max"], total)


def _sums_safely(values: pa.Array, edges: dict[str, Any]) -> bool:
    # Arrow adds integers in 64 bits and wraps in silence; no sum is better than a wrong one.
    if not pa.types.is_integer(values.type) or edges["max"] is None:
        return True
    return bool(max(abs(edges["min"]), abs(edges["max"])) * len(values) < 2**63)


def _add(one: Totals, other: Totals) -> Totals:
    smallest = [value for value in (one.minimum, other.minimum) if value is not None]
    largest = [value for value in (one.maximum, other.maximum) if value is not None]
    total = None if one.total is None or other.total is None else one.total + other.total
    return Totals(one.nulls + other.nulls, min(smallest, default=None), max(largest, default=None), total)
