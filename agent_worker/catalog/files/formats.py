"""What a file is by its name, beside Parquet, which is known by its content."""

from enum import Enum

from bus.contract.data_files import (
    COMPRESSIONS,
    CSV_SUFFIXES,
    JSON_SUFFIXES,
    PARQUET_SUFFIXES,
    TEXT_SUFFIXES,
    WORKBOOK_SUFFIX,
)


class TextFormat(Enum):
    """A file of text that is a table."""

    CSV = "CSV"
    JSON = "JSON"


_FORMATS = dict.fromkeys(CSV_SUFFIXES, TextFormat.CSV) | dict.fromkeys(JSON_SUFFIXES, TextFormat.JSON)


def text_format(name: str) -> TextFormat | None:
    """The format of `sales.csv`, as of `sales.csv.gz`; None where the name promises no table of text."""
    plain = without_compression(name).lower()
    return _FORMATS.get(plain[plain.rfind(".") :]) if "." in plain else None


def compression(name: str) -> str:
    """The compression's name for the engine's readers of text."""
    return next((kind for suffix, kind in COMPRESSIONS.items() if name.lower().endswith(suffix)), "none")


def named_as_data(name: str) -> bool:
    """Does the name promise a table?"""
    return name.lower().endswith((*PARQUET_SUFFIXES, WORKBOOK_SUFFIX)) or text_format(name) is not None


def is_workbook(name: str) -> bool:
    return name.lower().endswith(WORKBOOK_SUFFIX)


def without_suffix(name: str) -> str:
    """What a table of this file, or of a folder of this name, is called."""
    if name.lower().endswith(PARQUET_SUFFIXES):
        return _without(name, PARQUET_SUFFIXES)
    if is_workbook(name):
        return _without(name, (WORKBOOK_SUFFIX,))
    if text_format(name) is None:
        return name
    return _without(without_compression(name), TEXT_SUFFIXES)


def without_compression(name: str) -> str:
    return _without(name, tuple(COMPRESSIONS))


def _without(name: str, suffixes: tuple[str, ...]) -> str:
    lower = name.lower()
    if not lower.endswith(suffixes):
        return name
    return next(name[: -len(suffix)] for suffix in suffixes if lower.endswith(suffix))
