"""The numbers in a text, as people and models of several languages write them. Pure."""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

Kind = Literal["plain", "percent", "times"]

_SCALES: dict[str, tuple[float, ...]] = {
    "k|mil": (1e3, 1.0),
    "thousand|tsd|tausend|mille": (1e3,),
    "m|mm|mn": (1e6, 1.0),
    "mio|million|millions|millionen|millones|milioni": (1e6,),
    "b": (1e9, 1.0),
    "bn|mrd|milliard|milliards|milliarden|milliarde|miliardi": (1e9,),
    "billion|billions|billionen|billones": (1e9, 1e12),
    "trillion|trillions": (1e12,),
}
"""What words make of the number before them; short ones may be units, too."""
_SCALE_OF = {word: scales for words, scales in _SCALES.items() for word in words.split("|")}
_TIMES = frozenset(("times", "x", "\u00d7", "fold", "mal", "fois", "veces"))
_NUMERAL = re.compile(
    r"(?<![\w.,])(?P<digits>\d+(?:[.,'\u2019\u00a0\u202f]\d+)*)(?!\d)"
    rf"(?:[ \u00a0\u202f-]?(?P<scale>{'|'.join(_SCALE_OF)})(?![\w]))?"
    r"(?P<after>[ \u00a0\u202f]?(?:%|percent\b|per cent\b|Prozent\b|pour cent\b|por ciento\b)|"
    rf"[ \u00a0\u202f-]?(?:{'|'.join(sorted(_TIMES))})(?!\w))?"
    r"(?!(?:st|nd|rd|th)\b)",
    re.IGNORECASE,
)
_MARKER = re.compile(r"^[ \t]*(?:[-*+][ \t]+)?\d+[.)][ \t]", re.MULTILINE)
"""The number of a list's item."""


class Reading(NamedTuple):
    """What a numeral may say: its value, and how much its last digit is worth."""

    value: float
    unit: float


class Numeral(NamedTuple):
    """A number as it stands in a text, with all that it may mean."""

    text: str
    readings: tuple[Reading, ...]
    kind: Kind


def numerals(text: str) -> Iterator[Numeral]:
    """The numbers of a text; without those of list items, ordinals, and digits within a word (`B6`, `A320`)."""
    for found in _NUMERAL.finditer(_MARKER.sub(lambda marker: " " * len(marker.group()), text)):
        scales = _SCALE_OF.get((found["scale"] or "").lower(), (1.0,))
        readings = [Reading(v * scale, u * scale) for v, u in _values(found["digits"]) for scale in scales]
        yield Numeral(found.group().strip(), tuple(readings), _kind(found["after"] or ""))


def _kind(after: str) -> Kind:
    if not after:
        return "plain"
    return "times" if after.strip(" \u00a0\u202f-").lower() in _TIMES else "percent"


def _values(digits: str) -> list[tuple[float, float]]:
    """1,234 is a thousand in one language and one and a bit in another; 1.234,5 is one thing in all."""
    marks = re.findall(r"\D", digits)
    pieces = re.split(r"\D", digits)
    if not marks:
        return [(float(digits), 1.0)]
    grouped = all(len(piece) == 3 for piece in pieces[1:])
    read = []
    if len(set(marks)) == 1 and grouped:
        read.append((float("".join(pieces)), 1.0))
    if marks[-1] in ".," and marks.count(marks[-1]) == 1:
        read.append((float("".join(pieces[:-1]) + "." + pieces[-1]), 10.0 ** -len(pieces[-1])))
    # Anything else is a date, a version, a place in a book: each piece is a number.
    return read or [(float(piece), 1.0) for piece in pieces]
