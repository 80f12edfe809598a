"""The words of a question: tokens and numbers. Nothing here knows the data."""

import re
from dataclasses import dataclass
from math import isfinite
from typing import Literal
from unicodedata import combining, normalize

TokenKind = Literal["word", "number", "quoted", "date", "symbol"]

_TOKEN = re.compile(
    r"""
    (?P<quoted>"[^"]+"|“[^”]+”|\u2018[^\u2019]+\u2019|(?<!\w)'[^']+'(?!\w))
  | (?P<date>(?<![\w-])\d{4}-\d{1,2}(?:-\d{1,2})?(?![\w-]))
  | (?P<number>(?<![\w.])-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[kKM](?!\w))?(?![\w.]*\w))
  | (?P<word>[^\W_][\w]*(?:['\u2019](?:s|t)\b|(?<=s)['\u2019](?!\w))?|_\w+)
  | (?P<symbol>>=|<=|<>|!=|==|\S)
    """,
    re.VERBOSE,
)
_ATOM = re.compile(r"[^\W_]+")
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "\u0131": "i"})
_ORDINAL = re.compile(r"(\d{1,9})(?:st|nd|rd|th)")
_SCALE = {"k": 1e3, "m": 1e6}
_COUNTED = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty"
)
NUMBER_WORDS = {word: float(number) for number, word in enumerate(_COUNTED.split())} | {
    "thirty": 30.0,
    "forty": 40.0,
    "fifty": 50.0,
    "hundred": 100.0,
    "thousand": 1000.0,
    "dozen": 12.0,
}


@dataclass(frozen=True, slots=True)
class Token:
    """One word, number, quoted text or sign; `start` and `end` are offsets in the question."""

    text: str
    lower: str
    start: int
    end: int
    kind: TokenKind


def tokenize(question: str, keep_stops: bool = False) -> list[Token]:
    """The question's tokens. Sentence marks and the hyphen inside a word carry no meaning and are left out; with
    `keep_stops` the marks between sentences stay."""
    tokens = []
    for match in _TOKEN.finditer(question):
        kind: TokenKind = match.lastgroup  # type: ignore[assignment]
        text = match.group()
        stop = keep_stops and text in "?.;!" and question[match.end() :].strip(" ?.;!") != ""
        if kind == "symbol" and not stop and (text in "?.!;:" or _is_hyphen(question, match.start())):
            continue
        if kind == "quoted":
            text = text[1:-1]
        elif kind == "word":
            text = re.sub(r"['\u2019]s?$", "", text)
        tokens.append(Token(text, text.lower(), match.start(), match.end(), kind))
    return tokens


def words_in(text: str) -> list[str]:
    """The tokens of a text in small letters."""
    return [token.lower for token in tokenize(text)]


def _is_hyphen(question: str, at: int) -> bool:
    """Whether the sign joins two words, as in "long-haul" or "1-URGENT"."""
    joined = question[at] in "-\u2010\u2013" and 0 < at < len(question) - 1
    return joined and question[at - 1].isalnum() and question[at + 1].isalnum()


def plain(text: str) -> str:
    """A text in small letters without accents: "tiramisu" is "Tiramisù"."""
    text = text.lower()
    if text.isascii():
        return text
    return "".join(c for c in normalize("NFKD", text.translate(_LETTERS)) if not combining(c))


def atoms(text: str) -> list[str]:
    """Letters and digits of a text, piece by piece, in small letters without accents: how values are compared with
    questions."""
    return _ATOM.findall(plain(text))


def number_of(token: Token) -> float | None:
    """The number a token says ("1,200", "10k", "five"), or None."""
    if token.kind == "number":
        text = token.lower.replace(",", "")
        number = float(text.rstrip("km")) * _SCALE.get(text[-1], 1.0)
        return number if isfinite(number) else None
    if ordinal := _ORDINAL.fullmatch(token.lower):
        return float(ordinal[1])
    return NUMBER_WORDS.get(token.lower) if token.kind == "word" else None
