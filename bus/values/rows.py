"""Arrow rows as JSON: what a client receives that does not read Arrow itself.

Rows are arrays in column order. Integers beyond 2^53 and decimals are strings, NaN and the infinities the strings
`"NaN"`, `"Infinity"`, `"-Infinity"`, dates and times ISO 8601 (with a zone: in UTC; `bus.values.time_text` says what is
written beyond it), binary base64, lists and structs themselves, maps lists of `{"key", "value"}`. No value goes
through Python's datetime, which knows neither years beyond 9999 nor nanoseconds.

Only who shows rows imports this module: it loads pyarrow, which the supervisor must not.
"""

import base64
from collections.abc import Callable
from decimal import Decimal
from itertools import islice
from math import isfinite
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from bus.values.arrow_stream import checked_table
from bus.values.time_text import DAY_S, NO_END, date_text, time_text, timestamp_text

SAFE_INTEGER = 1 << 53
"""Beyond this a JSON number is not what it says in JavaScript."""

HUGEINT_DIGITS = 38

_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_FIRST_DAY, _END_DAY = -719_162, 2_932_897
"""Days since 1970 of which Arrow writes what people write: of the years 1 to 9999."""


def json_rows(arrow: bytes) -> list[list[Any]]:
    """The rows of a worker's `TableRows` event, ready for any JSON encoder. Raises `pyarrow.ArrowInvalid`."""
    return table_rows(checked_table(arrow))


def table_rows(table: pa.Table) -> list[list[Any]]:
    """A table's rows, converted column by column: most types need no look at the single value."""
    if not table.num_columns:
        return [[] for _ in range(table.num_rows)]
    columns = [[value for chunk in column.chunks for value in json_values(chunk)] for column in table.columns]
    return [list(row) for row in zip(*columns, strict=True)]


def json_values(array: pa.Array) -> list[Any]:
    """The values of one Arrow array, ready for any JSON encoder."""
    kind = array.type
    for matches, convert in _CONVERTERS:
        if matches(kind):
            return convert(array)
    return [_plain(value) for value in array.to_pylist()]


def _integers(array: pa.Array) -> list[Any]:
    values: list[int | None] = array.to_pylist()
    if array.type.bit_width <= 32:
        return values
    extremes = pc.min_max(array)
    low, high = extremes["min"].as_py(), extremes["max"].as_py()
    safe = low is None or max(-low, high) <= SAFE_INTEGER
    return values if safe else [_plain(value) for value in values]


def _floats(array: pa.Array) -> list[Any]:
    if array.type.bit_width < 64:  # as few digits as tell it apart from its neighbours: 0.1, not 0.10000000149011612
        array = array.cast(pa.float32()).cast(pa.string()).cast(pa.float64())
    values: list[float | None] = array.to_pylist()
    finite = pc.all(pc.is_finite(array)).as_py() is not False
    return values if finite else [_plain(value) for value in values]


def _decimals(array: pa.Array) -> list[Any]:
    # DuckDB hands out HUGEINT, the type of every sum of integers, as a decimal of 38 digits without a fraction.
    whole = array.type.scale == 0 and array.type.precision == HUGEINT_DIGITS
    values: list[Decimal | None] = array.to_pylist()
    return [_plain(value if value is None or not whole else int(value)) for value in values]


def _timestamps(array: pa.Array) -> list[Any]:
    per_second = _PER_SECOND[array.type.unit]
    naive = array.cast(pa.timestamp(array.type.unit, "UTC")).cast(pa.timestamp(array.type.unit))
    most = NO_END[64]  # the years of nanoseconds end before
    first, end = max(_FIRST_DAY * DAY_S * per_second, 1 - most), min(_END_DAY * DAY_S * per_second, most)
    texts = _temporal(naive, first, end, lambda count: timestamp_text(count, per_second))
    if array.type.tz is None:
        return texts
    return [text if text is None or text.endswith("infinity") else f"{text}Z" for text in texts]


def _times(array: pa.Array) -> list[Any]:
    per_second = _PER_SECOND[array.type.unit]
    return _temporal(array, 0, DAY_S * per_second, lambda count: time_text(count, per_second))


def _dates(array: pa.Array) -> list[Any]:
    return _temporal(array.cast(pa.date32()), _FIRST_DAY, _END_DAY, date_text)


