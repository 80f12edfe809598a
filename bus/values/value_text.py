"""A value as people read it: one text for the table of the terminal, the CSV file and the answer; the page's
`value-text.ts` writes the same. Pure.

In goes a value as it stands in the rows of the outside wire (`bus.values.rows`), and the type of its column. The text
of a plain value is the engine's own; lists, structs and maps are JSON in which numbers keep all their digits.
"""

import base64
import re
from typing import Any

import msgspec

from bus.values.logical_types import LogicalType

_NAMES = """
TINYINT SMALLINT INTEGER BIGINT HUGEINT UTINYINT USMALLINT UINTEGER UBIGINT UHUGEINT BIGNUM DECIMAL FLOAT DOUBLE
"""
_NUMBERS = frozenset(_NAMES.split())
_ESCAPED = re.compile(r"[^\x20-\x7e]|[\\\"']")
_WHOLE_PART = re.compile(r"(?<=\d)(?=(\d{3})+(?:\.|$))")
_NAMING = re.compile(r"(^|[_\s.-])(id|year|yr|time|number|no|zip|code)$", re.IGNORECASE)
"""Columns whose numbers are names: a thousands separator would be wrong in them."""


def value_text(value: Any, kind: LogicalType) -> str | None:
    """The text of one value; None stays None, which each place shows in its own way."""
    if value is None:
        return None
    if isinstance(value, list | dict):
        return _json(value, kind)
    if isinstance(value, bool):
        return "true" if value else "false"
    return _text(value, kind.name)


def readable_text(value: Any, kind: LogicalType, name: str) -> str | None:
    """The text of one value with the digits of a number set apart in threes, unless the column's name (`name`) says
    that its numbers name things, as an id or a year does."""
    text = value_text(value, kind)
    if text is None or not is_number(kind) or "e" in text or _NAMING.search(name):
        return text
    whole, point, fraction = text.partition(".")
    return f"{_WHOLE_PART.sub(',', whole)}{point}{fraction}"


def is_number(kind: LogicalType) -> bool:
    return kind.name in _NUMBERS


def _text(value: float | str, name: str) -> str:
    """The text of a plain value that is no truth value."""
    if name in ("FLOAT", "DOUBLE") and isinstance(value, int | float):
        return repr(float(value))
    text = str(value)
    match name:
        case "TIMESTAMP WITH TIME ZONE":
            return text.replace("T", " ", 1).removesuffix("Z") + ("+00" if text.endswith("Z") else "")
        case "TIMESTAMP" | "TIMESTAMP_S" | "TIMESTAMP_MS" | "TIMESTAMP_NS":
            return text.replace("T", " ", 1)
        case "BLOB":
            return _bytes_text(base64.b64decode(text))
    return text


def _bytes_text(data: bytes) -> str:
    return _ESCAPED.sub(lambda match: f"\\x{ord(match[0]):02X}", data.decode("latin-1"))


def _json(value: Any, kind: LogicalType) -> str:
    if value is None:
        return "null"
    inner = [field for _, field in kind.fields]
    if isinstance(value, dict):
        kinds = dict(kind.fields)
        pairs = ((name, _json(item, kinds.get(name, LogicalType("")))) for name, item in value.items())
        return "{" + ",".join(f"{_quoted(name)}:{text}" for name, text in pairs) + "}"
    if isinstance(value, list) and kind.name == "MAP":
        pairs = ((_key(entry["key"], inner[0]), _json(entry["value"], inner[1])) for entry in value)
        return "{" + ",".join(f"{_quoted(name)}:{text}" for name, text in pairs) + "}"
    if isinstance(value, list):
        element = inner[0] if inner else LogicalType("")
        return "[" + ",".join(_json(item, element) for item in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = _text(value, kind.name)
    bare = isinstance(value, int | float) or (is_number(kind) and text[-1:].isdigit())
    return text if bare else _quoted(text)


def _key(value: Any, kind: LogicalType) -> str:
    return value_text(value, kind) or ""


def _quoted(text: str) -> str:
    return msgspec.json.encode(text).decode()
