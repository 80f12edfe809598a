"""The first JSON object of a text that comes in pieces. Pure."""

import json
import re
from typing import Any

_NEXT = re.compile(r'\{\s*(?=["}])')
"""An object begins; a brace in words ("{a}", "{ for sets") does not."""
_MARK = re.compile(r'[{}"]')
_IN_STRING = re.compile(r'["\\]')


class FirstObject:
    """Take the text with `add`; then `value` is the object once all of it has come, None before."""

    def __init__(self) -> None:
        self.value: dict[str, Any] | None = None
        self._text = ""
        self._from = 0
        self._start = -1
        self._at = 0
        self._depth = 0
        self._quoted = False

    @property
    def begun(self) -> bool:
        return self._start >= 0

    @property
    def said(self) -> int:
        """The number of characters that have come."""
        return len(self._text)

    @property
    def left(self) -> str:
        """What has come of the object so far."""
        return self._text[self._start :] if self.begun else ""

    def add(self, piece: str) -> None:
        self._text += piece
        while self.value is None and (self.begun or self._begin()):
            if not self._to_its_end():
                return
            self._close()

    def _begin(self) -> bool:
        found = _NEXT.search(self._text, self._from)
        if found is not None:
            self._start = self._at = found.start()
            self._depth, self._quoted = 0, False
        return found is not None

    def _to_its_end(self) -> bool:
        """Go on to the brace that closes the object; is it there yet?"""
        while found := (_IN_STRING if self._quoted else _MARK).search(self._text, self._at):
            mark, self._at = found.group(), found.end()
            if mark == "\\":
                if self._at == len(self._text):
                    self._at -= 1  # what it escapes is still to come
                    return False
                self._at += 1
            elif mark == '"':
                self._quoted = not self._quoted
            else:
                self._depth += 1 if mark == "{" else -1
                if self._depth == 0:
                    return True
        self._at = len(self._text)
        return False

    def _close(self) -> None:
        """Read the object; what only looks like one is passed over."""
        try:
            # Models write line breaks into strings as they are.
            self.value = json.loads(self._text[self._start : self._at], strict=False)
        except (json.JSONDecodeError, RecursionError):
            self._from, self._start = self._start + 1, -1
