"""How a file of delimited lines is written: found out from its first lines, or said by its owner."""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import duckdb
import msgspec
import pyarrow as pa

from agent_worker.catalog.files.formats import compression, without_compression
from agent_worker.catalog.files.text.options import FileOptions
from agent_worker.catalog.files.text.reading import NotATable
from agent_worker.engine.settings import quote_text

SAMPLE_ROWS = 20_480
ENCODINGS = ("utf-8", "utf-16", "latin-1")
"""The encodings that the engine reads without an extension."""
_DELIMITERS = ",;\t|"
_DELIMITER_OF = {".tsv": "\t", ".tab": "\t", ".psv": "|"}
_MARK = re.compile(r"sep=(.)\s*", re.IGNORECASE)
_LINE_END = re.compile(r"\r\n|\n|\r")
_MISREAD_QUOTE = re.compile(codecs.BOM_UTF8 + rb'"[^"]*(?:[,;\t|\r\n][^"]*"|"")')
_LONE_BACKSLASH = re.compile(r"""(?<!\\)(?:\\\\)*\\(?![\\"'])""")
_SHOWN_CHARS = 60
HEAD_BYTES = 64 * 1024
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Dialect(msgspec.Struct, frozen=True):
    """`names` are the columns' names, from the header line where there is one; `alike` are two that are there one but
    for the case of their letters, which the engine has told apart by a number."""

    delimiter: str
    quote: str
    escape: str
    header: bool
    skip: int
    encoding: str
    compression: str
    names: tuple[str, ...]
    alike: tuple[str, str] | None = None


class _Sniffed(msgspec.Struct, frozen=True):
    delimiter: str
    quote: str
    escape: str
    header: bool
    skip: int
    names: list[str]


def sniff(connection: duckdb.DuckDBPyConnection, file: str, options: FileOptions) -> Dialect:
    """Raises NotATable where nothing fits all lines or two delimiters do, and duckdb.Error."""
    head = _head(file)
    encoding = options.encoding or ("utf-16" if head.startswith(_UTF_16) else "utf-8")
    if encoding == "utf-16" and head.startswith((codecs.BOM_UTF16_BE, b"\0")):
        raise NotATable("it is UTF-16 with the high byte first, which the engine misreads. Convert it to UTF-8")
    if not head.decode(encoding, "ignore").lstrip("\ufeff").strip():
        raise NotATable("it holds no rows, and so no names of columns")
    if not options.skip and _MISREAD_QUOTE.match(head):
        raise NotATable(
            "its first name is quoted and has signs in it that the engine misreads behind a byte order mark. Write the "
            "file without the mark"
        )
    options = _skipping(_lines(head, encoding), _as_marked(_lines(head, encoding), options))
    packed = compression(file)
    given: dict[str, str | bool | int] = {
        "encoding": encoding,
        "compression": packed,
        "comment": "",
        "strict_mode": True,
    }
    for name in ("header", "skip"):
        if (value := getattr(options, name)) is not None:
            given[name] = value
    if options.delimiter is None:
        options = msgspec.structs.replace(options, delimiter=_promised_delimiter(file, encoding))
    if options.delimiter is not None:
        found = _sniffed(connection, file, given | {"delim": options.delimiter})
    else:
        found = _split_alike(connection, file, given, options) or _sniffed(connection, file, given)
    _refuse_guesses(file, options, found, encoding)
    if found.escape == "\\":
        _refuse_lone_backslashes(file, encoding)
    return Dialect(
        found.delimiter,
        _sign(found.quote) or '"',  # the first lines may have had none
        _sign(found.escape) or _sign(found.quote) or '"',
        found.header,
        found.skip,
        encoding,
        packed,
        _trimmed(found.names),
        _alike(_lines(head, encoding)[found.skip :], found) if found.header else None,
    )


def _alike(lines: Iterable[str], found: _Sniffed) -> tuple[str, str] | None:
    header = next(csv.reader(lines, delimiter=found.delimiter, quotechar=_sign(found.quote) or '"'), [])
    names: dict[str, str] = {}
    for name in filter(None, map(str.strip, header)):
        if (other := names.setdefault(name.lower(), name)) != name or header.count(name) > 1:
            return other, name
    return None


def _as_marked(first: Sequence[str], options: FileOptions) -> FileOptions:
    """Spreadsheet programs say the delimiter in a line before the table, `sep=;`."""
    mark = _MARK.fullmatch(first[0]) if first and options.skip is None else None
    if mark is None:
        return options
    return msgspec.structs.replace(options, delimiter=options.delimiter or mark[1], skip=1)


def _skipping(lines: Sequence[str], options: FileOptions) -> FileOptions:
    """What is said to be skipped, with the empty lines behind it: of those the engine takes one for the header. Raises
    NotATable where it counts the lines in two ways, of which one begins behind the first rows."""
    if options.skip is None:
        return options
    if any(line.count('"') % 2 for line in lines[: options.skip]):
        raise NotATable(f"a quoted text goes on over its first {options.skip} lines. Take them out of the file")
    empty = next((at for at, line in enumerate(lines[options.skip :]) if line), 0)
    return msgspec.structs.replace(options, skip=options.skip + empty)


