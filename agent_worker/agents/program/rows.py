"""Rows that a program has written as JSON arrays, as Arrow of the types that it has named. Nothing is guessed: a value
that is not exactly one of its type is refused."""

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pyarrow as pa

from bus.contract.events import Column
from bus.values.arrow_types import arrow_type
from bus.values.logical_types import parse_type

_INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
_SPECIAL = ("NaN", "Infinity", "-Infinity")
_FINER_THAN_MICROSECONDS = re.compile(r"[.,]\d{7}")

_DIGITS = re.compile(r"[+-]?[0-9]+")
_DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
"""Python's own reading takes more: `1_000`, blanks around, digits of other scripts."""


class RowsError(ValueError):
    """Rows or columns that cannot be taken. The message says which, for people."""


def schema_of(columns: Sequence[Column]) -> pa.Schema:
    """Raises RowsError."""
    fields = []
    for column in columns:
        kind = parse_type(column.type.upper())
        if kind.name not in _READERS:
            known = ", ".join(sorted(_READERS))
            raise RowsError(
                f"column {column.name!r:.80} is of type {column.type!r:.80}; a program's columns are {known}"
            )
        fields.append(pa.field(column.name, arrow_type(kind)))
    return pa.schema(fields)


def table_of(rows: Sequence[Sequence[Any]], columns: Sequence[Column], schema: pa.Schema) -> pa.Table:
    """Raises RowsError."""
    for at, row in enumerate(rows, 1):
        if len(row) != len(columns):
            raise RowsError(f"row {at} has {len(row)} values, and there are {len(columns)} columns")
    arrays = [
        _array([row[at] for row in rows], column, field.type)
        for at, (column, field) in enumerate(zip(columns, schema, strict=True))
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _array(values: Sequence[Any], column: Column, kind: pa.DataType) -> pa.Array:
    read = _READERS[parse_type(column.type.upper()).name]
    taken = []
    for value in values:
        try:
            taken.append(None if value is None else read(value))
        except (TypeError, ValueError, ArithmeticError) as error:
            raise _no_value(value, column) from error
    try:
        return pa.array(taken, kind)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError) as error:
        raise RowsError(f"column {column.name!r:.80} does not hold only {column.type}: {error}") from error


def _no_value(value: Any, column: Column) -> RowsError:
    return RowsError(f"{value!r:.80} in column {column.name!r:.80} is no {column.type}")


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _integer(value: Any) -> int:
    """A number, or its digits: JavaScript writes large ones so."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise TypeError
    if isinstance(value, str) and not _DIGITS.fullmatch(value):
        raise ValueError
    return int(value)


def _double(value: Any) -> float:
    if isinstance(value, bool) or not (isinstance(value, int | float) or value in _SPECIAL):
        raise TypeError
    return float(value)


def _decimal(value: Any) -> Decimal:
    """A text or an integer: what a JSON number has behind the point is no decimal any more."""
    if isinstance(value, str) and not _DECIMAL.fullmatch(value):
        raise ValueError
    return Decimal(value if isinstance(value, str) else _integer(value))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _time_text(value: Any) -> str:
    if _FINER_THAN_MICROSECONDS.search(_text(value)):
        raise ValueError
    return _text(value)


def _local(value: Any) -> datetime:
    moment = datetime.fromisoformat(_time_text(value))
    if moment.tzinfo is not None:
        raise ValueError
    return moment


def _zoned(value: Any) -> datetime:
    moment = datetime.fromisoformat(_time_text(value))
    if moment.tzinfo is None:
        raise ValueError
    return moment.astimezone(UTC)


def _time(value: Any) -> time:
    moment = time.fromisoformat(_time_text(value))
    if moment.tzinfo is not None:
        raise ValueError
    return moment


def _bytes(value: Any) -> bytes:
    try:
        return base64.b64decode(_text(value), validate=True)
    except binascii.Error as error:
        raise ValueError from error


_READERS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(_INTEGERS, _integer),
    "BOOLEAN": _boolean,
    "DOUBLE": _double,
    "DECIMAL": _decimal,
    "VARCHAR": _text,
    "DATE": lambda value: date.fromisoformat(_text(value)),
    "TIME": _time,
    "TIMESTAMP": _local,
    "TIMESTAMP WITH TIME ZONE": _zoned,
    "BLOB": _bytes,
}
