"""One file of JSON as a table: an object a line, or an array of objects."""

import json
import re
from codecs import BOM_UTF8

import duckdb
import pyarrow as pa

from agent_worker.catalog.files.footers import Shape, Statistics
from agent_worker.catalog.files.formats import compression
from agent_worker.catalog.files.text.kinds import declared
from agent_worker.catalog.files.text.options import FileOptions
from agent_worker.catalog.files.text.reading import NotATable, Reading, TextFile
from agent_worker.catalog.types.engine_types import NULL, type_named, type_of
from agent_worker.engine.settings import quote_name, quote_text, read_with

_EXTREMES_OF = ("BIGINT", "HUGEINT", "DOUBLE", "DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "TIME", "VARCHAR")
_LARGE = r"-?\d{17,}"
_PLACE = re.compile(r' in file "[^"]*",')
HEAD_BYTES = 1024 * 1024
MAX_OBJECT_BYTES = 16 * 1024 * 1024


def read_json_file(connection: duckdb.DuckDBPyConnection, file: str, options: FileOptions) -> TextFile:
    """Looks through the whole file twice. Raises NotATable, or duckdb.Error."""
    try:
        return _read(connection, file, options)
    except duckdb.Error as error:
        raise NotATable(_in_words(error)) from error


def _read(connection: duckdb.DuckDBPyConnection, file: str, options: FileOptions) -> TextFile:
    packed = compression(file)
    base = f"format = '{_form(file, packed)}', compression = '{packed}', ignore_errors = false"
    base += f", maximum_object_size = {MAX_OBJECT_BYTES}"
    relation = connection.sql(f"FROM {read_with('read_json', [file], {}, f'{base}, sample_size = -1')}")
    found = {str(name): kind for name, kind in zip(relation.columns, relation.types, strict=True)}
    if list(found) == ["json"]:
        raise NotATable("it holds no objects, which would be rows with names for their values")
    types = {name: "VARCHAR" if str(kind) == NULL else str(kind) for name, kind in found.items()}
    types |= _exact_numbers(connection, file, base, [name for name, kind in types.items() if kind == "DOUBLE"])
    types |= _said(types, options)
    written = (
        f"{base}, columns = {{{', '.join(f'{quote_text(name)}: {quote_text(kind)}' for name, kind in types.items())}}}"
    )
    rows, statistics = _statistics(connection, read_with("read_json", [file], {}, written), types)
    columns = tuple(
        (name, type_of(found[name]) if str(found[name]) in (kind, NULL) else type_named(kind))
        for name, kind in types.items()
    )
    reading = Reading("read_json", written, tuple((name, quote_name(name), quote_name(name)) for name in types))
    return TextFile(Shape(columns, tuple(range(len(columns)))), rows, reading, statistics)


def _form(file: str, packed: str) -> str:
    """By how it begins: the engine's own guess takes one object over many lines for a table of one row."""
    with pa.input_stream(file, compression=None if packed == "none" else packed) as stream:
        head = bytes(stream.read(HEAD_BYTES))
    text = head.removeprefix(BOM_UTF8).lstrip()
    if not text:
        raise NotATable("it holds no rows, and so no names of columns")
    if text.startswith(b"["):
        return "array"
    line, newline, rest = text.partition(b"\n")
    if not text.startswith(b"{") or not _is_whole(line, cut=not newline and len(head) == HEAD_BYTES):
        raise NotATable("it is neither an array of objects nor one object a line")
    named_as_lines = file.lower().removesuffix(".gz").removesuffix(".zst").endswith((".jsonl", ".ndjson"))
    if not rest.strip() and not named_as_lines and len(head) < HEAD_BYTES:
        raise NotATable("it holds one object; a table is an array of objects, or one object a line")
    return "newline_delimited"


def _is_whole(line: bytes, *, cut: bool) -> bool:
    try:
        json.loads(line.decode("latin-1"))  # its letters are the engine's to judge
    except ValueError:
        return cut
    return True


def _exact_numbers(connection: duckdb.DuckDBPyConnection, file: str, base: str, names: list[str]) -> dict[str, str]:
    """Columns of numbers that DOUBLE does not hold: the engine takes it for whole numbers beyond its own, too."""
    if not names:
        return {}
    listed = ", ".join(f"{quote_text(name)}: 'VARCHAR'" for name in names)
    source = read_with("read_json", [file], {}, f"{base}, columns = {{{listed}}}")
    asked = []
    for name in map(quote_name, names):
        asked += [
            f"bool_or(regexp_full_match({name}, '{_LARGE}') OR isinf(TRY_CAST({name} AS DOUBLE)))",
            f"bool_and(TRY_CAST({name} AS HUGEINT)::VARCHAR = {name})",
        ]
    answers = connection.execute(f"SELECT {', '.join(asked)} FROM {source}").fetchall()[0]
    return {
        name: "HUGEINT" if whole else "VARCHAR"
        for name, large, whole in zip(names, answers[::2], answers[1::2], strict=True)
        if large
    }


def _said(types: dict[str, str], options: FileOptions) -> dict[str, str]:
    for name, said in options.types.items():
        if name not in types:
            raise NotATable(f"it has no column {name}, of which [files] says that it is {said}")
        if declared(said, None) is None or "%" in said:
            raise NotATable(f"{said} is no type for its column {name}")
    return {name: said.upper() for name, said in options.types.items()}


def _statistics(
    connection: duckdb.DuckDBPyConnection, source: str, types: dict[str, str]
) -> tuple[int, dict[int, Statistics]]:
    asked = ["count(*)"]
    for name, kind in types.items():
        column = quote_name(name)
        ordered = kind in _EXTREMES_OF
        asked += [f"count({column})", *(f"{of}({column})::VARCHAR" if ordered else "NULL" for of in ("min", "max"))]
    rows, *values = connection.execute(f"SELECT {', '.join(asked)} FROM {source}").fetchall()[0]
    return rows, {
        place: Statistics(values[at + 1 : at + 3], values[at + 1 : at + 3], rows - values[at], rows)
        for place, at in enumerate(range(0, len(values), 3))
    }


def _in_words(error: duckdb.Error) -> str:
    """The engine's error without its advice, and without the name of the file, which is said already."""
    text = str(error).splitlines()[0].strip()
    return _PLACE.sub("", text.removeprefix("Invalid Input Error: "))
