"""From a result to a Vega-Lite chart: a small spec of our own making, with the result's rows inside it."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from agent_worker.plan import ChartHint
from bus.contract.events import Column
from bus.values.logical_types import parse_type
from bus.values.value_text import value_text

MAX_POINTS = 5_000
MAX_BARS = 50
MAX_LABEL_CHARS = 100
MAX_UNIT_CHARS = 20

_SIGNED = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
WHOLE = (*_SIGNED, *(f"U{kind}" for kind in _SIGNED))
NUMERIC = (*WHOLE, "FLOAT", "DOUBLE", "DECIMAL")
TIMES = ("DATE", "TIMESTAMP")
_KNOWN_YEAR = re.compile(r"\d{4}-\d\d-\d\d(?! \(BC\))")

_ALLOWED_TOP = frozenset({"title", "description", "data", "mark", "encoding", "usermeta"})
_ALLOWED_TITLE = frozenset({"text", "subtitle"})
_ALLOWED_MARK = frozenset({"type", "point", "tooltip"})
_ALLOWED_CHANNELS = frozenset({"x", "y", "color"})
_ALLOWED_CHANNEL = frozenset({"field", "type", "title", "sort", "axis"})
_FIELDS = frozenset({"x", "y", "color"})
_TYPES = frozenset({"temporal", "quantitative", "nominal", "ordinal"})
# No half flights; thousands are set apart in what is measured, but not in what may be a year or a number of a thing.
_WHOLE_AXES = {"x": {"tickMinStep": 1, "format": "d"}, "y": {"tickMinStep": 1, "format": ",d"}}
_MARKS = {"line": "line", "bar": "bar", "scatter": "point"}


class UnsafeSpec(Exception):
    """The spec holds something that is not on the short list of what a chart may hold."""


def chart_spec(
    hint: ChartHint,
    columns: Sequence[Column],
    rows: Sequence[Sequence[Any]],
    title: str = "",
    units: Mapping[str, str] | None = None,
) -> dict[str, Any] | None:
    """The chart for `rows` (values as on the wire, in the order of `columns`), or None where the hint does not fit the
    result: a column that is not there, fewer than two points, or a y that is no number.

    At most MAX_POINTS rows are drawn, and MAX_BARS bars: `of_rows` says so. The fields are called x, y and color
    whatever the columns are called, because a dot or a bracket in a field's name is a path to Vega. The unit of each,
    of `units` by column, goes with them, in `usermeta`, which Vega hands on as it is.
    """
    places = _places(hint, columns)
    if places is None or not is_of(columns[places["y"]], NUMERIC):
        return None
    limit = MAX_BARS if hint.kind == "bar" else MAX_POINTS
    values = [{field: _value(row[at], columns[at]) for field, at in places.items()} for row in rows[:limit]]
    if len(values) < 2:
        return None
    spec = {
        "title": title,
        "data": {"values": values},
        "mark": {"type": _MARKS[hint.kind], "point": hint.kind == "line", "tooltip": True},
        "encoding": {field: _channel(hint, field, columns[at]) for field, at in places.items()},
    }
    if meant := _units(places, columns, units or {}):
        spec["usermeta"] = {"units": meant}
    check_spec(spec)
    return spec


def of_rows(spec: dict[str, Any], row_count: int) -> dict[str, Any]:
    """The chart, with a line under its title where the result has rows that it does not draw."""
    values = spec["data"]["values"]
    cut = [f"The first {len(values):,} of {row_count:,} rows"] if len(values) < row_count else []
    empty = sum(value["x"] is None or value["y"] is None for value in values)
    gaps = [f"{empty:,} of {len(values):,} without a value"] if empty else []
    if not (cut or gaps):
        return spec
    said = {**spec, "title": {"text": spec["title"], "subtitle": "; ".join([*cut, *gaps])}}
    check_spec(said)
    return said


def _units(places: Mapping[str, int], columns: Sequence[Column], units: Mapping[str, str]) -> dict[str, str]:
    found = {field: units.get(columns[at].name, "") for field, at in places.items()}
    return {field: unit[:MAX_UNIT_CHARS] for field, unit in found.items() if unit}


def check_spec(spec: dict[str, Any]) -> None:
    """Raises UnsafeSpec for anything but a plain chart over inline rows.

    Not a list of what is bad (addresses, expressions, signals, transforms, ...), which every version of Vega makes
    longer, but of what is allowed.
    """
    _only(spec, _ALLOWED_TOP, "the chart")
    if not {"data", "mark", "encoding"} <= spec.keys():
        raise UnsafeSpec("The chart needs data, mark and encoding.")
    _require(isinstance(spec.get("description", ""), str), "description has to be a text")
    _check_title(spec.get("title", ""))
    _check_units(spec.get("usermeta", {"units": {}}))
    _check_data(spec["data"])
    mark = spec["mark"]
    _only(mark, _ALLOWED_MARK, "mark")
    _require(mark.get("type") in list(_MARKS.values()), f"mark.type is one of {sorted(_MARKS.values())}")
    for name in ("point", "tooltip"):
        _require(isinstance(mark.get(name, False), bool), f"mark.{name} is true or false")
    _only(spec["encoding"], _ALLOWED_CHANNELS, "encoding")
    for field, channel in spec["encoding"].items():
        _check_channel(field, channel)


def _check_title(title: Any) -> None:
    """A text, or one with a second line below it."""
    if isinstance(title, str):
        return
    _only(title, _ALLOWED_TITLE, "title")
    _require(all(isinstance(line, str) for line in title.values()), "title has to be of texts")


def _check_data(data: Any) -> None:
    _only(data, frozenset({"values"}), "data")
    values = data.get("values")
    _require(isinstance(values, list), "data.values is a list")
    _require(len(values) <= MAX_POINTS, f"data.values has {len(values):,} points; the limit is {MAX_POINTS:,}")
    for point in values:
        _only(point, _FIELDS, "a point")
        _require(
            all(value is None or isinstance(value, str | int | float | bool) for value in point.values()),
            "a point holds texts, numbers, true, false and null",
        )


def _check_units(meta: Any) -> None:
    _only(meta, frozenset({"units"}), "usermeta")
    _only(meta.get("units"), _FIELDS, "usermeta.units")
    short = (isinstance(unit, str) and len(unit) <= MAX_UNIT_CHARS for unit in meta["units"].values())
    _require(all(short), f"a unit is a text of up to {MAX_UNIT_CHARS} characters")


def _check_channel(field: str, channel: Any) -> None:
    _only(channel, _ALLOWED_CHANNEL, f"encoding.{field}")
    field_name, kind = channel.get("field"), channel.get("type")
    _require(
        isinstance(field_name, str) and field_name in _FIELDS, f"encoding.{field}.field is one of {sorted(_FIELDS)}"
    )
    _require(isinstance(kind, str) and kind in _TYPES, f"encoding.{field}.type is one of {sorted(_TYPES)}")
    _require(isinstance(channel.get("title", ""), str), f"encoding.{field}.title has to be a text")
    _require(channel.get("sort") is None, f"encoding.{field}.sort has to be null")
    if "axis" in channel:
        _require(_is_whole_axis(field, channel["axis"]), f"encoding.{field}.axis is none but that of whole numbers")


def _is_whole_axis(field: str, axis: Any) -> bool:
    allowed = _WHOLE_AXES.get(field)
    # The type is looked at too: to Python `True` equals 1.
    return allowed is not None and axis == allowed and type(axis["tickMinStep"]) is int


def _only(value: Any, allowed: frozenset[str], where: str) -> None:
    _require(isinstance(value, dict), f"{where} has to be an object")
    extra = sorted(str(key) for key in value.keys() - allowed)
    _require(not extra, f"{where} may hold {', '.join(sorted(allowed))} and not {', '.join(extra)}")


def _require(holds: bool, sentence: str) -> None:
    if not holds:
        raise UnsafeSpec(f"Chart refused: {sentence}.")


def _places(hint: ChartHint, columns: Sequence[Column]) -> dict[str, int] | None:
    """Where the fields stand in a row. A colour that is not there is left out; x and y have to be there."""
    at = {column.name.lower(): index for index, column in reversed(list(enumerate(columns)))}
    x, y = at.get(hint.x.lower()), at.get(hint.y.lower())
    if x is None or y is None:
        return None
    color = at.get(hint.color.lower()) if hint.color else None
    return {"x": x, "y": y} | ({} if color is None else {"color": color})


def _channel(hint: ChartHint, field: str, column: Column) -> dict[str, Any]:
    channel: dict[str, Any] = {"field": field, "type": _measure(hint, field, column), "title": column.name}
    if field == "x" and hint.kind == "bar":
        channel["sort"] = None  # the order of the result, which the question may have asked for
    if channel["type"] == "quantitative" and is_of(column, WHOLE):
        channel["axis"] = _WHOLE_AXES[field]
    return channel


def _measure(hint: ChartHint, field: str, column: Column) -> str:
    if field == "y":
        return "quantitative"
    if field == "color":
        return "nominal"
    if hint.kind == "bar":
        return "ordinal"
    if is_of(column, TIMES):
        return "temporal"
    return "quantitative" if is_of(column, NUMERIC) else "ordinal"


def is_of(column: Column, kinds: tuple[str, ...]) -> bool:
    """Whether the column holds single values of one of these kinds."""
    return column.type.startswith(kinds) and not column.type.endswith("]")


def _value(value: Any, column: Column) -> str | int | float | bool | None:
    """What JSON and Vega can hold, of a value as it stands on the wire: figures as numbers, dates of the years that
    JavaScript knows in ISO form, the rest as short texts."""
    if value is None or isinstance(value, bool):
        return value
    if is_of(column, NUMERIC):
        number = value if isinstance(value, int) else float(value)
        return number if math.isfinite(number) else None
    if is_of(column, TIMES):
        return str(value) if _KNOWN_YEAR.match(value) else None
    return (value_text(value, parse_type(column.type)) or "")[:MAX_LABEL_CHARS]
