"""How the rows of a text file are read: the engine's reader with every option given, and each column's expression."""

from collections.abc import Iterable, Mapping

import msgspec

from agent_worker.catalog.files.footers import Shape, Statistics
from agent_worker.engine.settings import quote_name, read_with


class RowReader(msgspec.Struct, frozen=True):
    """Files with one reading are read together. `columns` are names, each with the expression for its text as it
    stands in the file and the one for its value."""

    function: str
    options: str
    columns: tuple[tuple[str, str, str], ...]

    def rows(self, files: Iterable[str], hive_types: Mapping[str, str], as_text: frozenset[str]) -> str:
        """The files' rows, as SQL behind FROM. The columns `as_text` are given as they stand in the file; hive keys
        come before what is in it."""
        keys = {name.lower() for name in hive_types}
        shown = [
            f"{text if name in as_text else value} AS {quote_name(name)}"
            for name, text, value in self.columns
            if name.lower() not in keys
        ]
        source = read_with(self.function, files, hive_types, self.options)
        return f"(SELECT {', '.join([*shown, *map(quote_name, hive_types)])} FROM {source})"


class TextFile(msgspec.Struct, frozen=True):
    """What one look through a whole file has found. `statistics` are by the place of the column; `header` is None for
    files that have none by their kind; `remarks` are sentences about what was found out and may have been meant
    otherwise; `commas` is whether a column shows that commas stand before decimals."""

    shape: Shape
    rows: int
    reading: RowReader
    statistics: Mapping[int, Statistics]
    header: bool | None = None
    remarks: tuple[str, ...] = ()
    commas: bool = False


class NotATable(Exception):
    """The file cannot be read as a table. The message says why, and what to do."""
