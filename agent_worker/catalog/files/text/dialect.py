"""How a file of delimited lines is written: found out from its first lines, or said by its owner."""

import codecs
from collections.abc import Iterable
from pathlib import Path

import duckdb
import msgspec
import pyarrow as pa

from agent_worker.catalog.files.formats import compression
from agent_worker.catalog.files.text.options import FileOptions
from agent_worker.catalog.files.text.reading import NotATable
from agent_worker.engine.settings import quote_text

SAMPLE_ROWS = 20_480
ENCODINGS = ("utf-8", "utf-16", "latin-1")
"""Those that the engine reads without an extension."""
_DELIMITERS = ",;\t|"
_SHOWN_CHARS = 60
HEAD_BYTES = 64 * 1024
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Dialect(msgspec.Struct, frozen=True):
    """`names` are the columns' names, from the header line where there is one."""

    delimiter: str
    quote: str
    escape: str
    header: bool
    skip: int
    encoding: str
    compression: str
    names: tuple[str, ...]


def sniff(connection: duckdb.DuckDBPyConnection, file: str, options: FileOptions) -> Dialect:
    """Raises NotATable where nothing fits all lines, and duckdb.Error."""
    encoding = options.encoding or ("utf-16" if _head(file, 2) in _UTF_16 else "utf-8")
    packed = compression(file)
    given: dict[str, str | bool | int] = {
        "encoding": encoding,
        "compression": packed,
        "comment": "",
        "strict_mode": True,
    }
    if options.delimiter is not None:
        given["delim"] = options.delimiter
    for name in ("header", "skip"):
        if (value := getattr(options, name)) is not None:
            given[name] = value
    written = ", ".join(f"{name} = {_literal(value)}" for name, value in given.items())
    sql = f"SELECT Delimiter, Quote, Escape, HasHeader, SkipRows, Columns FROM sniff_csv({quote_text(file)}, "
    ((delimiter, quote, escape, header, skip, columns),) = connection.execute(
        f"{sql}sample_size = {SAMPLE_ROWS}, {written})"
    ).fetchall()
    names = [str(column["name"]) for column in columns]
    _refuse_guesses(file, options, names, int(skip), packed)
    return Dialect(
        delimiter,
        _sign(quote) or '"',  # the first lines may have had none
        _sign(escape) or _sign(quote) or '"',
        bool(header),
        int(skip),
        encoding,
        packed,
        _trimmed(names),
    )


def read_options(dialect: Dialect, null: Iterable[str]) -> str:
    """For read_csv: everything is given, every column is a text, and a line that does not fit is an error."""
    given: dict[str, str | bool | int] = {
        "auto_detect": False,
        "delim": dialect.delimiter,
        "quote": dialect.quote,
        "escape": dialect.escape,
        "header": dialect.header,
        "skip": dialect.skip,
        "encoding": dialect.encoding,
        "compression": dialect.compression,
        "comment": "",
        "strict_mode": True,
        "ignore_errors": False,
        "null_padding": False,
    }
    nulls = ", ".join(quote_text(text) for text in ("", *null))
    columns = ", ".join(f"{quote_text(name)}: 'VARCHAR'" for name in dialect.names)
    written = ", ".join(f"{name} = {_literal(value)}" for name, value in given.items())
    return f"{written}, nullstr = [{nulls}], columns = {{{columns}}}"


def _refuse_guesses(file: str, options: FileOptions, names: list[str], skip: int, packed: str) -> None:
    """The engine passes over lines that do not fit the rest, and takes lines that nothing splits for one column."""
    if options.skip is None and skip:
        lines = [line.strip() for line in _lines(file, skip, packed, options.encoding or "utf-8")]
        if told := [line for line in lines if line]:
            raise NotATable(
                f"its first {skip} lines do not fit the others ({told[0][:_SHOWN_CHARS]!r} and so on). Where they are "
                f"no part of the table, say skip = {skip}"
            )
    if options.delimiter is None and len(names) == 1 and not set(_DELIMITERS).isdisjoint(names[0]):
        raise NotATable(
            f"no delimiter splits all of its lines alike; its first line is {names[0][:_SHOWN_CHARS]!r}. Put the lines "
            "that differ right, or say delimiter"
        )


def _lines(file: str, count: int, packed: str, encoding: str) -> list[str]:
    with pa.input_stream(file, compression=None if packed == "none" else packed) as stream:
        text = bytes(stream.read(HEAD_BYTES)).decode(encoding, "replace")
    return text.splitlines()[:count]


def _head(file: str, count: int) -> bytes:
    with Path(file).open("rb") as stream:
        return stream.read(count)


def _sign(shown: str) -> str:
    return "" if shown == "(empty)" else shown


def _trimmed(names: list[str]) -> tuple[str, ...]:
    """Without blanks around them, unless two would be alike."""
    trimmed = [name.strip() for name in names]
    alike = len({name.lower() for name in trimmed}) < len(names) or not all(trimmed)
    return tuple(names if alike else trimmed)


def _literal(value: str | bool | int) -> str:
    return quote_text(value) if isinstance(value, str) else str(value).lower()
