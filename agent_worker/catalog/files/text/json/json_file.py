"""One file of JSON as a table: an object a line, or an array of objects."""

import json
import re
from codecs import BOM_UTF8
from collections.abc import Mapping

import duckdb
import pyarrow as pa

from agent_worker.catalog.files.footers import Shape, Statistics
from agent_worker.catalog.files.formats import compression
from agent_worker.catalog.files.text.json.json_values import (
    JsonFile,
    exact_numbers,
    moments,
    passes,
    refuse_lost_keys,
    refuse_no_objects,
    refuse_null_rows,
    scalars,
    without_guesses,
)
from agent_worker.catalog.files.text.kinds import TextKind, declared, on
from agent_worker.catalog.files.text.options import FileOptions
from agent_worker.catalog.files.text.reading import NotATable, RowReader, TextFile
from agent_worker.catalog.types.engine_types import NULL, Type, type_named, type_of
from agent_worker.engine.settings import quote_name, read_with

_EXTREMES_OF = ("BIGINT", "HUGEINT", "DOUBLE", "DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "TIME", "VARCHAR")
_PLACE = re.compile(r' in file "[^"]*",')
HEAD_BYTES = 1024 * 1024
MAX_OBJECT_BYTES = 16 * 1024 * 1024


def read_json_file(connection: duckdb.DuckDBPyConnection, file: str, options: FileOptions) -> TextFile:
    """Looks through the whole file a few times. Raises NotATable, or duckdb.Error."""
    try:
        return _read(connection, file, options)
    except duckdb.Error as error:
        raise NotATable(_in_words(error)) from error


def _read(connection: duckdb.DuckDBPyConnection, file: str, options: FileOptions) -> TextFile:
    packed = compression(file)
    base = f"format = '{_form(file, packed)}', compression = '{packed}', ignore_errors = false"
    rows_of = JsonFile(file, f"{base}, maximum_object_size = {MAX_OBJECT_BYTES}")
    found = _sniffed(connection, rows_of)
    if list(found) == ["json"]:  # so the engine calls what is no object, and objects of very many keys
        refuse_no_objects(connection, rows_of)
        found = _sniffed(connection, rows_of, ", map_inference_threshold = -1")
    refuse_lost_keys(connection, rows_of, list(found))
    said = _said(found, options)
    types = _types(connection, rows_of, {name: kind for name, kind in found.items() if name not in said})
    texts = [name for name, kind in found.items() if types.get(name) == "VARCHAR" and kind.name != NULL]
    kinds = moments(connection, rows_of, texts) | said
    types = {name: "VARCHAR" if name in kinds else types[name] for name in found}
    reading = RowReader("read_json", rows_of.given(types), tuple(_column(n, t, kinds.get(n)) for n, t in types.items()))
    _refuse_misfits(connection, rows_of, said)
    values = {name: kinds[name].type if name in kinds else kind for name, kind in types.items()}
    rows, empty, statistics = _statistics(connection, reading.rows([file], {}, frozenset()), values)
    if empty:
        refuse_null_rows(connection, rows_of)
    columns = tuple((name, found[name] if found[name].name == NULL else type_named(t)) for name, t in values.items())
    return TextFile(Shape(columns, tuple(range(len(columns)))), rows, reading, statistics)


def _sniffed(connection: duckdb.DuckDBPyConnection, rows_of: JsonFile, given: str = "") -> dict[str, Type]:
    """Each key, with the type that the engine sees in its values."""
    options = f"{rows_of.options}, sample_size = -1{given}"
    relation = connection.sql(f"FROM {read_with('read_json', [rows_of.file], {}, options)}")
    return {str(n): without_guesses(type_of(t)) for n, t in zip(relation.columns, relation.types, strict=True)}


def _types(connection: duckdb.DuckDBPyConnection, file: JsonFile, found: Mapping[str, Type]) -> dict[str, str]:
    """The type under which each column is read, by column: where texts and numbers meet, they are read as texts."""
    types = {name: "VARCHAR" if kind.name == NULL else str(kind) for name, kind in found.items()}
    types |= exact_numbers(connection, file, found)
    mixed = scalars(connection, file, [name for name, kind in found.items() if kind.name == "JSON"])
    return types | dict.fromkeys(mixed, "VARCHAR")


def _column(name: str, read_as: str, kind: TextKind | None) -> tuple[str, str, str]:
    """The column's name, the expression for its text and the one for its value. A text within JSON has quotes, alone it
    has none."""
    column = quote_name(name)
    text = f"({column} ->> '$')" if read_as == "JSON" else column
    return name, text, on(kind.value, column) if kind else column


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


def _said(types: Mapping[str, Type], options: FileOptions) -> dict[str, TextKind]:
    kinds = {}
    for name, said in options.types.items():
        if name not in types:
            raise NotATable(f"it has no column {name}, of which [files] says that it is {said}")
        kind = declared(said, None)
        if kind is None:
            raise NotATable(f"{said} is no type for its column {name}")
        kinds[name] = kind
    return kinds


def _refuse_misfits(connection: duckdb.DuckDBPyConnection, file: JsonFile, said: Mapping[str, TextKind]) -> None:
    for name, kind in said.items():
        source = file.columns({name: "VARCHAR"})
        sql = f"SELECT {quote_name(name)} FROM {source} WHERE NOT {passes(kind, name)} LIMIT 1"
        for (text,) in connection.execute(sql).fetchall():
            raise NotATable(f"its column {name} is said to be {kind.type}, and {text!r} is not")


def _statistics(
    connection: duckdb.DuckDBPyConnection, source: str, types: Mapping[str, str]
) -> tuple[int, int, dict[int, Statistics]]:
    """How many rows there are, how many of them are empty, and what is in the columns."""
    asked = ["count(*)", f"count_if({' AND '.join(f'{quote_name(name)} IS NULL' for name in types)})"]
    for name, kind in types.items():
        column = quote_name(name)
        ordered = kind in _EXTREMES_OF
        asked += [f"count({column})", *(f"{of}({column})::VARCHAR" if ordered else "NULL" for of in ("min", "max"))]
    rows, empty, *values = connection.execute(f"SELECT {', '.join(asked)} FROM {source}").fetchall()[0]
    return (
        rows,
        empty,
        {
            place: Statistics(values[at + 1 : at + 3], values[at + 1 : at + 3], rows - values[at], rows)
            for place, at in enumerate(range(0, len(values), 3))
        },
    )


def _in_words(error: duckdb.Error) -> str:
    """The engine's error without its advice, and without the name of the file, which is said already."""
    text = str(error).splitlines()[0].strip()
    return _PLACE.sub("", text.removeprefix("Invalid Input Error: "))
