"""Texts of others as they can be shown: shortened, and with characters made visible that steer what shows a text rather
than stand in it. Pure.

Control characters (C0, C1) move a terminal's cursor and colours, or type for the person; marks of direction (bidi) show
a text in another order than it has, so that a name or a number reads as another; line and paragraph separators break a
line where nobody sees a break. Half characters are bytes of file names that are no UTF-8.
"""

import re

_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"
_BREAKS = "\u2028\u2029"
_NOTES = "\ufff9-\ufffb"
_HALVES = "\ud800-\udfff"
_STEERING = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{_BIDI}{_BREAKS}{_NOTES}{_HALVES}]")
"""Characters that steer a terminal or the direction of text. Not tab and newline, which text has."""

_BYTES_AS_HALVES = range(0xDC80, 0xDD00)
"""Bytes that are no UTF-8, as Python keeps them (`surrogateescape`)."""

_ESCAPED = re.compile(
    rb"\x7f|\xc2[\x80-\x9f]|\xd8\x9c|\xe2\x80[\x8e\x8f\xa8-\xae]|\xe2\x81[\xa6-\xaf]|\xef\xbf[\xb9-\xbb]"
)
"""The characters of `_STEERING` in UTF-8; below a blank JSON escapes everything by itself, and half characters it has
none."""

_LEADS = (b"\x7f", b"\xc2", b"\xd8\x9c", b"\xe2\x80", b"\xe2\x81", b"\xef\xbf")
"""How they begin: most texts have none of these, and that is found out ten times as fast."""


def visible(text: str) -> str:
    """The text with control pictures (␛) and code points (<U+202E>) in place of such characters."""
    return text if text.isascii() and text.isprintable() else _STEERING.sub(_shown, text)


def shortened(text: str, max_chars: int) -> str:
    """The text, of at most so many characters; an ellipsis says that it goes on."""
    return text if len(text) <= max_chars else f"{text[: max_chars - 1]}…"


def visible_json(encoded: bytes) -> bytes:
    r"""JSON in UTF-8 with such characters escaped (\u202e): the same values to whoever reads it."""
    return _ESCAPED.sub(_escaped, encoded) if any(lead in encoded for lead in _LEADS) else encoded


def _shown(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    return f"<{code - 0xDC00:02X}>" if code in _BYTES_AS_HALVES else f"<U+{code:04X}>"


def _escaped(match: re.Match[bytes]) -> bytes:
    return b"\\u%04x" % ord(match[0].decode())
