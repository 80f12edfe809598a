"""From a draft to a reading: the base table is the one from which everything said can be reached, and nearest."""

from agent_worker.offline.binder.rules.aggregates import is_count
from agent_worker.offline.binder.rules.binder import Binder
from agent_worker.offline.binder.rules.query_ir import QueryIR
from agent_worker.offline.binder.rules.scope import Scope
from agent_worker.offline.grammar.rules.question_ast import QuestionAst
from agent_worker.offline.lexer.lexemes import Ambiguous, Lexeme
from agent_worker.offline.schema.name_index import Names


def resolve(names: Names, draft: QuestionAst) -> tuple[QueryIR, Scope]:
    """The reading of a draft. Raises `Ambiguous` when no table, or more than one, can answer it."""
    readings: list[tuple[QueryIR, Scope]] = []
    problems: list[tuple[float, Ambiguous]] = []
    for table in _bases(names, draft):
        scope = Scope(names, table)
        try:
            readings.append((Binder(scope, draft).run(), scope))
        except Ambiguous as problem:
            problems.append((_relevance(scope, draft), problem))
    if not readings:
        raise max(problems, key=lambda entry: entry[0])[1]
    least = min(reading.cost for reading, _ in readings)
    nearest = [entry for entry in readings if entry[0].cost == least]
    if len(nearest) > 1 and not _same_number(nearest):
        tables = [reading.base for reading, _ in nearest]
        item = _first_item(draft)
        raise Ambiguous(
            f"Is this about {' or '.join(tables)}?", item, tuple(f"{item.text} of {t}" for t in tables) if item else ()
        )
    return nearest[0]


def _bases(names: Names, draft: QuestionAst) -> list[str]:
    """The tables from which something of each name can be reached; where there are none, those that have a name."""
    items = [m.item for m in draft.measures if m.item] + draft.nouns + draft.asked + draft.dims
    places = [{candidate.table for candidate in item.names} for item in items if item.names]
    found = set(names.tables)
    for tables in places:
        found &= names.ways.reaching(tables)
    found = found or {table for tables in places for table in tables}
    return [table for table in names.tables if table in found]


def _same_number(nearest: list[tuple[QueryIR, Scope]]) -> bool:
    """Whether it does not matter which table is meant: as many carriers in one as in the other."""
    counts = set()
    for reading, scope in nearest:
        plain = len(reading.figures) == 1 and not (reading.dims or reading.filters or reading.havings or reading.share)
        refs = reading.figures[0].columns if plain else ()
        counts.add(scope.column(refs[0]).distinct if len(refs) == 1 and is_count(reading.figures[0]) else None)
    return len(counts) == 1 and None not in counts


def _first_item(draft: QuestionAst) -> Lexeme | None:
    named = [m.item for m in draft.measures if m.item] + draft.nouns + draft.asked + draft.dims
    return named[0] if named else None


def _relevance(scope: Scope, draft: QuestionAst) -> float:
    """How likely a table is the one asked about, to choose whose problem to tell."""
    items = [m.item for m in draft.measures if m.item] + draft.nouns + draft.asked
    if draft.ranking and draft.ranking.measure and draft.ranking.measure.item:
        items.append(draft.ranking.measure.item)
    score = 0.0
    for at, item in enumerate(items):
        here = [c.cost for c in item.names if c.table == scope.base]
        score += (10 - min(here)) / (at + 1) if here else 0
    return score + len(scope.paths) / 100
