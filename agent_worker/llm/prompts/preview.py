"""A bounded look at a result for the model: the first rows, and totals over all of them."""

import math
from decimal import Context, Decimal
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from agent_worker.llm.prompts.catalog_text import shown_name
from bus.contract.events import Column
from bus.values.rows import json_values, table_rows

MAX_ROWS = 50
MAX_TEXT_CHARS = 12_000
MAX_CELL_CHARS = 200
MAX_ROW_CHARS = 4_000

Number = int | float | Decimal
EXACT = Context(prec=100)
"""Python's own context rounds to 28 digits."""


class Totals(msgspec.Struct, frozen=True):
    """Over all rows of one column: nulls, smallest, largest, as on the wire; `total` is the sum of a column of numbers,
    None where it is not known."""

    nulls: int
    minimum: Any = None
    maximum: Any = None
    total: Any = None


class Preview(msgspec.Struct, frozen=True):
    """The first `rows` of a result, with values as on the wire, how many it has in all, and totals: `columns`, each
    row and `totals` are in one order, and `totals` is empty where there were no rows.

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
        self._totals: list[_Running] = []
        self._row_count = 0

    def add(self, batch: pa.RecordBatch) -> None:
        """Take the next batch, its columns in the order given at the start."""
        missing = self._max_rows - len(self._rows)
        if missing > 0:
            self._rows += map(tuple, table_rows(pa.Table.from_batches([batch.slice(0, missing)])))
        self._row_count += batch.num_rows
        totals = [_running(values) for values in batch.columns]
        self._totals = list(map(_add, self._totals, totals)) if self._totals else totals

    def build(self, *, truncated: bool = False) -> Preview:
        """What has been seen so far."""
        totals = tuple(map(_in_all, self._totals))
        return Preview(self._columns, tuple(self._rows), self._row_count, truncated, totals)


def preview_text(preview: Preview, limit_chars: int = MAX_TEXT_CHARS) -> str:
    """The preview as the model reads it: columns, one JSON array a row, then what is known of all rows."""
    lines = ["columns: " + ", ".join(f"{shown_name(column.name)} {column.type}" for column in preview.columns)]
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
        lines += [f"all rows of {shown_name(column.name)}: {_json(_known(totals))}" for column, totals in pairs]
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
    return msgspec.json.encode(value, enc_hook=str).decode()[:MAX_ROW_CHARS].replace("</", "<\\/")


class _Running(NamedTuple):
    """Totals that can still be added to: smallest and largest as Arrow arrays of one value or none, because Python
    has no counterpart of some."""

    nulls: int
    low: pa.Array
    high: pa.Array
    total: Number | None


def _running(values: pa.Array) -> _Running:
    kind = values.type
    numeric = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    ordered = pa.types.is_temporal(kind) and not pa.types.is_interval(kind)
    if not numeric and not ordered:
        return _Running(values.null_count, pa.nulls(0), pa.nulls(0), None)
    low, high = _extremes(values)
    return _Running(values.null_count, low, high, _sum(values, low, high) if numeric else None)


def _extremes(values: pa.Array) -> tuple[pa.Array, pa.Array]:
    edges = pc.min_max(values)
    low, high = (pa.repeat(edges[name], 1).drop_null() for name in ("min", "max"))
    return low, high


def _sum(values: pa.Array, low: pa.Array, high: pa.Array) -> Number | None:
    # Arrow adds integers in 64 bits, decimals in 38 digits, and wraps in silence; no sum is better than a wrong one.
    if not pa.types.is_floating(values.type) and len(low):
        kind = values.type
        limit = Decimal(10) ** (38 - kind.scale) if pa.types.is_decimal(kind) else Decimal(2**63)
        if max(abs(Decimal(low[0].as_py())), abs(Decimal(high[0].as_py()))) * len(values) >= limit:
            return None
    total: Number | None = pc.sum(values, min_count=0).as_py()
    return total


def _add(one: _Running, other: _Running) -> _Running:
    low, _ = _extremes(pa.concat_arrays([one.low, other.low]))
    _, high = _extremes(pa.concat_arrays([one.high, other.high]))
    return _Running(one.nulls + other.nulls, low, high, _plus(one.total, other.total))


def _plus(one: Number | None, other: Number | None) -> Number | None:
    if one is None or other is None:
        return None
    if isinstance(one, Decimal) and isinstance(other, Decimal):
        return EXACT.add(one, other)
    return one + other  # type: ignore[operator]  # the sums of one column are of one kind


def _in_all(running: _Running) -> Totals:
    low, high = ((json_values(edge) or [None])[0] for edge in (running.low, running.high))
    return Totals(running.nulls, low, high, running.total)
