"""Groups that are themselves counted or averaged over, and things counted through another table's rows."""

from dataclasses import replace

from agent_worker.offline.binder.rules.aggregates import is_count
from agent_worker.offline.binder.rules.query_ir import OVER, QueryIR
from agent_worker.offline.binder.rules.scope import Scope
from agent_worker.offline.grammar.rules.question_ast import MeasureDraft, QuestionAst
from agent_worker.offline.lexer.lexemes import Ambiguous, Lexeme

CALENDAR_UNITS = ("day", "week", "month", "quarter", "year")


def over_groups(
    scope: Scope, draft: QuestionAst, reading: QueryIR, measures: list[MeasureDraft], groups: list[Lexeme]
) -> list[MeasureDraft]:
    """ "average number of flights per day": counted by day, then averaged. Only over days and the like and over
    columns of the base table itself: of other tables, members without any row would be missed."""
    first = measures[0]
    implied = first.agg in OVER and not first.over and first.item and scope.means_table(first.item, scope.base)
    over = first.agg if implied else first.over
    if not over:
        return measures
    if len(measures) > 1 or len(groups) != 1 or draft.ranking or draft.havings or draft.share:
        raise Ambiguous(
            f"The {OVER[over]} of counts is taken over one kind of group: say “per day” or the like.", first.item
        )
    group = groups[0]
    own = group.unit in CALENDAR_UNITS or any(c.table == scope.base and c.column for c in group.names)
    if not own or scope.means_table(group, scope.base):
        raise Ambiguous(
            f"Some {group.text} may have no {scope.base} at all: should these count as 0, or not at all?",
            group,
        )
    reading.over = over
    return [replace(first, agg="count", over="")]


def count_groups(
    scope: Scope, draft: QuestionAst, reading: QueryIR, measures: list[MeasureDraft], groups: list[Lexeme]
) -> None:
    """ "how many airlines have more than 1,000 flights": the groups themselves are counted."""
    first = measures[0]
    if not draft.havings or groups:
        return
    if not draft.measures or first.item is None:
        raise Ambiguous("Which groups are to be compared?", first.item)
    if len(measures) > 1 or first.agg != "count" or scope.means_table(first.item, scope.base):
        raise Ambiguous("Which groups are to be compared?", first.item)
    groups.append(first.item)
    measures[:] = [having.measure for having in draft.havings]
    reading.count_groups = first.item.text


def check_every(draft: QuestionAst, reading: QueryIR) -> None:
    """ "How many carriers fly to SFO and LAX": to both, or to either? Rows are never in both, other things may be."""
    things = reading.distinct_rows or any(is_count(figure) for figure in reading.figures)
    for condition in draft.conditions:
        if things and condition.every and condition.operator == "in":
            said = [item.text for item in condition.operands]
            raise Ambiguous(
                f"Is {' or '.join(said)} meant, any of them, or those that have all of them?", condition.item
            )


def check_through(scope: Scope, draft: QuestionAst, reading: QueryIR) -> None:
    """ "planes per airline": that both stand in the rows of flights does not make one belong to the other. Only a
    question that speaks of the flights themselves is counted there."""
    through = scope.through
    if through is None or any(scope.means_table(item, scope.base) for item in (*draft.nouns, *draft.asked)):
        return
    columns = [dim.columns for dim in reading.dims]
    columns += [found.columns for found in (*reading.filters, *reading.part)]
    if not any(all(not ref.path for ref in refs) for refs in columns):
        words = scope.words(through.ref.path, through.ref.table, through.ref.column)
        raise Ambiguous(
            f"{scope.base} mentions {through.item.text} only by {words}: is the number of different {words} meant?",
            through.item,
            (f"distinct {words}",),
        )
