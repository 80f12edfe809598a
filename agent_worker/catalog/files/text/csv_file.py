"""One file of delimited lines as a table."""

import re

import duckdb

from agent_worker.catalog.files.footers import Shape
from agent_worker.catalog.files.text.column_types import Typed, typed_columns
from agent_worker.catalog.files.text.dialect import ENCODINGS, read_options, sniff
from agent_worker.catalog.files.text.header import proven, unproven_header
from agent_worker.catalog.files.text.options import FileOptions
from agent_worker.catalog.files.text.reading import NotATable, RowReader, TextFile
from agent_worker.catalog.types.engine_types import type_named
from agent_worker.engine.settings import quote_name, read_with

_LINE = re.compile(r"CSV Error on Line: (\d+)\nOriginal Line: (.*?)\n(.*?)(?:\n\n|\nPossible|$)", re.DOTALL)
_SHOWN_CHARS = 60
_OTHER_LETTERS = "letters that latin-1 does not have (Windows-1252, maybe). Convert it to UTF-8"


def read_csv_file(connection: duckdb.DuckDBPyConnection, file: str, options: FileOptions, commas: str = "") -> TextFile:
    """Looks through the whole file once or twice. `commas` says what beside it speaks for commas before decimals, as
    semicolons between columns do. Raises NotATable, or duckdb.Error."""
    try:
        dialect = sniff(connection, file, options)
        written = read_options(dialect, options.null)
        source = read_with("read_csv", [file], {}, written)
        if options.decimal is None and dialect.delimiter == ";":
            commas = commas or "semicolons stand between the columns"
        typed, rows = typed_columns(connection, source, dialect, options, commas)
        if dialect.encoding == "latin-1":
            _refuse_other_letters(connection, source, typed)
    except duckdb.Error as error:
        raise NotATable(_in_words(error)) from error
    unproven = dialect.header and options.header is None and rows and not proven(connection, source, typed)
    columns = tuple((column.name, type_named(column.type)) for column in typed)
    return TextFile(
        Shape(columns, tuple(range(len(columns))), dialect.alike),
        rows,
        RowReader("read_csv", written, tuple((column.name, column.text, column.value) for column in typed)),
        {place: column.statistics for place, column in enumerate(typed)},
        dialect.header,
        (
            *(f"column {column.name} {column.remark}" for column in typed if column.remark),
            *([unproven_header(dialect.names)] if unproven else ()),
        ),
        any(column.comma for column in typed),
    )


def _refuse_other_letters(connection: duckdb.DuckDBPyConnection, source: str, typed: list[Typed]) -> None:
    """Windows calls latin-1 what has the euro sign and quotation marks where latin-1 has no letters."""
    texts = [quote_name(column.name) for column in typed if column.type == "VARCHAR"]
    found = " OR ".join(f"bool_or(regexp_matches({text}, '[\\x{{80}}-\\x{{9f}}]'))" for text in texts)
    if texts and connection.execute(f"SELECT {found} FROM {source}").fetchall()[0][0]:
        raise NotATable(f"it has {_OTHER_LETTERS}")


def _in_words(error: duckdb.Error) -> str:
    """The engine's error without its advice to be less strict."""
    text = str(error)
    if "not latin-1 encoded" in text:
        return f"it has {_OTHER_LETTERS}"
    if "not utf-8 encoded" in text or "unicode" in text.lower():
        where = f"line {match[1]} " if (match := _LINE.search(text)) else "it "
        return f"{where}is not UTF-8; say encoding = one of {', '.join(ENCODINGS)}, or convert it"
    if match := _LINE.search(text):
        return f"line {match[1]} ({match[2][:_SHOWN_CHARS]!r}): {' '.join(match[3].split())}"
    if "state machine" in text or "Error when sniffing" in text:
        return "its lines do not end alike, or are not quoted as CSV is"
    return text.splitlines()[0]
