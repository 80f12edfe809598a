"""The catalog as the model reads it: a part that is the same for each question (it is cached), and one that fits it."""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from agent_worker.llm.prompts.focus import Focus
from bus.contract.catalog import Catalog, CatalogColumn, CatalogTable, Description, JoinKey

WHOLE_CHARS = 24_000
"""Catalogs up to this size are told in every detail, and cached."""
OVERVIEW_CHARS = 30_000
NEAREST = 10
TABLE_CHARS = 4_000
"""Detail of one table; the names of its other columns may take half as much again."""
MAX_KEYS = 200
MAX_NOTES_CHARS = 8_000
MAX_VALUES = 30
MAX_VALUE_CHARS = 40
_COLUMNS_SHOWN = (60, 20, 8, 3, 0)


class CatalogText(NamedTuple):
    """`stable` depends on the catalog alone, `fitting` on the question too; it is empty where nothing is to add."""

    stable: str
    fitting: str


def catalog_text(catalog: Catalog, focus: Focus = Focus()) -> CatalogText:  # noqa: B008 - it is frozen
    """Small catalogs whole. Of others: all tables with as many names of columns as there is room for, and the tables
    nearest to the question in detail. The values that the question names stand beside their columns."""
    about = _description(catalog.description)
    whole = _within(chain.from_iterable(_table(t) for t in catalog.tables), WHOLE_CHARS)
    if whole is not None:
        stable = [*whole, *_keys(_all_keys(catalog)), *about]
        return CatalogText("\n".join(stable), "\n".join(_matches(focus)))
    nearest = _nearest(catalog, focus)
    fitting = [line for table in nearest for line in _detail(table, focus)]
    fitting += _keys(_keys_between(catalog, {table.name for table in nearest}))
    return CatalogText("\n".join([*_overview(catalog), *about]), "\n".join([*fitting, *_matches(focus)]))


def table_text(catalog: Catalog, table: CatalogTable) -> str:
    """One table in detail, with the keys that it is part of."""
    keys = [key for key in _all_keys(catalog) if table.name in (key.table, key.ref_table)]
    return "\n".join([*_detail(table, Focus()), *_keys(keys)])


def finding_text(catalog: Catalog, focus: Focus, near: Sequence[tuple[str, str, str]] = ()) -> str:
    """What some words name: tables, columns with their detail, and values; `near` only look like them."""
    heads = [_head(table) for name in focus.tables[:NEAREST] if (table := catalog.table(name)) is not None]
    columns = [
        f"column {place_text(table.name, column.name)}{_column(column).strip().removeprefix(shown_name(column.name))}"
        for table in catalog.tables
        for column in table.columns
        if (table.name, column.name) in focus.columns
    ]
    values = [f"value {place_text(table, column)} = {quoted_value(value)}" for table, column, value in focus.values]
    like = [f"near {place_text(table, column)} = {quoted_value(value)}" for table, column, value in near]
    return "\n".join([*heads, *columns, *values, *like])


def _within(lines: Iterable[str], limit_chars: int) -> list[str] | None:
    """The lines, if they fit. Stops reading there: half a million columns must not cost seconds."""
    kept: list[str] = []
    room = limit_chars
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            return None
        kept.append(line)
    return kept


def _overview(catalog: Catalog) -> list[str]:
    """Each table in a line, with as many names of its columns as all have room for; at last names alone."""
    for count in _COLUMNS_SHOWN:
        lines = _within((_names(table, count) for table in catalog.tables), OVERVIEW_CHARS)
        if lines is not None:
            return lines
    names, room = [], OVERVIEW_CHARS
    for table in catalog.tables:
        room -= len(table.name) + 2
        if room < 0:
            break
        names.append(shown_name(table.name))
    left = len(catalog.tables) - len(names)
    return [f"tables: {', '.join(names)}" + (f" and {left} more" if left else "")]


def _names(table: CatalogTable, count: int) -> str:
    if not count:
        return _head(table)
    shown = ", ".join(shown_name(column.name) for column in table.columns[:count])
    more = len(table.columns) - count
    return f"{_head(table)}: {shown}" + (f" and {more} more columns" if more > 0 else "")


def _nearest(catalog: Catalog, focus: Focus) -> list[CatalogTable]:
    """The tables that are told in detail: the nearest, and where nothing is known of that the first."""
    known = {table.name: table for table in catalog.tables}
    names = dict.fromkeys([*(name for name in focus.tables if name in known), *known])
    return [known[name] for name in list(names)[:NEAREST]]


