"""Orders: which figure puts groups in order, and how many of them are wanted."""

from agent_worker.offline.binder.rules.aggregates import figure_of
from agent_worker.offline.binder.rules.query_ir import QueryIR
from agent_worker.offline.binder.rules.scope import Scope
from agent_worker.offline.grammar.rules.question_ast import QuestionAst, Ranking
from agent_worker.offline.lexer.lexemes import Ambiguous, is_measure, is_singular


def rank(scope: Scope, draft: QuestionAst, reading: QueryIR) -> None:
    """Put the groups in the order that was asked for."""
    ranking = draft.ranking
    if ranking is None:
        return
    everywhere = ranking.single and not draft.asked and not draft.nouns
    if everywhere and reading.dims and not draft.measures and _plain_extreme(ranking):
        return
    if not reading.dims:
        _unranked(draft, ranking)
        return
    reading.order = reading.figures[0]
    if ranking.measure is not None:
        reading.order = figure_of(scope, ranking.measure)
        if reading.order.alias not in {figure.alias for figure in reading.figures}:
            reading.figures.append(reading.order)
    reading.direction = ranking.direction if ranking.direction != "sort" else "desc"
    reading.limit = ranking.limit
    asked = next(iter([*draft.asked, *draft.nouns]), None)
    if ranking.single and not everywhere and (asked is None or is_singular(asked)):
        reading.limit = 1
    if reading.limit is not None and draft.dims and len(reading.dims) > len(draft.dims):
        raise Ambiguous(f"The first {reading.limit} of {reading.dims[0].words} for each {reading.dims[1].words}: "
                       "ask for one of them at a time.")  # fmt: skip


def _unranked(draft: QuestionAst, ranking: Ranking) -> None:
    """ "what is the highest altitude" ranks nothing; "the most flights" alone needs a group."""
    measure = ranking.measure
    if measure is None or measure.agg not in ("max", "min") or ranking.limit is not None or draft.measures:
        item = measure.item if measure else None
        raise Ambiguous("The first ones of what?", item)


def _plain_extreme(ranking: Ranking) -> bool:
    """ "highest temperature by month" is one figure a month; "highest average by month" is an order of months."""
    measure = ranking.measure
    return (
        measure is not None
        and measure.agg in ("max", "min")
        and measure.item is not None
        and not is_measure(measure.item)
    )
