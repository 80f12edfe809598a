"""Which columns refer to which tables: by name and by value, checked on bounded samples."""

from collections.abc import Collection, Iterator, Sequence
from itertools import islice

import msgspec

from agent_worker.catalog.profile.affinity import Affinity
from agent_worker.catalog.profile.budget import Budget
from agent_worker.catalog.profile.pairs import Place, likely_pairs
from agent_worker.catalog.types.column_kinds import is_text, is_whole
from agent_worker.engine.settings import quote_name
from bus.contract.catalog import CatalogColumn, CatalogTable, JoinKey

MAX_KEY_ROWS = 5_000_000
"""Tables with more rows are not taken for something that others refer to."""
MAX_KEY_COLUMNS = 200
MAX_CHECKS = 300
UNIQUE_SAMPLE_ROWS = 5_000
SAMPLE_ROWS = 1_000_000
SAMPLE_VALUES = 1_000
MIN_TEXT_CHARS = 2

SHARE_NEEDED = {
    (Affinity.SAME, True): 0.5,  # registers are often incomplete: a name in common and half of the values is enough
    (Affinity.NAMED_AFTER, True): 0.5,
    (Affinity.SAME, False): 0.9,  # whole numbers from 1 are found in any other list of them
    (Affinity.NAMED_AFTER, False): 0.9,
    (Affinity.NONE, True): 0.9,  # no word in common: only texts, and nearly all of them
}


class _Match(msgspec.Struct, frozen=True):
    key: JoinKey
    affinity: Affinity
    share: float
    ref_rows: int

    @property
    def rank(self) -> tuple[int, float, int]:
        return (self.affinity, self.share, -self.ref_rows)


def find_keys(budget: Budget, tables: Sequence[CatalogTable], of: Collection[str]) -> list[JoinKey]:
    """The join keys between tables `of` these names and all others, at most one for each referring column."""
    if len(tables) < 2 or not of:
        return []
    uniques = [Place(table, column) for table in tables for column in table.columns if column.unique]
    best: dict[tuple[str, str], _Match] = {}
    for match in _matches(budget, tables, uniques, of):
        place = (match.key.table, match.key.column)
        if place not in best or match.rank > best[place].rank:
            best[place] = match
    return [match.key for match in best.values() if not _mirrored(match, best)]


def with_unique_columns(budget: Budget, table: CatalogTable) -> CatalogTable:
    """The table with the columns in which each value stands once: tried on the first rows, then on all."""
    if not 2 <= table.row_count <= MAX_KEY_ROWS:
        return table
    columns = [column for column in table.columns if is_text(column) or is_whole(column)][:MAX_KEY_COLUMNS]
    for rows in (UNIQUE_SAMPLE_ROWS, MAX_KEY_ROWS):
        columns = _unique_within(budget, table, columns, rows)
    names = {column.name for column in columns}
    marked = (msgspec.structs.replace(column, unique=column.name in names) for column in table.columns)
    return msgspec.structs.replace(table, columns=tuple(marked))


def _unique_within(budget: Budget, table: CatalogTable, columns: list[CatalogColumn], rows: int) -> list[CatalogColumn]:
    if not columns:
        return []
    names = [quote_name(column.name) for column in columns]
    counts = ", ".join(f"count(DISTINCT {name}) = count(*)" for name in names)
    found = budget.rows(
        f"SELECT {counts} FROM (SELECT {', '.join(names)} FROM {quote_name(table.name)} LIMIT {rows})", table
    )
    if found is None:
        return []
    return [column for column, unique in zip(columns, found[0], strict=True) if unique]


def _matches(
    budget: Budget, tables: Sequence[CatalogTable], uniques: list[Place], of: Collection[str]
) -> Iterator[_Match]:
    """The pairs that the values speak for; a bounded number of checks goes to the likely ones."""
    pairs = (pair for pair in likely_pairs(tables, uniques) if pair.place.table.name in of or pair.key.table.name in of)
    for kind, place, unique in islice(pairs, MAX_CHECKS):
        share = _share(budget, place, unique, strict=kind is Affinity.NONE)
        if share >= SHARE_NEEDED[kind, is_text(place.column)]:
            key = JoinKey(place.table.name, place.column.name, unique.table.name, unique.column.name)
            yield _Match(key, kind, share, unique.table.row_count)


def _share(budget: Budget, place: Place, unique: Place, *, strict: bool) -> float:
    """How many of the first distinct values are found on the other side. `strict`: no name speaks for the pair, so
    a single value or letters alone prove nothing."""
    name, ref = quote_name(place.column.name), quote_name(unique.column.name)
    rows = budget.rows(
        f"""
        SELECT count(*), count(*) FILTER (WHERE v IN (SELECT {ref}::VARCHAR FROM {quote_name(unique.table.name)})),
               avg(length(v))
        FROM (SELECT DISTINCT {name}::VARCHAR AS v
              FROM (SELECT {name} FROM {quote_name(place.table.name)} WHERE {name} IS NOT NULL LIMIT {SAMPLE_ROWS})
              LIMIT {SAMPLE_VALUES})""",
        place.table,
    )
    if rows is None or not rows[0][0]:
        return 0.0
    count, found, chars = rows[0]
    if strict and (count < 2 or chars < MIN_TEXT_CHARS):
        return 0.0
    return float(found / count)


def _mirrored(match: _Match, best: dict[tuple[str, str], _Match]) -> bool:
    """Two tables with one row for each other refer to each other; the larger one's reference is kept."""
    key = match.key
    back = best.get((key.ref_table, key.ref_column))
    if back is None or (back.key.ref_table, back.key.ref_column) != (key.table, key.column):
        return False
    return (match.share, -match.ref_rows, key.table) < (back.share, -back.ref_rows, key.ref_table)
