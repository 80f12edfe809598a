"""Texts without half characters, which no message can carry. Pure."""

import json
import re
from typing import Any

_HALF = re.compile("[\ud800-\udfff]")


def whole(text: str) -> str:
    """The text with the halves of each character joined; � stands for one that is alone."""
    if text.isascii() or not _HALF.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def whole_json(value: Any) -> Any:
    """A value of JSON in which the halves of every text's characters are joined as in `whole`. Raises
    RecursionError."""
    return json.loads(whole(json.dumps(value, ensure_ascii=False)))


def utf8_bytes(text: str) -> int:
    """The size of a text, half characters included."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


class TextPieces:
    """A text that comes in pieces, where a character may be cut in two."""

    def __init__(self) -> None:
        self._half = ""

    def add(self, piece: str) -> str:
        """The characters that are complete now."""
        if piece.isascii() and not self._half:
            return piece
        text, self._half = self._half + piece, ""
        if "\ud800" <= text[-1:] <= "\udbff":
            text, self._half = text[:-1], text[-1]
        return whole(text)

    def end(self) -> str:
        """The character that was never completed, as a replacement; "" for none."""
        half, self._half = self._half, ""
        return whole(half)
