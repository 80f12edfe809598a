"""Cells of a workbook that hold something and that its reader gives as empty ones: errors, and formulas that no program
has worked out yet."""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from itertools import chain, pairwise
from typing import NamedTuple
from xml.etree import ElementTree

_TAG = re.compile(rb"<(?:\w+:)?(row|c|f|v|is)\b([^<>]*)>")
_NUMBER = re.compile(rb"""\br\s*=\s*["'](\d+)["']""")
_ERROR = re.compile(rb"""\bt\s*=\s*["']e["']""")
_TEXT = re.compile(rb"""\bt\s*=\s*["']str["']""")
_ANY = re.compile(
    rb"""<(?:\w+:)?c\s[^<>]*\bt\s*=\s*["']e["']
      |<(?:/(?:\w+:)?f|(?:\w+:)?f\b[^<>]*/)>\s*(?:<(?:\w+:)?v\s*(?:/>|></(?:\w+:)?v>)\s*)?</(?:\w+:)?c>""",
    re.VERBOSE,
)
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


class UnreadCells(NamedTuple):
    """How many cells of a sheet are errors, how many formulas without a value, and the numbers of their rows, from
    0."""

    errors: int
    formulas: int
    rows: frozenset[int]


def read_part(file: str, sheet: str) -> bytes:
    """What the workbook keeps of a sheet. Raises OSError, zipfile.BadZipFile, KeyError or ElementTree.ParseError for
    what is no workbook, and ValueError unless one sheet has the name."""
    with zipfile.ZipFile(file) as parts:
        return parts.read(_part_of(parts, sheet))


def unread_cells(xml: bytes) -> UnreadCells:
    """The unread cells of a sheet, which is given as its part of the workbook."""
    cells = list(_unread(xml)) if _ANY.search(xml) else []
    errors = sum(error for _, error in cells)
    return UnreadCells(errors, len(cells) - errors, frozenset(row for row, _ in cells))


def _part_of(parts: zipfile.ZipFile, sheet: str) -> str:
    """Where the workbook keeps the cells of a sheet."""
    book = ElementTree.fromstring(parts.read("xl/workbook.xml"))
    (found,) = (one for one in book.iter() if one.tag.endswith("}sheet") and one.get("name") == sheet)
    links = ElementTree.fromstring(parts.read("xl/_rels/workbook.xml.rels"))
    targets = {link.get("Id"): link.get("Target", "") for link in links.iter()}
    return posixpath.join("/xl", targets[found.get(_RELATION) or found.get(_STRICT_RELATION)]).lstrip("/")


def _unread(xml: bytes) -> Iterator[tuple[int, bool]]:
    """The row of each unread cell, and whether it is an error."""
    row, cell = -1, b""
    for tag, following in pairwise(chain(_TAG.finditer(xml), [None])):
        name, attributes = tag.groups() if tag else (b"", b"")
        if name == b"row":
            number = _NUMBER.search(attributes)
            row = int(number[1]) - 1 if number else row + 1
        elif name == b"c":
            cell = attributes
            if _ERROR.search(cell):
                yield row, True
        elif name == b"f" and _is_without_value(xml, cell, following):
            yield row, False


def _is_without_value(xml: bytes, cell: bytes, following: re.Match[bytes] | None) -> bool:
    """Has a cell with a formula no value? An empty text is the value of one that is marked as text."""
    if following is None or following[1] in (b"row", b"c"):
        return True
    empty = following[2].rstrip().endswith(b"/") or xml.startswith(b"</", following.end())
    return following[1] == b"v" and empty and not _TEXT.search(cell)
