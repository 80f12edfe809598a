"""Puts values into the text of a saved question. Pure.

In a statement a value becomes a literal of SQL, and only where a value can stand: `{name}` within quotes, a comment or
a quoted name is no parameter, so that nothing that a value holds can be read as a part of the statement.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date

from bus.contract.kept.saved import MAX_PARAMETERS, MAX_VALUE_CHARS, Parameter, ParameterKind, SavedContent

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,31}")
_PLACE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
_TOKEN = re.compile(
    r"""--[^\n]*|/\*|(?P<tag>\$(?:[A-Za-z_]\w*)?\$).*?(?:(?P=tag)|\Z)"""
    r"""|(?<![\w$])[eE]'(?:[^'\\]|\\.|'')*(?:'|\Z)|'(?:[^']|'')*(?:'|\Z)|"(?:[^"]|"")*(?:"|\Z)|\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)\}""",
    re.DOTALL,
)
"""What ends the plain text of a statement: a comment, a text, a quoted name, a place for a value. As DuckDB reads."""
_COMMENT_EDGE = re.compile(r"/\*|\*/")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
_MAX_NUMBER_CHARS = 60
_FIRST_WORD = re.compile(r"(?:[\s(]|--[^\n]*\n|/\*.*?\*/)*(\w*)", re.DOTALL)
_QUERY_WORDS = frozenset({"select", "with", "from", "values", "pivot", "unpivot", "explain"})
_STATEMENT_WORDS = _QUERY_WORDS | {"describe", "summarize", "show", "table"}


class ParameterError(ValueError):
    """A text and its parameters do not go together, or a value is none of its kind; `hint` is what to do."""

    def __init__(self, error: str, hint: str) -> None:
        super().__init__(error)
        self.hint = hint


def check(content: SavedContent) -> None:
    """Whether each parameter has its place and a default that can stand there. Raises `ParameterError`."""
    _check_form(content)
    names = [parameter.name for parameter in content.parameters]
    if len(names) > MAX_PARAMETERS:
        raise ParameterError(f"there are {len(names)} parameters; the limit is {MAX_PARAMETERS}", "use fewer")
    for name in names:
        if not _NAME.fullmatch(name):
            hint = "a name has 1 to 32 of A-Z a-z 0-9 _, and begins with none of the digits"
            raise ParameterError(f"{name[:80]!r} is no name of a parameter", hint)
        if names.count(name) > 1:
            raise ParameterError(f"there are two parameters of the name {name}", "give each a name of its own")
    _check_places(content, names)
    fill(content, {})


def fill(content: SavedContent, values: Mapping[str, str]) -> str:
    """The text with a value at each place, the default where none is given. Raises `ParameterError`."""
    parameters = {parameter.name: parameter for parameter in content.parameters}
    unknown = next((name for name in values if name not in parameters), None)
    if unknown is not None:
        known = f"parameters: {', '.join(parameters)}" if parameters else "it has no parameters"
        raise ParameterError(f"there is no parameter {unknown[:80]!r}", known)
    written = {
        name: _written(parameter, values.get(name, parameter.default), in_statement=content.statement)
        for name, parameter in parameters.items()
    }
    return "".join(text if name is None else written.get(name, text) for text, name in _pieces(content))


def _check_form(content: SavedContent) -> None:
    found = _FIRST_WORD.match(content.text)
    word = found[1].lower() if found else ""
    if content.statement and word not in _STATEMENT_WORDS:
        raise ParameterError(f"a statement does not begin with {word[:40]!r}", "begin it with SELECT, WITH or FROM")
    if not content.statement and content.parameters and word in _QUERY_WORDS:
        hint = "save it as a statement, so that values become literals, or begin with another word"
        raise ParameterError(f"a question that begins with {word!r} may be run as SQL", hint)


def _check_places(content: SavedContent, names: list[str]) -> None:
    places = {name for _, name in _pieces(content) if name is not None}
    missing = sorted(places - set(names))
    if missing:
        hint = "add it, or take it out of the text"
        raise ParameterError(f"{{{missing[0][:80]}}} stands in the text, but is no parameter", hint)
    without = next((name for name in names if name not in places), None)
    if without is None:
        return
    if without in _PLACE.findall(content.text):
        hint = f"take the quotes away; for a part of a text write '%' || {{{without}}} || '%'"
        raise ParameterError(f"{{{without}}} stands within quotes or a comment, where no value can be put", hint)
    raise ParameterError(f"the parameter {without} does not stand in the text", f"write {{{without}}}, or remove it")


def _pieces(content: SavedContent) -> Iterator[tuple[str, str | None]]:
    """The text in pieces, in order: each with the name of the parameter whose place it is, or None."""
    text, at = content.text, 0
    while match := (_TOKEN if content.statement else _PLACE).search(text, at):
        yield text[at : match.start()], None
        name = match["name"] if content.statement else match[1]
        end = _comment_end(text, match.end()) if match[0] == "/*" else match.end()
        yield text[match.start() : end], name
        at = end
    yield text[at:], None


def _comment_end(text: str, at: int) -> int:
    """Where a comment ends whose beginning ends at `at`; comments stand within comments."""
    depth = 1
    while depth and (match := _COMMENT_EDGE.search(text, at)):
        depth += 1 if match[0] == "/*" else -1
        at = match.end()
    return len(text) if depth else at


def _written(parameter: Parameter, value: str, *, in_statement: bool) -> str:
    if len(value) > MAX_VALUE_CHARS:
        error = f"the value of {parameter.name} has {len(value):,} characters; the limit is {MAX_VALUE_CHARS:,}"
        raise ParameterError(error, "shorten it")
    match parameter.kind:
        case ParameterKind.NUMBER:
            number = _number(parameter.name, value)
            return f"({number})" if in_statement and number.startswith("-") else number
        case ParameterKind.DATE:
            day = _date(parameter.name, value)
            return f"DATE '{day}'" if in_statement else day
        case ParameterKind.TEXT:
            return _text(parameter.name, value, in_statement=in_statement)


def _text(name: str, value: str, *, in_statement: bool) -> str:
    if "\0" in value:
        raise ParameterError(f"the value of {name} holds a character that no text can (NUL)", "take it out")
    if in_statement:
        return "'" + value.replace("'", "''") + "'"
    if not value.strip():
        raise ParameterError(f"{name} is empty", "give it a value")
    return value


def _number(name: str, value: str) -> str:
    number = value.strip().removeprefix("+")
    if len(number) > _MAX_NUMBER_CHARS or not _NUMBER.fullmatch(number) or not number.isascii():
        raise ParameterError(f"{name} is {value[:80]!r}, which is no number", "write it as 12, -3.5 or 1e6")
    return number


def _date(name: str, value: str) -> str:
    day = value.strip()
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", day):
            return date.fromisoformat(day).isoformat()
    except ValueError:
        pass
    raise ParameterError(f"{name} is {value[:80]!r}, which is no date", "write it as 2026-01-31")
