"""The engine's types as values that can be compared, and the narrowest one that holds what two hold. Pure."""

from collections.abc import Iterable
from typing import Any

import duckdb
import msgspec

INTEGERS = {
    "TINYINT": (-(2**7), 2**7 - 1),
    "UTINYINT": (0, 2**8 - 1),
    "SMALLINT": (-(2**15), 2**15 - 1),
    "USMALLINT": (0, 2**16 - 1),
    "INTEGER": (-(2**31), 2**31 - 1),
    "UINTEGER": (0, 2**32 - 1),
    "BIGINT": (-(2**63), 2**63 - 1),
    "UBIGINT": (0, 2**64 - 1),
    "HUGEINT": (-(2**127), 2**127 - 1),
    "UHUGEINT": (0, 2**128 - 1),
}
"""From narrow to wide: the first one that holds a range is the narrowest."""
NULL = '"NULL"'
"""The type of a column that holds nothing at all."""
WHOLE_IN_FLOAT, WHOLE_IN_DOUBLE = 2**24, 2**53
"""Up to these, every whole number is a FLOAT or a DOUBLE exactly."""
DIGITS_IN_DOUBLE = 15
"""A decimal of so many digits, made a DOUBLE and written again, is the same decimal."""
MAX_DIGITS = 38
MAX_DEPTH = 100
"""Lists, maps and structs within each other."""
NANOSECONDS = ("1677-09-22", "2262-04-11")
"""Days between which a TIMESTAMP_NS can lie."""
_TIMESTAMPS = ("TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP", "TIMESTAMP_NS")
_ZONED = ("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS")
"""From coarse to fine."""
_WRITTEN = frozenset({"FLOAT", "DOUBLE", "DECIMAL", "BOOLEAN", "DATE", "TIME", "TIME_NS", "UUID", "JSON", "ENUM"})
"""Types, beside integers and timestamps, whose values can be written as a text and read back the same."""
UNITS = {"s": "seconds", "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds"}
_FIRST = ("VARCHAR", "DOUBLE", "FLOAT", "DECIMAL")


class Type(msgspec.Struct, frozen=True):
    """`of` are the inner types with their names (a list's and an array's has none, a map's are its key and value);
    `low` and `high` bound an integer's values; `digits` and `scale` are a decimal's. `days` are the first and last
    date of what is there, where it is known; `unit` is that of durations which are written as whole numbers."""

    name: str
    of: tuple[tuple[str, "Type"], ...] = ()
    low: int = 0
    high: int = 0
    digits: int = 0
    scale: int = 0
    days: tuple[str, str] | None = None
    unit: str = ""

    def __str__(self) -> str:
        """The type as the engine writes it."""
        inner = [str(kind) for _, kind in self.of]
        match self.name:
            case "INTEGER":
                return next(name for name, (low, high) in INTEGERS.items() if low <= self.low and self.high <= high)
            case "DECIMAL":
                return f"DECIMAL({self.digits},{self.scale})"
            case "LIST":
                return f"{inner[0]}[]"
            case "ARRAY":
                return f"{inner[0]}[{self.digits}]"
            case "MAP":
                return f"MAP({inner[0]}, {inner[1]})"
            case "STRUCT":
                named = zip(self.of, inner, strict=True)
                return f"STRUCT({', '.join(f'{_quoted(name)} {kind}' for (name, _), kind in named)})"
        return self.name


def type_of(kind: Any, depth: int = 0) -> Type:
    """From the engine's own object. Raises RecursionError for one that is nested too deep."""
    if depth > MAX_DEPTH:
        raise RecursionError(f"{MAX_DEPTH} levels")
    match kind.id:
        case "decimal":
            (_, digits), (_, scale) = kind.children
            return Type("DECIMAL", digits=digits, scale=scale)
        case "list":
            return Type("LIST", (("", type_of(kind.children[0][1], depth + 1)),))
        case "array":
            (_, child), (_, size) = kind.children
            return Type("ARRAY", (("", type_of(child, depth + 1)),), digits=size)
        case "struct" | "map":
            return Type(kind.id.upper(), tuple((name, type_of(child, depth + 1)) for name, child in kind.children))
    return whole(*INTEGERS[str(kind)]) if str(kind) in INTEGERS else Type(str(kind))


def type_named(name: str) -> Type:
    """The type that the engine calls so."""
    return Type(name) if name == NULL else type_of(duckdb.sqltype(name))


def whole(low: int, high: int, unit: str = "") -> Type:
    """Whole numbers from `low` to `high`: the engine's type for them is the narrowest that holds both."""
    return Type("INTEGER", low=low, high=high, unit=unit)


