"""The numbers in a text, as people and models of several languages write them. Pure."""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

NumeralKind = Literal["plain", "percent", "points", "times"]

_SCALES: dict[str, tuple[float, ...]] = {
    "k|mil": (1e3, 1.0),
    "thousand|tsd|tausend|mille": (1e3,),
    "m|mm|mn": (1e6, 1.0),
    "mio|million|millions|millionen|millones|milioni": (1e6,),
    "b": (1e9, 1.0),
    "bn|mrd|milliard|milliards|milliarden|milliarde|miliardi": (1e9,),
    "billion|billions|billionen|billones": (1e9, 1e12),
    "trillion|trillions": (1e12,),
    "lakh|lakhs|lac": (1e5,),
    "crore|crores": (1e7,),
}
"""What words make of the number before them; short ones may be units, too."""
_SCALE_OF = {word: scales for words, scales in _SCALES.items() for word in words.split("|")}
_TIMES = frozenset(("times", "x", "\u00d7", "fold", "mal", "fois", "veces"))
_POWERS = str.maketrans(
    "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079\u207b\u207a\u2212", "0123456789-+-"
)
_DIGITS = r"\d{1,3}(?:[ ]\d{3})+(?:[.,]\d+)?(?![.,]?\d)|\d+(?:[.,'\u2019\u00a0\u202f]\d+)*"
_OF_TEN = r"10(?:\^[+\u2212-]?\d+|[\u207a\u207b]?[\u2070\u00b9\u00b2\u00b3\u2074-\u2079]+)"
_PERCENT = r"%|percent\b|per cent\b|Prozent\b|pour cent\b|por ciento\b"
_POINTS = r"pp\b|(?:%|percent|percentage)[ -]points?\b|Prozentpunkten?\b|points de pourcentage\b|puntos porcentuales\b"
_NUMERAL = re.compile(
    # Not within a name: A320, COVID-19.
    rf"(?<![\w.,])(?<![^\W\d_]-)(?P<digits>{_DIGITS})(?!\d)(?!s\b)"
    rf"(?P<power>[eE][+-]?\d+(?!\w)|[ ]?[\u00d7x*\u00b7][ ]?{_OF_TEN})?"
    rf"(?:[ \u00a0\u202f-]?(?P<scale>{'|'.join(_SCALE_OF)})(?![\w]))?"
    rf"(?P<points>[ \u00a0\u202f-]?(?:{_POINTS}))?"
    rf"(?P<after>[ \u00a0\u202f]?(?:{_PERCENT})|[ \u00a0\u202f-]?(?:{'|'.join(sorted(_TIMES))})(?!\w))?"
    r"(?!(?:st|nd|rd|th)\b)",
    re.IGNORECASE,
)
_MARKER = re.compile(r"^[ \t]*(?:[-*+][ \t]+)?\d+[.)][ \t]", re.MULTILINE)
"""The number of a list's item."""


class NumeralValue(NamedTuple):
    """What a numeral may say: its value, and how much its last digit is worth."""

    value: float
    unit: float


class Numeral(NamedTuple):
    """A number as it stands in a text, with all that it may mean; or several `parts` that all have to be so, where it
    may be a date, a version or a row of numbers."""

    text: str
    readings: tuple[NumeralValue, ...]
    kind: NumeralKind
    parts: tuple[NumeralValue, ...] = ()


def numerals(text: str) -> Iterator[Numeral]:
    """The numbers of a text, without those of list items, ordinals, decades, and digits in names (`B6`, `A320`)."""
    for found in _NUMERAL.finditer(_MARKER.sub(lambda marker: " " * len(marker.group()), text)):
        scales = _SCALE_OF.get((found["scale"] or "").lower(), (1.0,))
        power = _power(found["power"] or "")
        readings = [
            NumeralValue(value * scale * power, unit * scale * power)
            for value, unit in _values(found["digits"])
            for scale in scales
        ]
        parts = tuple(NumeralValue(float(piece), 1.0) for piece in _pieces(found["digits"]))
        yield Numeral(found.group().strip(), tuple(readings), _kind(found), parts)


def _power(text: str) -> float:
    """What `e-05` or a power of ten makes of the number before it."""
    exponent = re.split(r"[eE]|10\^?", text)[-1].translate(_POWERS)
    return 10.0 ** max(-400, min(300, int(exponent))) if exponent else 1.0


def _kind(found: re.Match[str]) -> NumeralKind:
    after = found["after"] or ""
    if found["points"]:
        return "points"
    if not after:
        return "plain"
    return "times" if after.strip(" \u00a0\u202f-").lower() in _TIMES else "percent"


def _values(digits: str) -> list[tuple[float, float]]:
    """1,234 is a thousand in one language and one and a bit in another; 1.234,5 is one thing in all."""
    marks = re.findall(r"\D", digits)
    pieces = re.split(r"\D", digits)
    if not marks:
        return [(float(digits), 1.0)]
    grouped = all(len(piece) == 3 for piece in pieces[1:]) or (marks[0] == "," and _in_lakhs(pieces))
    read = []
    if len(set(marks)) == 1 and grouped:
        read.append((float("".join(pieces)), 1.0))
    if marks[-1] in ".," and marks.count(marks[-1]) == 1:
        read.append((float("".join(pieces[:-1]) + "." + pieces[-1]), 10.0 ** -len(pieces[-1])))
    return read


def _in_lakhs(pieces: list[str]) -> bool:
    """12,34,567: as in India."""
    first, *middle, last = pieces
    return len(first) <= 2 and len(last) == 3 and all(len(piece) == 2 for piece in middle)


def _pieces(digits: str) -> list[str]:
    """The groups of digits where they may be no one number, but a date, a version, a place in a book or a row of
    numbers; none where they are one number."""
    in_a_row = " " in digits
    return re.split(r"\D", digits) if in_a_row or not _values(digits) else []
