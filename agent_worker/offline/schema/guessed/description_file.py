"""What is guessed of the data, as a description file to correct: every line is commented, and holds as it stands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agent_worker.offline.schema.guessed.units import unit_of
from agent_worker.offline.schema.model import Schema, Table
from agent_worker.offline.schema.roles import ColumnKind, ColumnRole
from bus.contract.catalog import Catalog, JoinKey

_MONEY = ("revenue", "amount", "total", "sales", "price", "payment", "fare", "royalty", "fee", "cost")
_NOT_OF_THE_ROW = frozenset(("birth", "born", "birthday", "updated", "modified", "deleted", "ended", "end", "due"))
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_HEAD = """\
# What Deadstop guesses of these data. To correct a line, take away the "#" before it and change what stands behind "=";
# what you leave commented is guessed anew whenever the data change. Lines may be taken out and added. docs/your-data.md
# explains each section. The file is read again when it changes.
"""
_SECTIONS = {
    "measures": "Figures with names of their own: a table and what is computed over its rows.",
    "synonyms": "Words that people use for a table, a table.column or a measure.",
    "terms": 'Words that stand for other words: with big = "distance over 1000", "big flights" are those.',
    "keys": "What refers to what: tables are joined only so.",
    "default_dates": 'The date that is meant by "by month" or "in March", where a table has several.',
    "labels": "The column that names a row for people; several together in brackets.",
    "units": "What numbers are in.",
    "roles": "What each column is for: identifier (never added up), label, year, date, quantity, rate (never added\n"
    "# up), clock (1455 for 14:55), category or flag.",
}


@dataclass(frozen=True, slots=True)
class Guess:
    """One line of a section: `key = value`, both as TOML."""

    section: str
    key: str
    value: str

    @property
    def line(self) -> str:
        return f"{self.key} = {self.value}"


def description_file(catalog: Catalog) -> str:
    """The text of a `deadstop.toml` in which everything that is guessed stands as a comment."""
    found = list(guesses(catalog))
    parts = [_HEAD]
    for section, says in _SECTIONS.items():
        lines = [f"#{guess.line}" for guess in found if guess.section == section]
        parts.append("\n".join([f"# {says}", f"[{section}]", *lines, ""]))
    return "\n".join(parts)


def guesses(catalog: Catalog) -> Iterator[Guess]:
    """Everything that is guessed of the data and matters to an answer."""
    schema = Schema(catalog)
    tables = list(schema.tables.values())
    yield from _measures(schema)
    for table in tables:
        yield from _nouns(table)
    yield from (_key(key) for key in schema.keys)
    for table in tables:
        yield from _date(table)
    for table in tables:
        if table.labels:
            names = [_text(column.name) for column in table.labels]
            yield Guess("labels", _name(table.name), names[0] if len(names) == 1 else f"[{', '.join(names)}]")
    for (table_name, name), column in schema.columns.items():
        if unit := unit_of(schema, column):
            yield Guess("units", _text(f"{table_name}.{name}"), _text(unit))
    for (table_name, name), column in schema.columns.items():
        yield Guess("roles", _text(f"{table_name}.{name}"), _text(column.role))


def _measures(schema: Schema) -> Iterator[Guess]:
    """The sum of the column that looks most like money, of the table with the most rows."""
    found = [
        (_MONEY.index(word), -schema.tables[column.table].info.row_count, column)
        for column in schema.columns.values() if column.role is ColumnRole.QUANTITY
        for word in column.all_words[-1:] if word in _MONEY
    ]  # fmt: skip
    if found and not any(parts == ("revenue",) for parts in (c.words for c in schema.columns.values())):
        column = min(found, key=lambda entry: entry[:2])[2]
        expression = f"sum({_column(column.name)})"
        yield Guess("measures", "revenue", f"{{ table = {_text(column.table)}, expression = {_text(expression)} }}")


def _nouns(table: Table) -> Iterator[Guess]:
    """The last word of a table's name of several words."""
    if len(table.words) > 1:
        yield Guess("synonyms", _name(table.words[-1]), _text(table.name))


def _key(key: JoinKey) -> Guess:
    return Guess("keys", _text(f"{key.table}.{key.column}"), _text(f"{key.ref_table}.{key.ref_column}"))


def _date(table: Table) -> Iterator[Guess]:
    dates = [column for column in table.columns if column.kind is ColumnKind.DATE]
    own = [column for column in dates if not _NOT_OF_THE_ROW & set(column.all_words)] or dates
    if own:
        yield Guess("default_dates", _name(table.name), _text(own[0].name))


def _column(name: str) -> str:
    return name if name.isidentifier() and name.isascii() else '"' + name.replace('"', '""') + '"'


def _name(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _text(text: str) -> str:
    """As a TOML string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(char if char.isprintable() else f"\\u{ord(char):04X}" for char in escaped) + '"'
