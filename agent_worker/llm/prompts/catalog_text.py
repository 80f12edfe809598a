"""The catalog as the model reads it: as much detail as fits, the same text for the same catalog (it is cached)."""

import json
from collections.abc import Iterator
from typing import NamedTuple

from bus.contract.catalog import Catalog, CatalogColumn, CatalogTable, Description

MAX_CATALOG_CHARS = 60_000
MAX_VALUE_CHARS = 40


class _Detail(NamedTuple):
    values: int
    ranges: bool
    types: bool


_DETAILS = (_Detail(30, True, True), _Detail(5, True, True), _Detail(0, False, True), _Detail(0, False, False))


def catalog_text(catalog: Catalog, limit_chars: int = MAX_CATALOG_CHARS) -> str:
    """Tables, columns, keys and description in at most `limit_chars` characters.

    Where everything does not fit, first values go, then ranges, then types, then whole tables; a last line says so.
    """
    for detail in _DETAILS:
        lines, whole = _fitting(_lines(catalog, detail), limit_chars)
        if whole:
            return "\n".join(lines)
    lines = lines or [next(_lines(catalog, detail))[:limit_chars]]
    tables = max(0, len(catalog.tables) - len(lines))
    return "\n".join([*lines, f"(the catalog is larger: {tables} more tables are left out)"])


def _fitting(lines: Iterator[str], limit_chars: int) -> tuple[list[str], bool]:
    """The lines that fit, and whether all did. Stops reading there: half a million columns must not cost seconds."""
    kept: list[str] = []
    room = limit_chars
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            return kept, False
        kept.append(line)
    return kept, True


def _lines(catalog: Catalog, detail: _Detail) -> Iterator[str]:
    for table in catalog.tables:
        yield from _table(table, detail)
    yield from _rest(catalog)


def _table(table: CatalogTable, detail: _Detail) -> Iterator[str]:
    head = f"table {_name(table.name)} ({table.row_count} rows)"
    if not detail.types:
        yield f"{head}: {', '.join(_name(column.name) for column in table.columns)}"
        return
    yield head
    for column in table.columns:
        yield _column(column, detail)


def _column(column: CatalogColumn, detail: _Detail) -> str:
    facts = [f"  {_name(column.name)} {column.type}"]
    if detail.ranges and not column.values and column.minimum is not None and column.maximum is not None:
        facts.append(f"{_value(column.minimum)} to {_value(column.maximum)}")
    if detail.ranges and column.nulls:
        facts.append(f"{column.nulls} nulls")
    if detail.values and column.values:
        facts.append(_values(column, detail.values))
    return ", ".join(facts)


def _values(column: CatalogColumn, count: int) -> str:
    shown = ", ".join(_value(value) for value in column.values[:count])
    more = len(column.values) - count
    return f"values {shown}" + (f" and {more} more" if more > 0 else "")


def _rest(catalog: Catalog) -> list[str]:
    keys = [
        f"key {_name(key.table)}.{_name(key.column)} -> {_name(key.ref_table)}.{_name(key.ref_column)}"
        for key in catalog.keys
    ]
    return [*keys, *_description(catalog.description)]


def _description(description: Description) -> list[str]:
    lines = [f"measure {m.name} over {_name(m.table)}: {m.expression}" for m in description.measures]
    lines += [f"synonym {word}: {meaning}" for word, meaning in description.synonyms.items()]
    lines += [f"default date of {table}: {column}" for table, column in description.default_dates.items()]
    lines += [f"term {word}: {meaning}" for word, meaning in description.terms.items()]
    lines += [f"role of {place}: {role}" for place, role in description.roles.items()]
    lines += [
        f"label of {_name(table)}: {', '.join(map(_name, columns))}" for table, columns in description.labels.items()
    ]
    lines += [f"unit of {place}: {unit}" for place, unit in description.units.items()]
    return lines + ([f"notes: {description.notes}"] if description.notes else [])


def _name(name: str) -> str:
    return name if name.isidentifier() and name.isascii() else '"' + name.replace('"', '""') + '"'


def _value(value: str) -> str:
    # Quoted as JSON, so that a value with line breaks or quotes cannot pass for a line of the catalog.
    cut = value if len(value) <= MAX_VALUE_CHARS else value[:MAX_VALUE_CHARS] + "…"
    return json.dumps(cut, ensure_ascii=False)