def _promised_delimiter(file: str, encoding: str) -> str | None:
    """The delimiter that the file's name promises. Raises NotATable where its lines have others, and not that one."""
    promised = _DELIMITER_OF.get(Path(without_compression(file)).suffix.lower())
    if not promised or any(promised in line for line in _lines(_head(file), encoding)):
        return promised
    if other := _in_all_lines(file, encoding, promised):
        raise NotATable(
            f"its name promises {promised!r} between columns, and its first lines have none, but {other!r} in all of "
            "them. Rename it, or say delimiter"
        )
    return promised


def _sniffed(connection: duckdb.DuckDBPyConnection, file: str, given: Mapping[str, str | bool | int]) -> _Sniffed:
    written = ", ".join(f"{name} = {_literal(value)}" for name, value in given.items())
    sql = f"SELECT Delimiter, Quote, Escape, HasHeader, SkipRows, Columns FROM sniff_csv({quote_text(file)}, "
    ((delimiter, quote, escape, header, skip, columns),) = connection.execute(
        f"{sql}sample_size = {SAMPLE_ROWS}, {written})"
    ).fetchall()
    return _Sniffed(delimiter, quote, escape, bool(header), int(skip), [str(column["name"]) for column in columns])


def _split_alike(
    connection: duckdb.DuckDBPyConnection, file: str, given: Mapping[str, str | bool | int], options: FileOptions
) -> _Sniffed | None:
    """The dialect with the one delimiter that splits all lines into as many columns; None where there is none. The
    engine would choose the one of most columns, and a comma among equals. Raises NotATable where several do."""
    found = []
    for delimiter in _DELIMITERS:
        try:
            one = _sniffed(connection, file, {**given, "delim": delimiter})
        except duckdb.InvalidInputException:  # it does not split them alike
            continue
        if len(one.names) > 1 and not _passed_over(file, options, one.skip, str(given["encoding"])):
            found.append(one)
    if len(found) > 1:
        ways = " and ".join(f"{len(one.names)} columns by {one.delimiter!r}" for one in found)
        raise NotATable(f"its lines are {ways}. Say delimiter in deadstop.toml")
    return found[0] if found else None


def read_options(dialect: Dialect, null: Iterable[str]) -> str:
    """The options of read_csv as SQL: everything is given, every column is a text, and a line that does not fit is an
    error."""
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


def _refuse_guesses(file: str, options: FileOptions, found: _Sniffed, encoding: str) -> None:
    """The engine passes over lines that do not fit the rest, and takes lines that nothing splits for one column."""
    if told := _passed_over(file, options, found.skip, encoding):
        raise NotATable(
            f"its first {found.skip} lines do not fit the others ({told[0][:_SHOWN_CHARS]!r} and so on). Where they "
            f"are no part of the table, say skip = {found.skip}"
        )
    names = found.names
    if options.delimiter is None and len(names) == 1 and not set(_DELIMITERS).isdisjoint(names[0]):
        raise NotATable(
            f"no delimiter splits all of its lines alike; its first line is {names[0][:_SHOWN_CHARS]!r}. Put the lines "
            "that differ right, or say delimiter"
        )
    if options.delimiter is None and (other := _in_all_lines(file, encoding, found.delimiter)):
        raise NotATable(
            f"{found.delimiter!r} splits its lines alike, but {other!r} stands in all of them too and does not. Put "
            "the lines that differ right, or say delimiter"
        )


def _refuse_lone_backslashes(file: str, encoding: str) -> None:
    """Raises NotATable for a backslash that escapes nothing, where backslashes escape quotes: the engine would drop
    it."""
    with _opened(file) as stream, io.TextIOWrapper(stream, encoding, "replace", newline="\n") as text:
        for number, line in enumerate(text, 1):
            if _LONE_BACKSLASH.search(line):
                raise NotATable(
                    f"line {number} ({line.strip()[:_SHOWN_CHARS]!r}): backslashes stand before quotes in this file, "
                    "and here one that escapes nothing. Write quotes within quotes twice instead"
                )


def _passed_over(file: str, options: FileOptions, skip: int, encoding: str) -> list[str]:
    """Lines before the table that its owner has not told to skip, without empty ones."""
    said = options.skip or 0
    return [line.strip() for line in _lines(_head(file), encoding)[said:skip] if line.strip()]


def _in_all_lines(file: str, encoding: str, delimiter: str) -> str:
    """Another sign between columns that is in each of the first lines."""
    head = _head(file)
    lines = [line for line in _lines(head, encoding) if line.strip()]
    whole = lines[:-1] if len(head) == HEAD_BYTES else lines
    others = (sign for sign in _DELIMITERS if sign != delimiter and all(sign in line for line in whole))
    return next(others, "") if len(whole) > 1 else ""


def _lines(head: bytes, encoding: str) -> list[str]:
    return _LINE_END.split(head.decode(encoding, "replace").lstrip("\ufeff"))


def _head(file: str) -> bytes:
    """The first bytes of the text, not of what it is packed into."""
    with _opened(file) as stream:
        return bytes(stream.read(HEAD_BYTES))


def _opened(file: str) -> pa.NativeFile:
    packed = compression(file)
    return pa.input_stream(file, compression=None if packed == "none" else packed)


def _sign(shown: str) -> str:
    return "" if shown == "(empty)" else shown


def _trimmed(names: list[str]) -> tuple[str, ...]:
    """The names without blanks around them, unless two would be alike or one empty."""
    trimmed = [name.strip() for name in names]
    alike = len({name.lower() for name in trimmed}) < len(names) or not all(trimmed)
    return tuple(names if alike else trimmed)


def _literal(value: str | bool | int) -> str:
    return quote_text(value) if isinstance(value, str) else str(value).lower()
