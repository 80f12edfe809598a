"""Markdown as plain text, for output that goes into a file or another program. Pure."""

import re

_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+")
_LINK = re.compile(r"!?\[([^\]]*)\]\(([^)\s]+)[^)]*\)")
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_EMPHASIS = re.compile(
    r"(?<![\w*])\*(?=[^\s*])([^*\n]+?)(?<=[^\s*])\*(?![\w*])|(?<![\w_])_(?=\S)([^_\n]+?)(?<=\S)_(?![\w_])"
)
_CODE = re.compile(r"(`+)(.+?)\1")
_FENCE = re.compile(r"^\s{0,3}(```|~~~)")


def plain_text(markdown: str) -> str:
    """The text without marks of emphasis, headings and links' brackets; what stands in code stays as it is."""
    lines: list[str] = []
    in_code = False
    for line in markdown.split("\n"):
        if _FENCE.match(line):
            in_code = not in_code
        else:
            lines.append(line if in_code else _plain_line(line))
    return "\n".join(lines)


def _plain_line(line: str) -> str:
    pieces = []
    at = 0
    for code in _CODE.finditer(line):
        pieces += [_unmarked(line[at : code.start()]), code[2]]
        at = code.end()
    return "".join([*pieces, _unmarked(line[at:])])


def _unmarked(text: str) -> str:
    text = _LINK.sub(r"\1 (\2)", _HEADING.sub("", text))
    return _EMPHASIS.sub(lambda found: found[1] or found[2], _STRONG.sub(r"\2", text))
