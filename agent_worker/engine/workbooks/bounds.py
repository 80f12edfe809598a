"""What a workbook takes, found out before its reader takes it.

The reader unpacks whatever a file says, and lays a sheet out as a rectangle from its first cell to its last: a kilobyte
can ask for a terabyte, and the process that has none is aborted, with all other files that it was to read.
"""

import re
import zipfile

MAX_BYTES = 1 << 30
"""The most bytes of a workbook's parts when they are unpacked."""

MAX_CELLS = 30_000_000
"""The most cells of a sheet's rectangle [some 40 bytes each while it is read]: all rows that a sheet can have, with 28
columns."""

_MOST_PACKED = 1_032
"""No part becomes more than so many times as long when it is unpacked."""

_ENDS_OF_TAGS = (b" ", b">", b"/", b"\t", b"\n", b"\r")
_PLACE = re.compile(rb'<c r="([A-Za-z]{1,7})(\d{1,10})"')
_FAR = re.compile(rb'<c r="(?:[A-Za-z]{2}|[A-Za-z]\d{7})')
"""A cell behind column Z or from the millionth row on: a sheet without any has a small rectangle."""

_ROW_OR_CELL = re.compile(rb"""<(?:\w+:)?(row|c)(?=[\s/>])(?:[^<>]*?\sr\s*=\s*["']([A-Za-z]{0,7})(\d{1,10})["'])?""")


class TooLarge(Exception):
    """The message says what is, how large, what is allowed, and what to do."""


def check_size(file: str) -> None:
    """Raises TooLarge, OSError, and zipfile.BadZipFile also for a part that is longer than the file says, and for two
    of one name, of which the reader may take the other."""
    with zipfile.ZipFile(file) as parts:
        names = {name.lower() for name in parts.namelist()}
        if len(names) < len(parts.namelist()):
            raise zipfile.BadZipFile("two of its parts have one name")
        unpacked = sum(part.file_size for part in parts.infolist())
        if unpacked > MAX_BYTES:
            raise TooLarge(
                f"it holds {unpacked:,} bytes when it is unpacked, up to {MAX_BYTES:,} are read; save its sheets as CSV"
            )
        for part in parts.infolist():
            if part.compress_size * _MOST_PACKED > MAX_BYTES:
                with parts.open(part) as told:
                    while told.read(1 << 20):
                        pass


def check_extent(xml: bytes, sheet: str) -> None:
    """Raises TooLarge for a sheet, given as its part of the workbook, whose first and last cells are too far apart."""
    plain = _is_plain(xml)
    if plain and not _FAR.search(xml):
        return
    rows, columns = _told_places(xml) if plain else _places(xml)
    height, width = (
        max(rows, default=0) - min(rows, default=1) + 1,
        max(columns, default=0) - min(columns, default=1) + 1,
    )
    if height * width > MAX_CELLS:
        raise TooLarge(
            f"sheet {sheet} reaches over {height:,} rows and {width:,} columns, {height * width:,} cells, up to "
            f"{MAX_CELLS:,} are read; delete what stands far from its table, or save the sheet as CSV"
        )


def _is_plain(xml: bytes) -> bool:
    """Whether each cell tells its place, and in the way in which most programs write it."""
    cells = sum(xml.count(b"<c" + end) for end in _ENDS_OF_TAGS)
    return b":c" not in xml and cells == xml.count(b'<c r="')


def _told_places(xml: bytes) -> tuple[set[int], set[int]]:
    """The rows and columns that hold cells."""
    rows, columns = set[bytes](), set[bytes]()
    for place in _PLACE.finditer(xml):
        columns.add(place[1])
        rows.add(place[2])
    return {int(row) for row in rows}, {_column_number(column) for column in columns}


def _places(xml: bytes) -> tuple[set[int], set[int]]:
    """The rows and columns that hold cells, where not every cell tells its place: one that does not stands behind the
    one before it."""
    rows, columns = set[int](), set[int]()
    row = column = 0
    for tag, letters, digits in (found.groups() for found in _ROW_OR_CELL.finditer(xml)):
        if tag == b"row":
            row, column = int(digits or row + 1), 0
            continue
        row, column = (int(digits), _column_number(letters)) if digits else (row, column + 1)
        rows.add(row)
        columns.add(column)
    return rows, columns


def _span(numbers: set[int]) -> int:
    return max(numbers) - min(numbers) + 1 if numbers else 0


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number
