"""What the catalog says of one column: its nulls and extremes over all parts, and the values of a hive key."""

import duckdb

from agent_worker.catalog.parts.merged_columns import FileGroup, MergedColumn, Occurrence
from agent_worker.catalog.types.column_kinds import WHOLE
from agent_worker.engine.settings import quote_text
from bus.contract.catalog import CatalogColumn

MAX_EXTREME_CHARS = 100

_REAL = ("FLOAT", "DOUBLE", "DECIMAL")
_ORDERED_AS_TEXT = ("DATE", "TIME", "VARCHAR", "BOOLEAN")


def column_of(connection: duckdb.DuckDBPyConnection, column: MergedColumn, groups: list[FileGroup]) -> CatalogColumn:
    """The catalog's column, with its nulls and extremes over all parts where every part states them."""
    kind = str(column.type)
    if all(found.statistics is None and _is_key(found, groups) for found in column.found):
        return _key_column(column, groups)
    filled = [found for found in column.found if not found.empty]
    known = [found.statistics for found in filled]
    told = [statistics for statistics in known if statistics is not None]
    if len(told) < len(known) or any(statistics.nulls is None for statistics in told):
        return CatalogColumn(column.name, kind)
    elsewhere = sum(groups[number].rows for number in range(len(groups)) if number not in {one.group for one in filled})
    nulls = sum(statistics.nulls or 0 for statistics in told) + elsewhere
    low, high = _extremes(connection, kind, filled)
    return CatalogColumn(column.name, kind, nulls, None, low, high)


def _extremes(
    connection: duckdb.DuckDBPyConnection, kind: str, filled: list[Occurrence]
) -> tuple[str | None, str | None]:
    """Smallest and largest; unknown where a writer has cut them short or left them out."""
    numeric = kind.startswith((*WHOLE, *_REAL))
    if not filled or kind.endswith("]") or not (numeric or kind.startswith(_ORDERED_AS_TEXT)):
        return None, None
    if kind == "VARCHAR" and any(str(found.type) != kind for found in filled):
        return None, None  # the smallest number is not the first text
    told = [(str(found.type), found.statistics) for found in filled if found.statistics]
    pairs = [statistics.numbers if numeric else statistics.texts for _, statistics in told]
    if len(pairs) > 1 and all(text is not None for pair in pairs for text in pair):
        texts = [(text, of) for (of, _), pair in zip(told, pairs, strict=True) for text in pair if text is not None]
        pairs = [_overall(connection, kind, texts)]
    low, high = pairs[0] if len(pairs) == 1 else (None, None)
    return (None, None) if max(len(low or ""), len(high or "")) > MAX_EXTREME_CHARS else (low, high)


def _overall(
    connection: duckdb.DuckDBPyConnection, kind: str, texts: list[tuple[str, str]]
) -> tuple[str | None, str | None]:
    """The smallest and the largest value of parts whose types differ, as texts. `texts` are the parts' own extremes,
    each with the part's type: 0.1 as FLOAT is another DOUBLE."""
    listed = ", ".join(f"(CAST(CAST({quote_text(text)} AS {of}) AS {kind}))" for text, of in texts)
    sql = f"SELECT min(v)::VARCHAR, max(v)::VARCHAR FROM (VALUES {listed}) t(v)"
    low, high = connection.execute(sql).fetchall()[0]
    return low, high


def _is_key(found: Occurrence, groups: list[FileGroup]) -> bool:
    return any(name == found.name for name, _ in groups[found.group].keys)


def _key_column(column: MergedColumn, groups: list[FileGroup]) -> CatalogColumn:
    """A hive key as a column of the catalog. Its values stand in the folders' names, so they cost nothing."""
    names = {(found.group, found.name) for found in column.found}
    values: dict[str, None] = {}
    nulls = 0
    for number, group in enumerate(groups):
        for keys, rows in zip(group.values, group.rows_of, strict=True):
            value = next((value for name, value in keys if (number, name) in names), None)
            if value is None:
                nulls += rows
            else:
                values[value] = None
    kind = str(column.type)
    ordered = sorted(values, key=int) if kind in WHOLE else sorted(values)
    low, high = (ordered[0], ordered[-1]) if ordered else (None, None)
    if kind in WHOLE and low is not None and high is not None:
        low, high = str(int(low)), str(int(high))
    return CatalogColumn(column.name, kind, nulls, len(ordered), low, high, tuple(ordered) if kind == "VARCHAR" else ())
