"""Markdown as plain text, for a terminal and for output that goes into a file or another program. Pure."""

import re
from itertools import chain, zip_longest

MOST_HELD = 400
"""Characters of one line that wait for the end of what a mark begins."""

_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+")
_LINK = re.compile(r"!?\[([^\]]*)\]\(([^)\s]+)[^)]*\)")
_STRONG = re.compile(r"(?:(\*\*)|(?<!\w)(__))(?=\S)(.+?)(?<=\S)(?(1)\*\*|__(?!\w))")
_EMPHASIS = re.compile(
    r"(?<![\w*])\*(?=[^\s*])([^*\n]+?)(?<=[^\s*])\*(?![\w*])|(?<![\w_])_(?=\S)([^_\n]+?)(?<=\S)_(?![\w_])"
)
_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_FENCE = re.compile(r"^\s{0,3}(```|~~~)")

_A_LINK = "\ufdd0"
"""Unicode keeps this one for such use: no text has it."""

_MARK = re.compile(r"\*+|_+|`+|!?\[|!$")
_MAY_BEGIN_A_LINE = re.compile(r"\s{0,3}(#{1,6}\s*|`{1,2}|~{1,2})?$|\s{0,3}(```|~~~)")
_SIMPLE = re.compile(r"[^*_`\[\]!]+")


def plain_text(markdown: str) -> str:
    """The text without marks of emphasis, headings and links' brackets; what stands in code stays as it is."""
    text = PlainText(whole_lines=True)
    return text.feed(markdown) + text.rest()


class PlainText:
    """Markdown that comes in pieces, as plain text: what `feed` and in the end `rest` have given is together the plain
    text of the whole. With `whole_lines` a line comes when it has ended, else as soon as none of its marks is open."""

    def __init__(self, *, whole_lines: bool) -> None:
        self._whole_lines = whole_lines
        self._in_code = False
        self._held = ""
        self._before = ""
        """What stands before the rest of this line, for what asks whether a mark is within a word: one character that
        is no mark, or none at its beginning."""

    def feed(self, markdown: str) -> str:
        """The next piece; returns what is sure."""
        *lines, self._held = (self._held + markdown).split("\n")
        found = "".join(map(self._ended, lines))
        return found if self._whole_lines else found + self._early()

    def rest(self) -> str:
        """The rest of the text, which was held back."""
        rest, self._held = self._held, ""
        return self._ended(rest).removesuffix("\n")

    def _ended(self, line: str) -> str:
        """The rest of a line, and its end."""
        before, self._before = self._before, ""
        if not before and _FENCE.match(line):
            self._in_code = not self._in_code
            return ""
        if self._in_code:
            return f"{line}\n"
        return f"{_plain_line(line, before)}\n"

    def _early(self) -> str:
        """What of the line can be given before it has ended."""
        if not self._before and _MAY_BEGIN_A_LINE.match(self._held):
            return ""
        if self._in_code:
            return self._take(len(self._held))
        if not self._before:
            self._leave_out_heading()
        given = ""
        while self._held:
            known = self._sure(_MARK.search(self._held))
            if known is None:
                break
            given += self._take(*known)
        return given

    def _leave_out_heading(self) -> None:
        if heading := _HEADING.match(self._held):
            self._held = self._held[heading.end() :]
            self._before = " "

    def _sure(self, mark: re.Match[str] | None) -> tuple[int, str | None] | None:
        """How many characters of what is held are sure, and what they are in plain words if other; None for none."""
        if mark is None:
            return len(self._held), None
        if mark.start():
            return mark.start(), None
        text = self._before + self._held
        at = len(self._before)
        if len(self._held) > mark.end() and _opens_nothing(mark[0], self._before, self._held[mark.end()]):
            return mark.end(), None
        for pattern in (_CODE, _LINK, _STRONG, _EMPHASIS):
            found = pattern.match(text, at)
            if found and found.end() < len(text) and _is_simple(found, text):
                return found.end() - at, _plain_line(found[0], "")
        return (len(self._held), None) if len(self._held) > MOST_HELD else None

    def _take(self, count: int, instead: str | None = None) -> str:
        taken, self._held = self._held[:count], self._held[count:]
        last = " " if taken.endswith("`") else (taken if instead is None else instead)[-1]
        self._before = "a" if last in "*_" else " " if last in "[!" else last
        return taken if instead is None else instead


def _opens_nothing(mark: str, before: str, after: str) -> bool:
    """Whether these characters are no mark where they stand."""
    if mark.startswith(("*", "_")):
        in_a_word = before.isalnum() and after not in "*_`" and mark != "**"
        return len(mark) < 3 and (after.isspace() or in_a_word)
    return mark == "!"


def _is_simple(found: re.Match[str], text: str) -> bool:
    """Whether nothing within or behind it can change how it is read."""
    if found.re is _CODE:
        return text[found.end()] != "`"
    if found.re is _LINK:
        return not set("*_`") & set(found[1])
    inner = next(group for group in reversed(found.groups()) if group)
    return _SIMPLE.fullmatch(inner) is not None and text[found.end()] not in "*_"


def _plain_line(line: str, before: str) -> str:
    """A line, or what comes after the character `before` of one."""
    line = before + (line if before else _HEADING.sub("", line))
    pieces = []
    at = 0
    for code in _CODE.finditer(line):
        pieces += [_unmarked(line[at : code.start()]), code[2]]
        at = code.end()
    return "".join([*pieces, _unmarked(line[at:])]).removeprefix(before)


def _unmarked(text: str) -> str:
    """A text without emphasis and the brackets of links. Each link is one character meanwhile, so that neither its text
    is taken for a word's rest nor anything in its address for a mark."""
    links = [f"{_without_emphasis(link[1])} ({link[2]})" for link in _LINK.finditer(text)]
    words = _without_emphasis(_LINK.sub(_A_LINK, text)).split(_A_LINK)
    return "".join(chain.from_iterable(zip_longest(words, links, fillvalue="")))


def _without_emphasis(text: str) -> str:
    return _EMPHASIS.sub(lambda found: found[1] or found[2], _STRONG.sub(r"\3", text))
