"""All text files of a folder: what was found in each, and why not."""

from collections.abc import Iterable, Mapping, Sequence

import duckdb

from agent_worker.catalog.files.footers import Footers, why
from agent_worker.catalog.files.formats import TextFormat, text_format
from agent_worker.catalog.files.text.csv_file import read_csv_file
from agent_worker.catalog.files.text.json.json_file import read_json_file
from agent_worker.catalog.files.text.options import FileOptions
from agent_worker.catalog.files.text.reading import NotATable, TextFile

Texts = Mapping[str, TextFile | str]


def read_text_file(
    connection: duckdb.DuckDBPyConnection, file: str, options: FileOptions, commas: str = ""
) -> TextFile | str:
    """What is in it, or why it cannot be read. `commas` says what beside it speaks for commas before decimals."""
    try:
        if text_format(file) is TextFormat.CSV:
            return read_csv_file(connection, file, options, commas)
        return read_json_file(connection, file, options)
    except NotATable as reason:
        return str(reason)
    except (duckdb.Error, OSError, RecursionError) as error:
        return why(error)


def read_texts(
    connection: duckdb.DuckDBPyConnection, files: Iterable[str], options: FileOptions
) -> dict[str, TextFile | str]:
    """The text files among those of one table, each with what is in it, or why it cannot be read."""
    texts = {file: read_text_file(connection, file, options) for file in files if text_format(file)}
    found = {file: one for file, one in texts.items() if isinstance(one, TextFile)}
    if (with_commas := next((file for file, one in found.items() if one.commas), None)) and options.decimal is None:
        others = [file for file, one in found.items() if text_format(file) is TextFormat.CSV and not one.commas]
        why = f"{with_commas} has commas before decimals"
        texts |= {file: read_text_file(connection, file, options, why) for file in others}
    return texts | without_a_header(found, options)


def without_a_header(found: Mapping[str, TextFile], options: FileOptions) -> dict[str, str]:
    """Files of one table whose first line may be a row where the other files' is not, with what to do: they would be
    read as columns of their own, or a row of them as names."""
    if options.header is not None:
        return {}
    headed = [file for file, one in found.items() if one.header]
    headless = [file for file, one in found.items() if one.header is False]
    if headed and headless:
        return {headless[0]: f"it has no header line, and {headed[0]} has one. {_ADVICE}"}
    names = {file: {name.lower() for name, _ in found[file].shape.columns} for file in headed}
    for file in headed[1:]:
        if names[file].isdisjoint(names[headed[0]]):
            return {file: f"it has no column in common with {headed[0]}, so its first line may be no header. {_ADVICE}"}
    return {}


_ADVICE = "Say header = true or false for all of them, or put them into folders of their own"


def add_text_files(footers: Footers, found: Texts) -> None:
    """What is known of the text files beside what is known of the others."""
    for file, one in found.items():
        if isinstance(one, str):
            footers.failures[file] = one
        else:
            footers.shapes[file], footers.rows[file] = one.shape, one.rows


def remarks(files: Sequence[str], found: Texts) -> list[str]:
    """A sentence for each thing that may have been meant otherwise, with the first file that has it."""
    said: dict[str, str] = {}
    for file in files:
        one = found.get(file)
        if isinstance(one, TextFile):
            if one.header is False:
                said.setdefault("it has no header line: its columns are called column0, column1 and so on", file)
            for remark in one.remarks:
                said.setdefault(remark, file)
    return [f"{file}: {remark}" for remark, file in said.items()]
