"""Hive partitions: columns that stand in the names of folders. Pure."""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from urllib.parse import unquote

from agent_worker.catalog.types.engine_types import INTEGERS, Type, whole

DEFAULT = "__HIVE_DEFAULT_PARTITION__"
"""What writers call the folder of the rows in which the key is NULL."""
_PARTITION = re.compile(r"([^=]+)=(.*)")
_WHOLE = re.compile(r"-?(\d{1,2}|[1-9]\d{2,18})")
"""Months and days have a zero before them; longer numbers with one are codes."""
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d{1,6})?")

Keys = tuple[tuple[str, str | None], ...]


def is_partition(folder: str) -> bool:
    return _PARTITION.fullmatch(folder) is not None


def keys_of(folders: Iterable[str]) -> Keys:
    """Each key with its value, which is None for NULL."""
    found: dict[str, str | None] = {}
    for folder in folders:
        if match := _PARTITION.fullmatch(folder):
            value = unquote(match[2])
            found[match[1]] = None if value == DEFAULT else value
    return tuple(found.items())


def misread_keys(folders: Iterable[str]) -> str:
    """Why the engine would read other keys than are written in the names of these folders, if so."""
    names: set[str] = set()
    for folder in folders:
        if match := _PARTITION.fullmatch(folder):
            name, value = match.groups()
            if "=" in value:
                return f"the name of its folder {folder!r} holds two =, which the engine takes for no key; write %3D"
            if name.lower() in names:
                return (
                    f"the key {name} stands twice in its path, of which the engine takes the first; rename one of them"
                )
            if not _parses(_decoded, value):
                return f"the name of its folder {folder!r} is not UTF-8"
            names.add(name.lower())
    return ""


def _decoded(value: str) -> str:
    return unquote(value, errors="strict")


def type_of_values(values: Iterable[str]) -> Type:
    """Whole numbers, dates or timestamps where all values are; else texts. Also texts where two values that differ
    would become one number, as `7` and `007`."""
    listed = list(values)
    if listed and all(_is_whole(value) for value in listed) and len({int(value) for value in listed}) == len(listed):
        return whole(*INTEGERS["BIGINT"])
    for name, test in (("DATE", _is_date), ("TIMESTAMP", _is_timestamp)):
        if listed and all(test(value) for value in listed):
            return Type(name)
    return Type("VARCHAR")


def _is_whole(value: str) -> bool:
    low, high = INTEGERS["BIGINT"]
    return _WHOLE.fullmatch(value) is not None and low <= int(value) <= high


def _is_date(value: str) -> bool:
    return _DATE.fullmatch(value) is not None and _parses(date.fromisoformat, value)


def _is_timestamp(value: str) -> bool:
    return _TIMESTAMP.fullmatch(value) is not None and _parses(datetime.fromisoformat, value)


def _parses(parse: Callable[[str], object], value: str) -> bool:
    try:
        parse(value)
    except ValueError:
        return False
    return True
