"""Questions for rows rather than figures: "list flights from JFK", "which carriers are there"."""

from agent_worker.offline.binder.rules.grouping.dimensions import dimension_of
from agent_worker.offline.binder.rules.query_ir import Figure, QueryIR
from agent_worker.offline.binder.rules.scope import Scope
from agent_worker.offline.grammar.rules.question_ast import QuestionAst
from agent_worker.offline.lexer.lexemes import Ambiguous, Lexeme, is_singular
from agent_worker.offline.schema.join_paths import ColumnRef


def read_rows(scope: Scope, draft: QuestionAst, reading: QueryIR, groups: list[Lexeme]) -> None:
    """Fill the reading with rows of the base table, or with the different values that are asked for."""
    if draft.share:
        raise Ambiguous("The share of what?")
    own = [item for item in (*draft.asked, *draft.nouns) if scope.means_table(item, scope.base)]
    others = [item for item in (*draft.asked, *draft.nouns) if item not in own]
    if any(item in draft.asked for item in others):
        # "Which carriers fly to SFO" asks for carriers, once each; the flights only say how.
        own = [item for item in own if item in draft.asked]
    if own and others and not (draft.listing or draft.asked):
        raise Ambiguous(f"What about “{others[0].text}”?", others[0])
    if own and draft.distinct:
        raise Ambiguous(f"Different in which column? The rows of {scope.base} are not compared as a whole.")
    if own:
        reading.rows = [_column(scope, item) for item in others]
        _rank_rows(scope, draft, reading)
        return
    if not others or (draft.ranking is not None and draft.ranking.direction != ""):
        raise Ambiguous("I see no question about these data.", others[0] if others else None)
    if not (draft.listing or draft.asked):
        raise Ambiguous(f"What about “{others[0].text}”?", others[0])
    reading.dims = [dimension_of(scope, item) for item in others]
    reading.limit = draft.ranking.limit if draft.ranking else None
    reading.distinct_rows = True


def _column(scope: Scope, item: Lexeme) -> ColumnRef:
    target = scope.find(item)
    if target.column is None:
        raise Ambiguous(f"Which column of {item.text}?", item)
    return target.ref


def _rank_rows(scope: Scope, draft: QuestionAst, reading: QueryIR) -> None:
    ranking = draft.ranking
    if ranking is None:
        return
    reading.limit = ranking.limit
    if ranking.direction == "":
        return
    if ranking.measure is None or ranking.measure.item is None:
        name = draft.asked[0] if draft.asked else None
        raise Ambiguous(f"By which column is “{name.text if name else scope.base}” ranked?", name)
    if ranking.measure.agg not in ("most", "max", "min"):
        raise Ambiguous("Rows cannot be ranked by a figure over many rows.", ranking.measure.item)
    target = scope.find(ranking.measure.item, tables=False)
    if target.column is None:
        raise Ambiguous("Rows cannot be ranked by a figure over many rows.", ranking.measure.item)
    ref = target.ref
    words = scope.words(ref.path, ref.table, ref.column)
    reading.order = Figure(scope.sql(ref), ref.column, words, (ref,))
    reading.direction = "desc" if ranking.direction in ("desc", "sort") else "asc"
    if ranking.single and all(is_singular(item) for item in (*draft.asked, *draft.nouns)):
        reading.limit = 1