def _temporal(array: pa.Array, first: int, end: int, text: Callable[[int], str]) -> list[Any]:
    """Texts of dates or times. Arrow writes those in [first, end) many times as fast; `text` writes all."""
    counts = array.cast(pa.int32() if array.type.bit_width == 32 else pa.int64())
    extremes = pc.min_max(counts)
    low, high = extremes["min"].as_py(), extremes["max"].as_py()
    if low is not None and not (first <= low and high < end):
        return [None if count is None else text(count) for count in counts.to_pylist()]
    texts = pc.replace_substring(array.cast(pa.string()), " ", "T", max_replacements=1)
    fraction = getattr(array.type, "unit", "s") != "s"
    values: list[str | None] = (pc.replace_substring_regex(texts, r"\.?0+$", "") if fraction else texts).to_pylist()
    return values


def _intervals(array: pa.Array) -> list[Any]:
    return [None if value is None else _iso_duration(*value) for value in array.to_pylist()]


def _iso_duration(months: int, days: int, nanoseconds: int) -> str:
    parts = [f"{months}M" if months else "", f"{days}D" if days else ""]
    if nanoseconds or not (months or days):
        seconds = format(Decimal(nanoseconds).scaleb(-9).normalize(), "f")
        parts.append(f"T{seconds}S")
    return "P" + "".join(parts)


def _durations(array: pa.Array) -> list[Any]:
    scale = 10**9 // _PER_SECOND[array.type.unit]
    counts: list[int | None] = array.cast(pa.int64()).to_pylist()
    return [None if count is None else _iso_duration(0, 0, count * scale) for count in counts]


def _binaries(array: pa.Array) -> list[Any]:
    return [_plain(value) for value in array.to_pylist()]


def _lists(array: pa.Array) -> list[Any]:
    values = iter(json_values(array.flatten()))  # skips what stands under a null
    lengths: list[int | None] = pc.list_value_length(array).to_pylist()
    return [None if length is None else list(islice(values, length)) for length in lengths]


def _structs(array: pa.Array) -> list[Any]:
    names = [array.type.field(index).name for index in range(array.type.num_fields)]
    children = [json_values(child) for child in array.flatten()]
    rows = zip(*children, strict=True) if children else ((),) * len(array)
    valid: list[bool] = array.is_valid().to_pylist()
    return [dict(zip(names, row, strict=True)) if there else None for there, row in zip(valid, rows, strict=True)]


def _maps(array: pa.Array) -> list[Any]:
    entry = pa.struct([("key", array.type.key_type), ("value", array.type.item_type)])
    return _lists(array.cast(pa.list_(pa.field("entries", entry, nullable=False))))


def _unions(array: pa.Array) -> list[Any]:
    members = [json_values(array.field(index)) for index in range(array.type.num_fields)]
    at = array.offsets.to_pylist() if array.type.mode == "dense" else range(len(array))
    codes = [array.type.type_codes.index(code) for code in array.type_codes.to_pylist()]
    return [members[member][place] for member, place in zip(codes, at, strict=True)]


def _plain(value: Any) -> Any:
    """One Python value, ready for JSON."""
    match value:
        case None | bool() | str():
            return value
        case int():
            return value if -SAFE_INTEGER <= value <= SAFE_INTEGER else str(value)
        case float():
            if isfinite(value):
                return value
            return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
        case Decimal():
            return format(value, "f")
        case bytes():
            return base64.b64encode(value).decode()
        case dict():
            return {str(key): _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


_Converter = Callable[[pa.Array], list[Any]]
_CONVERTERS: list[tuple[Callable[[pa.DataType], bool], _Converter]] = [
    (pa.types.is_integer, _integers),
    (pa.types.is_floating, _floats),
    (pa.types.is_string, lambda array: array.to_pylist()),
    (pa.types.is_dictionary, lambda array: json_values(array.dictionary_decode())),
    (pa.types.is_decimal, _decimals),
    (pa.types.is_timestamp, _timestamps),
    (pa.types.is_date, _dates),
    (pa.types.is_time, _times),
    (lambda kind: kind == pa.month_day_nano_interval(), _intervals),
    (pa.types.is_duration, _durations),
    (lambda kind: pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind), _lists),
    (pa.types.is_struct, _structs),
    (pa.types.is_map, _maps),
    (pa.types.is_union, _unions),
    (lambda kind: isinstance(kind, pa.UuidType), _binaries),
    (lambda kind: isinstance(kind, pa.BaseExtensionType), lambda array: json_values(array.storage)),
]
