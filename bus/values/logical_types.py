"""The engine's types by their names: `DECIMAL(4,2)[]` or `STRUCT(a INTEGER, "b c" TIME)` as a tree. Pure.

A result's columns carry the engine's name of their type, whatever carries their values: `carried` says what does.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_AS_TEXT = """
BIGNUM BIT ENUM GEOMETRY INTERVAL TIMESTAMPTZ_NS TIME_NS UHUGEINT UNION UUID VARIANT
"""
AS_TEXT = frozenset({*_AS_TEXT.split(), "TIME WITH TIME ZONE"})
"""Arrow, Parquet or their readers have no counterpart, or one that loses something: the engine's own text travels."""

OTHERWISE = {"NULL": "INTEGER", "TIMESTAMP_S": "TIMESTAMP_MS"}
"""What travels as another type: a map of nothing, and the seconds of infinity, cannot be written as Parquet."""

ENTRIES = ("key", "value")
_TOKEN = re.compile(r"""\s*("(?:[^"]|"")*"|'(?:[^']|'')*'|[\w.]+|[(),\[\]])""")


class LogicalType(NamedTuple):
    """One type. `name` is in capitals, LIST and ARRAY for `T[]` and `T[n]`; `fields` are the types inside, each with
    its name (`element` of lists, `key` and `value` of maps); `args` is what else stands in its brackets."""

    name: str
    fields: "tuple[tuple[str, LogicalType], ...]" = ()
    args: str = ""

    def __str__(self) -> str:
        """The name, as the engine reads it."""
        inner = [kind for _, kind in self.fields]
        match self.name:
            case "LIST" | "ARRAY":
                return f"{inner[0]}[{self.args}]"
            case "MAP" | "TUPLE":
                return f"{self.name}({', '.join(map(str, inner))})"
            case "STRUCT" | "UNION":
                return f"{self.name}({', '.join(f'{_quoted(name)} {kind}' for name, kind in self.fields)})"
        return f"{self.name}({self.args})" if self.args else self.name


def parse_type(text: str) -> LogicalType:
    """The type of this name. One that cannot be read has the whole text as its name."""
    try:
        return _whole(_tokens(text))
    except (IndexError, ValueError, RecursionError):
        return LogicalType(text)


def carried(kind: LogicalType) -> LogicalType:
    """The type whose values travel for this one, at every depth."""
    if kind.name in AS_TEXT:
        return LogicalType("VARCHAR")
    if kind.name in OTHERWISE:
        return LogicalType(OTHERWISE[kind.name])
    return kind._replace(fields=tuple((name, carried(inner)) for name, inner in kind.fields))


def projection(columns: Iterable[str], types: Iterable[str]) -> str | None:
    """What to SELECT from a relation with these columns, so that all its values can travel; None where it may stay as
    it is. By position, because two columns may share a name."""
    kinds = [parse_type(text) for text in types]
    if all(carried(kind) == kind for kind in kinds):
        return None
    casts = ("" if carried(kind) == kind else f"::{carried(kind)}" for kind in kinds)
    parts = zip(columns, casts, strict=True)
    return ", ".join(f"#{at}{cast} AS {_quoted(name)}" for at, (name, cast) in enumerate(parts, 1))


def _tokens(text: str) -> list[str]:
    tokens, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ValueError(text[at:])
        tokens.append(match[1])
        at = match.end()
    return tokens


def _type(tokens: list[str]) -> tuple[LogicalType, list[str]]:
    """The type at the beginning, and what follows. Raises IndexError or ValueError."""
    words = 1
    while words < len(tokens) and tokens[words].isidentifier():  # TIME WITH TIME ZONE
        words += 1
    name, rest = " ".join(token.strip('"') for token in tokens[:words]).upper(), tokens[words:]
    kind = LogicalType(name)
    if rest[:1] == ["("]:
        inside, rest = _brackets(rest)
        kind = _with_inside(name, inside)
    while rest[:1] == ["["]:
        size, rest = _brackets(rest)
        kind = LogicalType("ARRAY" if size else "LIST", (("element", kind),), "".join(size))
    return kind, rest


def _with_inside(name: str, inside: list[str]) -> LogicalType:
    match name:
        case "STRUCT" | "UNION":
            fields = [(_unquoted(tokens[0]), _whole(tokens[1:])) for tokens in _parts(inside)]
        case "MAP":
            fields = list(zip(ENTRIES, (_whole(tokens) for tokens in _parts(inside)), strict=True))
        case "TUPLE":
            fields = [(f"element{at}", _whole(tokens)) for at, tokens in enumerate(_parts(inside), 1)]
        case _:
            return LogicalType(name, args="".join(inside))
    return LogicalType(name, tuple(fields))


def _whole(tokens: list[str]) -> LogicalType:
    kind, rest = _type(tokens)
    if rest:
        raise ValueError(rest)
    return kind


def _brackets(tokens: list[str]) -> tuple[list[str], list[str]]:
    """What stands between the first bracket and the one that closes it, and what follows."""
    depth = 0
    for at, token in enumerate(tokens):
        depth += (token in "([") - (token in ")]")
        if depth == 0:
            return tokens[1:at], tokens[at + 1 :]
    raise ValueError(tokens)


def _parts(tokens: list[str]) -> Iterator[list[str]]:
    """The tokens between commas that stand in no further brackets."""
    part: list[str] = []
    depth = 0
    for token in tokens:
        depth += (token in "([") - (token in ")]")
        if token == "," and not depth:
            yield part
            part = []
        else:
            part.append(token)
    yield part


def _unquoted(token: str) -> str:
    return token[1:-1].replace('""', '"') if token.startswith('"') else token


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
