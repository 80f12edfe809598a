"""What of a catalog a question is about: tables, columns and values, by the names and values that its words fit. Pure.

Simpler than the offline planner's reading, and quick enough for a thousand tables: each word is met once with each
different part of the names.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from agent_worker.llm.prompts.focus import Focus
from agent_worker.offline.english.lexicon import SAYS_NOTHING
from agent_worker.offline.english.tokens import Token, tokenize
from agent_worker.offline.english.word_forms import stem
from agent_worker.offline.schema.matching import PARTIAL, fit, parts_of
from agent_worker.offline.schema.value_index import ValueIndex, ValueRef
from agent_worker.plan import Turn
from bus.contract.catalog import Catalog

TableOrColumn = tuple[str, str | None]
"""A table, or a column of it."""

TABLE_WEIGHT, COLUMN_WEIGHT, VALUE_WEIGHT, DECLARED_WEIGHT, EARLIER_WEIGHT = 3.0, 1.0, 2.0, 4.0, 3.0
NEIGHBOUR_SHARE = 0.3
MAX_VALUES, MAX_VALUES_OF_A_COLUMN = 30, 3


def focus_on(question: str, catalog: Catalog, history: Sequence[Turn] = ()) -> Focus:
    """The tables that the question has to do with, the nearest first, and the columns and values that it names. A
    table that the last statement read, or that a key joins to a near one, is near too."""
    tokens = tokenize(question)
    parts = _parts(catalog)
    scores: dict[str, float] = defaultdict(float)
    columns: set[tuple[str, str]] = set()
    for word in _telling(tokens):
        places = _places_of(word, parts)
        columns |= {(table, column) for table, column in places if column is not None}
        _add(scores, {table: _weight(table, column) for table, column in sorted(places, key=_columns_first)})
    refs = _values(catalog, tokens, question)
    for owners in _owners(refs).values():
        _add(scores, dict.fromkeys(owners, VALUE_WEIGHT))
    _add_declared(scores, catalog, question)
    if history:
        _add_earlier(scores, catalog, history[-1])
    _add_neighbours(scores, catalog)
    order = {table.name: at for at, table in enumerate(catalog.tables)}
    near = sorted((name for name in scores if name in order), key=lambda name: (-scores[name], order[name]))
    named = columns | {(table, column) for table, column, _ in refs}
    return Focus(tuple(near), frozenset(named), tuple(refs[:MAX_VALUES]))


def _parts(catalog: Catalog) -> dict[str, set[TableOrColumn]]:
    """Every part of a name, with the tables and columns that have it."""
    parts: dict[str, set[TableOrColumn]] = defaultdict(set)
    for table in catalog.tables:
        for part in parts_of(table.name):
            parts[part].add((table.name, None))
        for column in table.columns:
            for part in parts_of(column.name):
                parts[part].add((table.name, column.name))
    return parts


def _telling(tokens: Iterable[Token]) -> dict[str, None]:
    """The different words of a question that may name something."""
    words = [token.lower for token in tokens if token.kind in ("word", "quoted") and len(token.lower) > 1]
    return dict.fromkeys(word for text in words for word in text.split() if word not in SAYS_NOTHING)


def _places_of(word: str, parts: dict[str, set[TableOrColumn]]) -> set[TableOrColumn]:
    """The tables and columns of which a part of the name is the word, its plural or an abbreviation; failing that,
    those of which the word is a piece of a part."""
    fits = {part: cost for part in parts if (cost := fit((word,), (part,))) is not None}
    whole = [part for part, cost in fits.items() if cost < PARTIAL]
    return {place for part in whole or fits for place in parts[part]}


def _columns_first(place: TableOrColumn) -> bool:
    return place[1] is None  # so that the weight of a table's own name is the one that stays


def _weight(table: str, column: str | None) -> float:
    """A word that is all of a table's name tells more than one that is a part of it."""
    return COLUMN_WEIGHT if column is not None else TABLE_WEIGHT / math.sqrt(len(parts_of(table)))


def _add(scores: dict[str, float], found: dict[str, float]) -> None:
    """Add what was found to the tables' scores, less for each the more tables there are: what fits many tells little of
    each."""
    share = 1 / (1 + math.log(len(found))) if found else 0
    for table, weight in found.items():
        scores[table] += weight * share


def _values(catalog: Catalog, tokens: list[Token], question: str) -> list[tuple[str, str, str]]:
    """The values that the question names, those that it names whole before parts of others, and of these those whose
    words are rarer."""
    runs = sorted(ValueIndex(catalog).find(tokens, question).values(), key=len)
    refs = [ref for run in runs for ref in run]
    kept: dict[tuple[str, str], list[ValueRef]] = defaultdict(list)
    for ref in sorted(refs, key=lambda ref: not ref.whole):
        of_column = kept[ref.table, ref.column]
        if len(of_column) < MAX_VALUES_OF_A_COLUMN and ref.value not in [other.value for other in of_column]:
            of_column.append(ref)
    whole_first = sorted((ref for refs in kept.values() for ref in refs), key=lambda ref: not ref.whole)
    return [(ref.table, ref.column, ref.value) for ref in whole_first]


def _owners(refs: Iterable[tuple[str, str, str]]) -> dict[str, set[str]]:
    """The tables in which each value stands."""
    owners: dict[str, set[str]] = defaultdict(set)
    for table, _, value in refs:
        owners[value].add(table)
    return owners


def _add_declared(scores: dict[str, float], catalog: Catalog, question: str) -> None:
    """Measures and synonyms whose every word stands in the question."""
    words = {stem(token.lower) for token in tokenize(question)}
    description = catalog.description
    places = {measure.name: measure.table for measure in description.measures}
    synonyms = {word: places.get(target, target.partition(".")[0]) for word, target in description.synonyms.items()}
    for name, table in [*places.items(), *synonyms.items()]:
        if name and {stem(part) for part in parts_of(name)} <= words:
            scores[table] += DECLARED_WEIGHT


def _add_earlier(scores: dict[str, float], catalog: Catalog, turn: Turn) -> None:
    spoken = {word.lower() for word in re.findall(r"\w+", turn.sql)}
    for table in catalog.tables:
        if table.name.lower() in spoken:
            scores[table.name] += EARLIER_WEIGHT


def _add_neighbours(scores: dict[str, float], catalog: Catalog) -> None:
    own = dict(scores)
    gains: dict[str, float] = defaultdict(float)
    for key in (*catalog.description.keys, *catalog.keys):
        for one, other in ((key.table, key.ref_table), (key.ref_table, key.table)):
            gains[one] = max(gains[one], NEIGHBOUR_SHARE * own.get(other, 0.0))
    for table, gain in gains.items():
        if gain:
            scores[table] += gain
