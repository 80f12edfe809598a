"""Which columns refer to which tables: by name and by value, checked on bounded samples."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice

import msgspec

from agent_worker.catalog.profile.affinity import Affinity
from agent_worker.catalog.profile.pairs import Pair, TableColumn, likely_pairs
from agent_worker.catalog.profile.time_budget import TimeBudget
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
    def rank(self) -> tuple[int, float, int, str, str]:
        """The order of keys for a column: the least is the best."""
        return (-self.affinity, -self.share, self.ref_rows, self.key.ref_table, self.key.ref_column)


def find_keys(
    budget: TimeBudget, tables: Sequence[CatalogTable], of: Collection[str], kept: Collection[JoinKey] = ()
) -> list[JoinKey]:
    """The join keys between tables `of` these names and all others, at most one for each referring column. Of a column
    that has one of those that are `kept`, the better one."""
    if len(tables) < 2 or not of:
        return []
    uniques = [TableColumn(table, column) for table in tables for column in table.columns if column.unique]
    best = _best({}, _matches(budget, likely_pairs(tables, uniques, of)))
    rivals = {key for key in kept if (key.table, key.column) in best}
    if rivals:
        again = (pair for pair in likely_pairs(tables, uniques, {key.table for key in rivals}) if _key(pair) in rivals)
        best = _best(best, _matches(budget, again))
    return [match.key for match in best.values() if not _mirrored(match, best)]


def _best(best: dict[tuple[str, str], _Match], matches: Iterable[_Match]) -> dict[tuple[str, str], _Match]:
    """The best match of each referring column."""
    for match in matches:
        place = (match.key.table, match.key.column)
        if place not in best or match.rank < best[place].rank:
            best[place] = match
    return best


def _key(pair: Pair) -> JoinKey:
    return JoinKey(pair.place.table.name, pair.place.column.name, pair.key.table.name, pair.key.column.name)


def with_unique_columns(budget: TimeBudget, table: CatalogTable) -> CatalogTable:
    """The table with the columns in which each value stands once: tried on the first rows, then on all."""
    if not 2 <= table.row_count <= MAX_KEY_ROWS:
        return table
    columns = [column for column in table.columns if is_text(column) or is_whole(column)][:MAX_KEY_COLUMNS]
    for rows in (UNIQUE_SAMPLE_ROWS, MAX_KEY_ROWS) if table.row_count > UNIQUE_SAMPLE_ROWS else (MAX_KEY_ROWS,):
        columns = _unique_within(budget, table, columns, rows)
    names = {column.name for column in columns}
    marked = (msgspec.structs.replace(column, unique=column.name in names) for column in table.columns)
    return msgspec.structs.replace(table, columns=tuple(marked))


def without_unique_columns(table: CatalogTable) -> CatalogTable:
    """The table with no column marked as unique, so that no other is taken to refer to it."""
    columns = tuple(msgspec.structs.replace(column, unique=False) for column in table.columns)
    return msgspec.structs.replace(table, columns=columns)


def _unique_within(
    budget: TimeBudget, table: CatalogTable, columns: list[CatalogColumn], rows: int
) -> list[CatalogColumn]:
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


def _matches(budget: TimeBudget, pairs: Iterable[Pair]) -> Iterator[_Match]:
    """The pairs that the values speak for; a bounded number of checks goes to the likely ones."""
    for pair in islice(pairs, MAX_CHECKS):
        share = _share(budget, pair.place, pair.key, strict=pair.affinity is Affinity.NONE)
        if share >= SHARE_NEEDED[pair.affinity, is_text(pair.place.column)]:
            yield _Match(_key(pair), pair.affinity, share, pair.key.table.row_count)


def _share(budget: TimeBudget, place: TableColumn, unique: TableColumn, *, strict: bool) -> float:
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
        unique.table,
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
