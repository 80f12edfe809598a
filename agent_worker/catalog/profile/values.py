"""The distinct values of text columns that have few: names people use in their questions."""

import msgspec

from agent_worker.catalog.profile.time_budget import TimeBudget
from agent_worker.catalog.types.column_kinds import is_text
from agent_worker.engine.settings import quote_name
from bus.contract.catalog import CatalogColumn, CatalogTable

MAX_VALUES = 200
MAX_LABELS = 5_000
"""The most values of a column that are kept for tables that others refer to: their text columns are what people call
things by."""
MAX_COLUMNS = 200
"""Text columns of one table that are looked into."""
COLUMNS_AT_ONCE = 50
"""So many columns of a table with few rows are asked about in one statement: to open a wide table takes longer than to
read it."""
MAX_VALUE_CHARS = 200
SAMPLE_ROWS = 20_000


def with_values(budget: TimeBudget, table: CatalogTable, *, referenced: bool) -> CatalogTable:
    """The table, with the values of those text columns that have few enough."""
    limit = MAX_LABELS if referenced else MAX_VALUES
    open_columns = [column for column in table.columns if is_text(column) and not column.values][:MAX_COLUMNS]
    likely = _likely(budget, table, open_columns, limit)
    at_once = COLUMNS_AT_ONCE if table.row_count <= SAMPLE_ROWS else 1
    found: dict[str, CatalogColumn] = {}
    for start in range(0, len(likely), at_once):
        some = likely[start : start + at_once]
        for column, values in zip(some, _distinct(budget, table, some, limit), strict=True):
            found[column.name] = _with_values(column, values)
    columns = tuple(found.get(column.name, column) for column in table.columns)
    return msgspec.structs.replace(table, columns=columns)


def without_labels(table: CatalogTable) -> CatalogTable:
    """The table without the values that are known only because others referred to it."""
    columns = (
        msgspec.structs.replace(column, distinct=None, values=())
        if len(column.values) > MAX_VALUES and column.name not in table.partitions
        else column
        for column in table.columns
    )
    return msgspec.structs.replace(table, columns=tuple(columns))


def _likely(budget: TimeBudget, table: CatalogTable, columns: list[CatalogColumn], limit: int) -> list[CatalogColumn]:
    """The columns that do not already have far too many values in the first rows: one look for all of them."""
    if not columns or table.row_count <= limit:
        return columns
    names = [quote_name(column.name) for column in columns]
    counts = ", ".join(f"approx_count_distinct({name})" for name in names)
    source = f"(SELECT {', '.join(names)} FROM {quote_name(table.name)} LIMIT {SAMPLE_ROWS})"
    rows = budget.rows(f"SELECT {counts} FROM {source}", table)
    if rows is None:
        return []
    return [column for column, count in zip(columns, rows[0], strict=True) if count <= limit * 1.3]


def _distinct(
    budget: TimeBudget, table: CatalogTable, columns: list[CatalogColumn], limit: int
) -> list[list[str] | None]:
    """The values of each of these columns; None where there are more than `limit`, or it could not be looked."""
    if len(columns) > 1:
        names = [quote_name(column.name) for column in columns]
        lists = ", ".join(f"list(DISTINCT {name}::VARCHAR) FILTER (WHERE {name} IS NOT NULL)" for name in names)
        rows = budget.rows(f"SELECT {lists} FROM {quote_name(table.name)}", table)
        if rows is not None:
            return [None if len(values or []) > limit else values or [] for values in rows[0]]
    return [_distinct_of_one(budget, table, column, limit) for column in columns]


def _distinct_of_one(budget: TimeBudget, table: CatalogTable, column: CatalogColumn, limit: int) -> list[str] | None:
    name = quote_name(column.name)
    rows = budget.rows(
        f"SELECT DISTINCT {name}::VARCHAR FROM {quote_name(table.name)} WHERE {name} IS NOT NULL LIMIT {limit + 1}",
        table,
    )
    return None if rows is None or len(rows) > limit else [row[0] for row in rows]


def _with_values(column: CatalogColumn, found: list[str] | None) -> CatalogColumn:
    if found is None:
        return column
    values = tuple(sorted(found))
    if any(len(value) > MAX_VALUE_CHARS for value in values):
        return msgspec.structs.replace(column, distinct=len(values))
    return msgspec.structs.replace(column, distinct=len(values), values=values)