def _table(table: CatalogTable) -> Iterator[str]:
    yield _head(table)
    yield from map(_column, table.columns)


def _detail(table: CatalogTable, focus: Focus) -> list[str]:
    """The table's columns, those that the question names before all others where not all have room."""
    named = {column for owner, column in focus.columns if owner == table.name}
    room = TABLE_CHARS
    shown: dict[str, str] = {}
    for column in sorted(table.columns, key=lambda column: column.name not in named):
        line = _column(column)
        room -= len(line) + 1
        if room < 0 and column.name not in named:
            break
        shown[column.name] = line
    rest = [shown_name(column.name) for column in table.columns if column.name not in shown]
    lines = [shown[column.name] for column in table.columns if column.name in shown]
    return [_head(table), *lines, *_others(rest)]


def _others(names: Sequence[str]) -> list[str]:
    if not names:
        return []
    text = ", ".join(names)
    if len(text) > TABLE_CHARS // 2:
        text = text[: TABLE_CHARS // 2].rpartition(", ")[0] + ", …"
    return [f"  and {len(names)} more columns: {text}"]


def _head(table: CatalogTable) -> str:
    return f"table {shown_name(table.name)} ({table.row_count} rows)"


def _column(column: CatalogColumn) -> str:
    facts = [f"  {shown_name(column.name)} {column.type}"]
    if not column.values and column.minimum is not None and column.maximum is not None:
        facts.append(f"{quoted_value(column.minimum)} to {quoted_value(column.maximum)}")
    if column.nulls:
        facts.append(f"{column.nulls} nulls")
    if column.values:
        facts.append(_values(column))
    return ", ".join(facts)


def _values(column: CatalogColumn) -> str:
    shown = ", ".join(quoted_value(value) for value in column.values[:MAX_VALUES])
    more = len(column.values) - MAX_VALUES
    return f"values {shown}" + (f" and {more} more" if more > 0 else "")


def _matches(focus: Focus) -> list[str]:
    return [
        f"the question may mean {place_text(table, column)} = {quoted_value(value)}"
        for table, column, value in focus.values
    ]


def _all_keys(catalog: Catalog) -> Iterable[JoinKey]:
    return dict.fromkeys([*catalog.description.keys, *catalog.keys])


def _keys_between(catalog: Catalog, tables: set[str]) -> Iterator[JoinKey]:
    return (key for key in _all_keys(catalog) if key.table in tables and key.ref_table in tables)


def _keys(keys: Iterable[JoinKey]) -> list[str]:
    lines = [f"key {place_text(key.table, key.column)} -> {place_text(key.ref_table, key.ref_column)}" for key in keys]
    more = len(lines) - MAX_KEYS
    return lines[:MAX_KEYS] + ([f"(and {more} more keys)"] if more > 0 else [])


def _description(description: Description) -> list[str]:
    lines = [f"measure {m.name} over {shown_name(m.table)}: {m.expression}" for m in description.measures]
    lines += [f"synonym {word}: {meaning}" for word, meaning in description.synonyms.items()]
    lines += [f"default date of {table}: {column}" for table, column in description.default_dates.items()]
    lines += [f"term {word}: {meaning}" for word, meaning in description.terms.items()]
    lines += [f"role of {place}: {role}" for place, role in description.roles.items()]
    lines += [
        f"label of {shown_name(table)}: {', '.join(map(shown_name, columns))}"
        for table, columns in description.labels.items()
    ]
    lines += [f"unit of {place}: {unit}" for place, unit in description.units.items()]
    notes = description.notes
    if len(notes) > MAX_NOTES_CHARS:
        notes = f"{notes[:MAX_NOTES_CHARS]}… ({len(notes) - MAX_NOTES_CHARS} more characters)"
    return lines + ([f"notes: {notes}"] if notes else [])


def shown_name(name: str) -> str:
    """A name as it stands in a statement, in one line whatever is in it."""
    if name.isidentifier() and name.isascii():
        return name
    return '"' + "".join(letter if letter.isprintable() else "\ufffd" for letter in name).replace('"', '""') + '"'


def place_text(table: str, column: str) -> str:
    """A column as it stands in a statement."""
    return f"{shown_name(table)}.{shown_name(column)}"


def quoted_value(value: str) -> str:
    """A value in one line, cut."""
    # Quoted as JSON, so that a value with line breaks or quotes cannot pass for a line of the catalog, nor for its end.
    cut = value if len(value) <= MAX_VALUE_CHARS else value[:MAX_VALUE_CHARS] + "…"
    return json.dumps(cut, ensure_ascii=False).replace("</", "<\\/")
