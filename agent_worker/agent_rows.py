"""Rows that an agent says, as Arrow. No part of a value is lost or guessed: what does not fit is refused."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc


def table_of(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """The rows with every column that one of them has; where a row lacks it, it is null. Raises TypeError and
    ValueError."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    for name in names:
        if not isinstance(name, str):
            raise TypeError(f"columns are named by texts, not by {name!r:.80}")
    return pa.Table.from_arrays([_array(name, [row.get(name) for row in rows]) for name in names], names=names)


def check_kinds(name: str, values: Iterable[Any]) -> None:
    """Raises ValueError for a column that Arrow would make one of, but only by cutting off times or zones, or by
    guessing at a zone."""
    kinds: dict[str, set[str]] = {}
    for value in values:
        for path, kind in _kinds(value):
            kinds.setdefault(path, set()).add(kind)
    for path, found in kinds.items():
        if len(found) > 1:
            raise ValueError(f"column {name!r:.80} holds {' and '.join(sorted(found))}{path}: make them one kind")
        if found == {_TIME_WITH_ZONE}:
            raise ValueError(f"column {name!r:.80} holds times of day with a zone{path}, which no type has")


def decoded(schema: pa.Schema) -> pa.Schema:
    """The schema with plain columns in place of those that are stored by a dictionary."""
    return pa.schema(
        [
            pa.field(field.name, field.type.value_type if pa.types.is_dictionary(field.type) else field.type)
            for field in schema
        ]
    )


def like(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The table with the schema's columns and types; a column that it lacks is null. Raises ValueError where it has
    others, or values that would have to change."""
    if table.column_names == schema.names:
        columns = [_cast(column, field) for column, field in zip(table.columns, schema, strict=True)]
    elif extra := sorted(set(table.column_names) - set(schema.names)):
        raise ValueError(f"{', '.join(extra)} did not stand in them")
    else:
        columns = [_cast(_named(table, field), field) for field in schema]
    return pa.Table.from_arrays(columns, schema=schema)


_TIME_WITH_ZONE = "times of day with a zone"
_MAY_MIX = ("date", "time", "binary")
"""Words in the names of the types that Arrow makes of values of several kinds."""


def _array(name: str, values: list[Any]) -> pa.Array:
    try:
        array = pa.array(values)
    except (pa.ArrowException, OverflowError) as error:
        raise ValueError(f"column {name!r:.80} cannot be made of its values: {error}") from error
    if any(word in str(array.type) for word in _MAY_MIX):
        check_kinds(name, values)
    return array


def _kinds(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """The kinds of the things in a value, each with the path to it within the value."""
    match value:
        case datetime():
            if value == value:  # pandas' NaT is none
                yield path, "dates and times " + ("without a zone" if value.tzinfo is None else "with a zone")
        case date():
            yield path, "dates"
        case time():
            yield path, "times of day" if value.tzinfo is None else _TIME_WITH_ZONE
        case str():
            yield path, "texts"
        case bytes():
            yield path, "bytes"
        case Mapping():
            for name, inner in value.items():
                yield from _kinds(inner, f"{path or ' in '}.{name}")
        case list() | tuple():
            for inner in value:
                yield from _kinds(inner, path)


def _named(table: pa.Table, field: pa.Field) -> pa.ChunkedArray:
    places = table.schema.get_all_field_indices(field.name)
    if len(places) > 1:
        raise ValueError(f"{field.name} stands in them {len(places)} times")
    return table.column(places[0]) if places else pa.chunked_array([pa.nulls(table.num_rows, field.type)])


def _cast(column: pa.ChunkedArray, field: pa.Field) -> pa.ChunkedArray:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if column.type == field.type or pa.types.is_null(column.type):
        return column.cast(field.type)
    one, other = _family(column.type), _family(field.type)
    if one != other and (one, other) != ("date", "timestamp"):
        raise ValueError(f"{field.name} was {field.type}, and is {column.type} in them")
    taken = column.cast(field.type)
    if pa.types.is_decimal(field.type) and not _all_equal(taken.cast(column.type), column):
        raise ValueError(f"{field.name} was {field.type}, which does not hold {column.type} exactly")
    return taken


def _all_equal(one: pa.ChunkedArray, other: pa.ChunkedArray) -> bool:
    return pc.all(pc.equal(one, other), min_count=0).as_py() is True


def _family(kind: pa.DataType) -> str:
    """Types whose values are of one kind: within it, nothing is guessed."""
    types = pa.types
    tests = {
        "number": lambda one: types.is_integer(one) or types.is_floating(one) or types.is_decimal(one),
        "text": lambda one: types.is_string(one) or types.is_large_string(one) or types.is_string_view(one),
        "bytes": lambda one: types.is_binary(one) or types.is_large_binary(one) or types.is_binary_view(one),
        "date": types.is_date,
        "time": types.is_time,
        "timestamp": lambda one: types.is_timestamp(one) and one.tz is None,
        "timestamp with a zone": types.is_timestamp,
        "list": lambda one: types.is_list(one) or types.is_large_list(one) or types.is_fixed_size_list(one),
    }
    return next((family for family, test in tests.items() if test(kind)), f"{kind}")
