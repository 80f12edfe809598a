"""The reading of a draft over one supposed base table."""

from dataclasses import replace

from agent_worker.offline.binder.rules.aggregates import check_amount, figure_of
from agent_worker.offline.binder.rules.filters import filter_of
from agent_worker.offline.binder.rules.grouping.dimensions import dimension_of, told_apart
from agent_worker.offline.binder.rules.grouping.group_rules import check_every, check_through, count_groups, over_groups
from agent_worker.offline.binder.rules.grouping.ordering import rank
from agent_worker.offline.binder.rules.grouping.shares import split_share
from agent_worker.offline.binder.rules.query_ir import Figure, Filter, QueryIR
from agent_worker.offline.binder.rules.row_queries import read_rows
from agent_worker.offline.binder.rules.scope import Scope
from agent_worker.offline.grammar.rules.question_ast import Condition, MeasureDraft, QuestionAst
from agent_worker.offline.lexer.lexemes import Ambiguous, Lexeme


class Binder:
    """Reads one draft over one base table."""

    def __init__(self, scope: Scope, draft: QuestionAst) -> None:
        self.scope = scope
        self.draft = draft
        self.reading = QueryIR(scope.base, notes=list(draft.notes), share=draft.share)

    def run(self) -> QueryIR:
        """The reading. Raises `Ambiguous` where the draft means nothing, or several things, over this table."""
        draft, reading = self.draft, self.reading
        filters = [(condition, self._filter(condition)) for condition in draft.conditions]
        draft = self.draft = replace(draft, nouns=self._unexplained([found for _, found in filters]))
        groups = self._groups()
        measures = self._measures(groups)
        if measures:
            measures = over_groups(self.scope, draft, reading, measures, groups)
            count_groups(self.scope, draft, reading, measures, groups)
            reading.dims = told_apart([dimension_of(self.scope, item) for item in groups])
            reading.figures = self._figures(measures)
            rank(self.scope, draft, reading)
        else:
            read_rows(self.scope, draft, reading, groups)
        if draft.share:
            split_share(draft, reading, filters)
        else:
            reading.filters = [found for _, found in filters]
        check_through(self.scope, draft, reading)
        check_every(draft, reading)
        reading.notes += dict.fromkeys(self.scope.notes)
        reading.cost = self.scope.cost
        return reading

    def _filter(self, condition: Condition) -> Filter:
        """Tables named in the question tell the way to a value: "line items of suppliers in FRANCE"."""
        nouns = [c.table for noun in self.draft.nouns for c in noun.names if c.column is None and c.cost <= 1]
        self.scope.mentioned = [table for table in nouns if table != self.scope.base]
        return filter_of(self.scope, condition)

    def _unexplained(self, filters: list[Filter]) -> list[Lexeme]:
        """The nouns but for tables that only say where a value belongs: "orders of customers in FRANCE"."""
        passed = {key.ref_table for found in filters for ref in found.columns for key in ref.path}
        return [item for item in self.draft.nouns if not any(self.scope.means_table(item, t) for t in passed)]

    def _groups(self) -> list[Lexeme]:
        """What may be grouped by: everything behind "by", what is asked for, and nouns that are not the base table."""
        draft, scope = self.draft, self.scope
        ranked = draft.ranking is not None and draft.ranking.measure is not None
        nouns = [item for item in draft.nouns if not scope.means_table(item, scope.base)]
        asked = [item for item in draft.asked if not scope.means_table(item, scope.base)]
        if draft.dims and not draft.measures and any(n.names and n.names[0].kind == "number" for n in nouns):
            raise _which_figure(draft)
        if nouns and not (ranked and not asked) and not (draft.havings and not asked):
            if draft.measures or draft.dims or draft.ranking:
                raise Ambiguous(f"What about “{nouns[0].text}”?", nouns[0])
            return [*asked, *draft.dims]
        return [*asked, *nouns, *draft.dims]

    def _measures(self, groups: list[Lexeme]) -> list[MeasureDraft]:
        """What is computed; empty when rows are asked for."""
        draft, scope = self.draft, self.scope
        ranking = draft.ranking
        own = any(scope.means_table(item, scope.base) for item in (*draft.asked, *self._ranked_nouns()))
        if draft.measures:
            return list(draft.measures)
        if ranking and ranking.measure and not own:
            return [ranking.measure]
        if draft.havings:
            return [having.measure for having in draft.havings]
        nouns = [item for item in draft.nouns if scope.means_table(item, scope.base)]
        if draft.dims and nouns and not own:
            check_amount(scope, nouns[0])
            return [MeasureDraft("count", nouns[0])]
        if draft.dims:
            raise _which_figure(draft)
        if ranking and ranking.measure is None and groups and ranking.direction in ("asc", "desc") and draft.asked:
            text = draft.asked[0].text
            raise Ambiguous(
                f"By what is “{text}” ranked?",
                draft.asked[0],
                (f"{text} by number of {scope.base}",),
            )
        return []

    def _ranked_nouns(self) -> list[Lexeme]:
        """ "airport with the highest altitude": what stands before the order is what is ranked."""
        ranking = self.draft.ranking
        if ranking is None or ranking.measure is None or ranking.measure.item is None:
            return []
        return [noun for noun in self.draft.nouns if noun.start < ranking.measure.item.start]

    def _figures(self, measures: list[MeasureDraft]) -> list[Figure]:
        figures = [figure_of(self.scope, measure) for measure in measures]
        for having in self.draft.havings:
            figure = figure_of(self.scope, having.measure)
            self.reading.havings.extend((figure, having.operator, number) for number in having.numbers)
        return list({figure.alias: figure for figure in figures}.values())


def _which_figure(draft: QuestionAst) -> Ambiguous:
    for noun in draft.nouns:
        if noun.names and noun.names[0].kind == "number":
            options = tuple(f"{word} {noun.text}" for word in ("average", "total", "maximum"))
            return Ambiguous(f"Which figure of {noun.text}: its average, its total, its maximum?", noun, options)
    return Ambiguous(f"Which figure by {draft.dims[0].text}?", draft.dims[0])
