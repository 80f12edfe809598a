"""The catalog as the model reads it: as much detail as fits, the same text for the same catalog (it is cached)."""

import json
from typing import NamedTuple

from bus.catalog import Catalog, CatalogColumn, CatalogTable, Description

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
        text = "\n".join([*(_table(table, detail) for table in catalog.tables), *_rest(catalog)])
        if len(text) <= limit_chars:
            return text
    return _cut(text, limit_chars)


def _cut(text: str, limit_chars: int) -> str:
    kept = text[:limit_chars].rsplit("\n", 1)[0]
    left_out = text.count("\n") - kept.count("\n")
    return f"{kept}\n(the catalog is larger: {left_out} more lines are left out)"


def _table(table: CatalogTable, detail: _Detail) -> str:
    columns = [_column(column, detail) for column in table.columns]
    head = f"table {_name(table.name)} ({table.row_count} rows)"
    return "\n".join([head, *columns]) if detail.types else f"{head}: {', '.join(columns)}"


def _column(column: CatalogColumn, detail: _Detail) -> str:
    if not detail.types:
        return _name(column.name)
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
    return lines + ([f"notes: {description.notes}"] if description.notes else [])


def _name(name: str) -> str:
    return name if name.isidentifier() and name.isascii() else '"' + name.replace('"', '""') + '"'


def _value(value: str) -> str:
    # Quoted as JSON, so that a value with line breaks or quotes cannot pass for a line of the catalog.
    cut = value if len(value) <= MAX_VALUE_CHARS else value[:MAX_VALUE_CHARS] + "…"
    return json.dumps(cut, ensure_ascii=False)
