"""The offline planner: a question and a catalog in, one plan out. Pure: no I/O, no clock, no engine."""

from collections.abc import Sequence

from agent_worker.offline.grammar import parse
from agent_worker.offline.items import Unplaced
from agent_worker.offline.lexicon import Lexicon
from agent_worker.offline.resolve import resolve
from agent_worker.offline.statement import statement
from agent_worker.offline.wording import chart_of, reading_words, title_of
from agent_worker.plan import Plan, SqlPlan, Turn
from bus.catalog import Catalog
from bus.events import Clarification


def plan(question: str, catalog: Catalog, history: Sequence[Turn] = ()) -> Plan:
    """What to do about a question: a statement, an answer at once, or a question back. Never raises on any text.

    A word without a place is never dropped: it makes a `Clarification` that names it.
    """
    lexicon = Lexicon(catalog)
    try:
        return _planned(question, lexicon)
    except Unplaced as problem:
        return _ask_back(question, problem)


def _planned(question: str, lexicon: Lexicon) -> Plan:
    reading, scope = resolve(lexicon.names, parse(lexicon.read(question)))
    chart = chart_of(reading)
    return SqlPlan(statement(scope, reading), title_of(reading), reading_words(reading), chart)


def _ask_back(question: str, problem: Unplaced) -> Clarification:
    item = problem.item
    if item is None:
        return Clarification(problem.message, list(problem.options))
    said = [question[: item.start] + option + question[item.end :] for option in problem.options]
    return Clarification(problem.message, said)
