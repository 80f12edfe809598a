"""Texts that a spreadsheet would take for formulas, and run: whoever can write into the data could have a cell read
files or send what stands beside it away."""

import pyarrow as pa
import pyarrow.compute as pc

_NUMBER = r"^[+\-]?(\d+\.?\d*|\.\d+)([eE][+\-]?\d+)?$"
_BEGINS_ONE = r"^[\s\x00\x{FEFF}]*[=+\-@|%\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}]|^[\t\r\n]"
"""Also behind blanks, which some programs take off, and in the wide forms of East Asian keyboards."""

MARK = "'"
"""At the beginning of a cell: what follows is text."""


def defused(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """The texts, with `MARK` before each that could be a formula. Numbers stay, with their sign."""
    dangerous = pc.and_(
        pc.match_substring_regex(texts, _BEGINS_ONE), pc.invert(pc.match_substring_regex(texts, _NUMBER))
    )
    return pc.if_else(pc.fill_null(dangerous, False), pc.binary_join_element_wise(MARK, texts, ""), texts)