def units_in(kind: Type) -> list[str]:
    """The units of the durations in a type, at any depth."""
    return [kind.unit] * bool(kind.unit) + [unit for _, inner in kind.of for unit in units_in(inner)]


def in_words(kind: Type) -> str:
    """The type as the engine writes it, with what its whole numbers count."""
    units = dict.fromkeys(UNITS[unit] for unit in units_in(kind))
    return f"{kind} of {' and '.join(units)}" if units else str(kind)


def in_order(types: Iterable[Type]) -> list[Type]:
    """The types in an order in which meeting them one by one finds what holds all: first those that take others in."""
    return sorted(types, key=lambda kind: _FIRST.index(kind.name) if kind.name in _FIRST else len(_FIRST))


def meet(one: Type, two: Type) -> Type | None:
    """The narrowest type that holds every value of both without loss; None where there is none."""
    if one == two or two.name == NULL:
        return one
    if one.name == NULL:
        return two
    if one.unit != two.unit:
        return None
    if one.name == two.name:
        return _alike(one, two)
    return _unlike(one, two) or _unlike(two, one)


def _alike(one: Type, two: Type) -> Type | None:
    match one.name:
        case "INTEGER":
            low, high = min(one.low, two.low), max(one.high, two.high)
            held = any(least <= low and high <= most for least, most in INTEGERS.values())
            return whole(low, high, one.unit) if held else None
        case "DECIMAL":
            return _decimal(max(one.digits - one.scale, two.digits - two.scale), max(one.scale, two.scale))
        case "LIST" | "MAP":
            return _inner(one, two, one.name)
        case "ARRAY":
            return _inner(one, two, "LIST")
        case "STRUCT":
            return _struct(one, two)
    return Type(one.name)


def _inner(one: Type, two: Type, name: str) -> Type | None:
    met = [(label, meet(first, second)) for (label, first), (_, second) in zip(one.of, two.of, strict=True)]
    of = tuple((label, kind) for label, kind in met if kind is not None)
    return Type(name, of) if len(of) == len(met) else None


def _struct(one: Type, two: Type) -> Type | None:
    """Field by field, by name; a field that only one of them has is NULL in the other."""
    fields = {name.lower(): (name, kind) for name, kind in one.of}
    if fields.keys().isdisjoint(name.lower() for name, _ in two.of):
        return None
    for name, kind in two.of:
        label, known = fields.get(name.lower(), (name, kind))
        met = meet(known, kind)
        if met is None:
            return None
        fields[name.lower()] = (label, met)
    return Type("STRUCT", tuple(fields.values()))


def _unlike(one: Type, two: Type) -> Type | None:
    """What takes in both where `one` is the more general."""
    match one.name:
        case "VARCHAR":
            return one if two.name in _WRITTEN or two.name == "INTEGER" or two.name.startswith("TIMESTAMP") else None
        case "DOUBLE" | "FLOAT":
            return _real(one, two)
        case "DECIMAL" if two.name == "INTEGER":
            return _decimal(max(one.digits - one.scale, _places(two)), one.scale)
        case "LIST" if two.name == "ARRAY":
            return _inner(one, two, "LIST")
        case "TIME_NS" if two.name == "TIME":
            return one
    return _timestamp(one, two) if one.name in (*_TIMESTAMPS, *_ZONED) else None


def _real(one: Type, two: Type) -> Type | None:
    if two.name == "FLOAT":
        return one
    if two.name == "INTEGER":
        largest = max(abs(two.low), abs(two.high))
        if largest <= WHOLE_IN_FLOAT:
            return one
        return Type("DOUBLE") if largest <= WHOLE_IN_DOUBLE else None
    return Type("DOUBLE") if two.name == "DECIMAL" and two.digits <= DIGITS_IN_DOUBLE else None


def _timestamp(one: Type, two: Type) -> Type | None:
    """The finer of two, or a date's midnight; nanoseconds only where the other's days are known to be within them."""
    units = _ZONED if one.name in _ZONED else ("DATE", *_TIMESTAMPS)
    if two.name not in units or units.index(two.name) > units.index(one.name):
        return None
    if one.name.endswith("_NS"):
        first, last = two.days or ("", "")
        return Type(one.name) if NANOSECONDS[0] <= first and last <= NANOSECONDS[1] else None
    return Type(one.name)


def _decimal(places: int, scale: int) -> Type | None:
    return Type("DECIMAL", digits=places + scale, scale=scale) if places + scale <= MAX_DIGITS else None


def _places(kind: Type) -> int:
    return max(len(str(abs(kind.low))), len(str(abs(kind.high))))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
