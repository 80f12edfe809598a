"""Sheets of workbooks as tables: read whole, because the engine has no reader for them."""

import datetime
import zipfile
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple
from xml.etree import ElementTree

import pyarrow as pa

from agent_worker.engine.workbooks.bounds import TooLarge, check_extent, check_size
from agent_worker.engine.workbooks.unread_cells import UnreadCells, read_part, unread_cells

INSTALL = "to read it, install the reader: pip install 'deadstop[xlsx]'"
WHOLE_IN_A_CELL = 2**53
"""A number in a cell is a DOUBLE: whole numbers beyond this may be others."""


class NotASheet(Exception):
    """The workbook or the sheet cannot be read. The message says why, and what to do."""


class Sheet(NamedTuple):
    """`header`: did the first row give the names of the columns?"""

    table: pa.Table
    header: bool


def sheet_names(file: str) -> list[str]:
    """The names of the sheets that hold cells, and of those too large to be read. Raises NotASheet."""
    book = _workbook(file)
    return [name for name in book.sheet_names if _holds_cells(book, file, name)]


def unread(file: str, name: str) -> UnreadCells:
    """The cells of a sheet that the reader gives as empty ones and that are none. Raises NotASheet."""
    return unread_cells(_part(file, name))


def merged_cells(file: str, name: str) -> int:
    """How many ranges of a sheet are merged. Raises NotASheet."""
    return len(_sheet(_workbook(file), name, _part(file, name)).merged_cell_ranges or ())


def read_sheet(file: str, name: str, header: bool | None = None, skip: int = 0) -> Sheet:
    """A sheet's cells, without empty rows and columns before them, and without rows that hold nothing. A first row of
    nothing but different texts is a header, unless `header` says otherwise; `skip` rows are passed over before it.
    Raises NotASheet."""
    xml = _part(file, name)
    sheet, kept = _sheet(_workbook(file), name, xml), unread_cells(xml).rows
    first = sheet.start[0] if sheet.start else 0
    numbered = list(enumerate(sheet.to_python(), first))[skip:]
    rows = [row for number, row in numbered if number in kept or any(cell != "" for cell in row)]
    if not rows:
        raise NotASheet(f"its sheet {name} holds no rows")
    headed = _is_header(rows[0]) if header is None else header
    names = [str(cell).strip() for cell in rows[0]] if headed else [""] * len(rows[0])
    columns = zip(*rows[headed:], strict=True) if len(rows) > headed else ((),) * len(names)
    return Sheet(pa.table([_column(cells) for cells in columns], names=_distinct(names)), headed)


def _workbook(file: str) -> Any:
    try:
        from python_calamine import CalamineError, CalamineWorkbook
    except ImportError:
        raise NotASheet(INSTALL) from None
    try:
        check_size(file)
        return CalamineWorkbook.from_path(file)
    except TooLarge as reason:
        raise NotASheet(str(reason)) from reason
    except (CalamineError, zipfile.BadZipFile, OSError) as error:
        raise NotASheet(f"it cannot be read as a workbook: {error}") from error


def _part(file: str, name: str) -> bytes:
    try:
        return read_part(file, name)
    except (zipfile.BadZipFile, OSError, KeyError, ValueError, ElementTree.ParseError) as error:
        raise NotASheet(f"it cannot be read as a workbook: {error}") from error


def _sheet(book: Any, name: str, xml: bytes) -> Any:
    try:
        check_extent(xml, name)
    except TooLarge as reason:
        raise NotASheet(str(reason)) from reason
    return book.get_sheet_by_name(name)


def _holds_cells(book: Any, file: str, name: str) -> bool:
    """One that is too large, or broken, may hold some: it is left out by its own name, with the reason."""
    try:
        return bool(_sheet(book, name, _part(file, name)).height)
    except NotASheet:
        return True


def _is_header(row: Sequence[Any]) -> bool:
    names = [cell.strip().lower() for cell in row if isinstance(cell, str) and cell.strip()]
    return len(names) == len(row) == len(set(names))


def _distinct(names: list[str]) -> list[str]:
    """The names made different as the engine does it: a column without a name is called by its place, and one with
    another's name gets a number."""
    found: list[str] = []
    for at, name in enumerate(names):
        free, number = name or f"column{at}", 1
        while free.lower() in {other.lower() for other in found}:
            free, number = f"{name or f'column{at}'}_{number}", number + 1
        found.append(free)
    return found


def _column(cells: Sequence[Any]) -> pa.Array:
    """The cells as an array of the narrowest type that all of them have; texts where they differ, each written as it
    is."""
    filled = [cell for cell in cells if cell != ""]
    kinds = {type(cell) for cell in filled}
    for allowed, kind, made in _KINDS:
        if kinds and kinds <= allowed and (kind != pa.int64() or all(map(_is_whole, filled))):
            return pa.array([None if cell == "" else made(cell) for cell in cells], kind)
    return pa.array([None if cell == "" else _text(cell) for cell in cells], pa.string())


def _is_whole(cell: float) -> bool:
    return float(cell).is_integer() and abs(cell) < WHOLE_IN_A_CELL


def _moment(cell: datetime.date) -> datetime.datetime:
    return cell if isinstance(cell, datetime.datetime) else datetime.datetime.combine(cell, datetime.time())


def _text(cell: Any) -> str:
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, int | float):
        return str(int(cell)) if _is_whole(cell) else repr(cell)
    return cell.isoformat(" ") if isinstance(cell, datetime.datetime) else str(cell)


_KINDS: tuple[tuple[set[type], pa.DataType, Callable[[Any], Any]], ...] = (
    ({bool}, pa.bool_(), bool),
    ({int, float}, pa.int64(), int),
    ({int, float}, pa.float64(), float),
    ({datetime.date}, pa.date32(), lambda cell: cell),
    ({datetime.date, datetime.datetime}, pa.timestamp("us"), _moment),
    ({datetime.time}, pa.time64("us"), lambda cell: cell),
    ({datetime.timedelta}, pa.duration("us"), lambda cell: cell),
)
