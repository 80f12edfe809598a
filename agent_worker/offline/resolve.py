"""From a draft to a reading: the base table is the one from which everything said can be reached, and nearest."""

from dataclasses import replace

from agent_worker.offline.dimensions import dimension_of
from agent_worker.offline.draft import Condition, Draft, MeasureDraft, Ranking
from agent_worker.offline.figures import check_amount, figure_of, is_count
from agent_worker.offline.filters import filter_of
from agent_worker.offline.items import Item, Unplaced, is_measure, is_singular
from agent_worker.offline.names import Names
from agent_worker.offline.reading import Figure, Filter, Reading
from agent_worker.offline.rows import read_rows
from agent_worker.offline.scope import Scope
from agent_worker.offline.shares import split_share

OVER = {"avg": "average", "median": "median", "min": "minimum", "max": "maximum"}
CALENDAR_UNITS = ("day", "week", "month", "quarter", "year")


def resolve(names: Names, draft: Draft) -> tuple[Reading, Scope]:
    """The reading of a draft. Raises `Unplaced` when no table, or more than one, can answer it."""
    readings: list[tuple[Reading, Scope]] = []
    problems: list[tuple[float, Unplaced]] = []
    for table in names.catalog.tables:
        scope = Scope(names, table.name)
        try:
            readings.append((_Resolver(scope, draft).run(), scope))
        except Unplaced as problem:
            problems.append((_relevance(scope, draft), problem))
    if not readings:
        raise max(problems, key=lambda entry: entry[0])[1]
    least = min(reading.cost for reading, _ in readings)
    nearest = [entry for entry in readings if entry[0].cost == least]
    if len(nearest) > 1 and not _same_number(nearest):
        tables = [reading.base for reading, _ in nearest]
        item = _first_item(draft)
        raise Unplaced(
            f"Is this about {' or '.join(tables)}?", item, tuple(f"{item.text} of {t}" for t in tables) if item else ()
        )
    return nearest[0]


def _same_number(nearest: list[tuple[Reading, Scope]]) -> bool:
    """Whether it does not matter which table is meant: as many carriers in one as in the other."""
    counts = set()
    for reading, scope in nearest:
        plain = len(reading.figures) == 1 and not (reading.dims or reading.filters or reading.havings or reading.share)
        refs = reading.figures[0].columns if plain else ()
        counts.add(scope.column(refs[0]).distinct if len(refs) == 1 and is_count(reading.figures[0]) else None)
    return len(counts) == 1 and None not in counts


def _first_item(draft: Draft) -> Item | None:
    named = [m.item for m in draft.measures if m.item] + draft.nouns + draft.asked + draft.dims
    return named[0] if named else None


def _relevance(scope: Scope, draft: Draft) -> float:
    """How likely a table is the one asked about, to choose whose problem to tell."""
    items = [m.item for m in draft.measures if m.item] + draft.nouns + draft.asked
    if draft.ranking and draft.ranking.measure and draft.ranking.measure.item:
        items.append(draft.ranking.measure.item)
    score = 0.0
    for at, item in enumerate(items):
        here = [c.cost for c in item.names if c.table == scope.base]
        score += (10 - min(here)) / (at + 1) if here else 0
    return score + len(scope.paths) / 100


class _Resolver:
    def __init__(self, scope: Scope, draft: Draft) -> None:
        self.scope = scope
        self.draft = draft
        self.reading = Reading(scope.base, notes=list(draft.notes), share=draft.share)

    def run(self) -> Reading:
        draft, reading = self.draft, self.reading
        filters = [(condition, self._filter(condition)) for condition in draft.conditions]
        draft = self.draft = replace(draft, nouns=self._unexplained([found for _, found in filters]))
        groups = self._groups()
        measures = self._measures(groups)
        if measures:
            measures = self._over_groups(measures, groups)
            self._count_groups(measures, groups)
            reading.dims = [dimension_of(self.scope, item) for item in groups]
            reading.figures = self._figures(measures)
            self._rank()
        else:
            read_rows(self.scope, draft, reading, groups)
        if draft.share:
            split_share(draft, reading, filters)
        else:
            reading.filters = [found for _, found in filters]
        self._check_through()
        reading.notes += dict.fromkeys(self.scope.notes)
        reading.cost = self.scope.cost
        return reading

    def _check_through(self) -> None:
        """ "planes per airline": that both stand in the rows of flights does not make one belong to the other. Only a
        question that speaks of the flights themselves is counted there."""
        through, scope, reading = self.scope.through, self.scope, self.reading
        if through is None or any(
            scope.means_table(item, scope.base) for item in (*self.draft.nouns, *self.draft.asked)
        ):
            return
        columns = [dim.columns for dim in reading.dims]
        columns += [found.columns for found in (*reading.filters, *reading.part)]
        if not any(all(not ref.path for ref in refs) for refs in columns):
            words = scope.words(through.ref.path, through.ref.table, through.ref.column)
            raise Unplaced(
                f"{scope.base} mentions {through.item.text} only by {words}: is the number of different {words} meant?",
                through.item,
                (f"distinct {words}",),
            )

    def _filter(self, condition: Condition) -> Filter:
        """Tables named in the question tell the way to a value: "line items of suppliers in FRANCE"."""
        nouns = [c.table for noun in self.draft.nouns for c in noun.names if c.column is None and c.cost <= 1]
        self.scope.mentioned = [table for table in nouns if table != self.scope.base]
        return filter_of(self.scope, condition)

    def _unexplained(self, filters: list[Filter]) -> list[Item]:
        """The nouns but for tables that only say where a value belongs: "orders of customers in FRANCE"."""
        passed = {key.ref_table for found in filters for ref in found.columns for key in ref.path}
        return [item for item in self.draft.nouns if not any(self.scope.means_table(item, t) for t in passed)]

    def _groups(self) -> list[Item]:
        """What may be grouped by: everything behind "by", what is asked for, and nouns that are not the base table."""
        draft, scope = self.draft, self.scope
        ranked = draft.ranking is not None and draft.ranking.measure is not None
        nouns = [item for item in draft.nouns if not scope.means_table(item, scope.base)]
        asked = [item for item in draft.asked if not scope.means_table(item, scope.base)]
        if draft.dims and not draft.measures and any(n.names and n.names[0].kind == "number" for n in nouns):
            raise _which_figure(draft)
        if nouns and not (ranked and not asked) and not (draft.havings and not asked):
            if draft.measures or draft.dims or draft.ranking:
                raise Unplaced(f"What about “{nouns[0].text}”?", nouns[0])
            return [*asked, *draft.dims]
        return [*asked, *nouns, *draft.dims]

    def _measures(self, groups: list[Item]) -> list[MeasureDraft]:
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
            raise Unplaced(
                f"By what is “{text}” ranked?",
                draft.asked[0],
                (f"{text} by number of {scope.base}",),
            )
        return []

    def _ranked_nouns(self) -> list[Item]:
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

    def _over_groups(self, measures: list[MeasureDraft], groups: list[Item]) -> list[MeasureDraft]:
        """ "average number of flights per day": counted by day, then averaged. Only over days and the like and over
        columns of the base table itself: of other tables, members without any row would be missed."""
        first = measures[0]
        implied = (
            first.agg in OVER and not first.over and first.item and self.scope.means_table(first.item, self.scope.base)
        )
        over = first.agg if implied else first.over
        if not over:
            return measures
        if len(measures) > 1 or len(groups) != 1 or self.draft.ranking or self.draft.havings or self.draft.share:
            raise Unplaced(
                f"The {OVER[over]} of counts is taken over one kind of group: say “per day” or the like.", first.item
            )
        group = groups[0]
        own = group.unit in CALENDAR_UNITS or any(c.table == self.scope.base and c.column for c in group.names)
        if not own or self.scope.means_table(group, self.scope.base):
            raise Unplaced(
                f"Some {group.text} may have no {self.scope.base} at all: should these count as 0, or not at all?",
                group,
            )
        self.reading.over = over
        return [replace(first, agg="count", over="")]

    def _count_groups(self, measures: list[MeasureDraft], groups: list[Item]) -> None:
        """ "how many airlines have more than 1,000 flights": the groups themselves are counted."""
        first = measures[0]
        if not self.draft.havings or not self.draft.measures or groups or first.item is None:
            return
        if len(measures) > 1 or first.agg != "count" or self.scope.means_table(first.item, self.scope.base):
            raise Unplaced("Which groups are to be compared?", first.item)
        groups.append(first.item)
        measures[:] = [having.measure for having in self.draft.havings]
        self.reading.count_groups = first.item.text

    def _rank(self) -> None:
        ranking, reading = self.draft.ranking, self.reading
        if ranking is None:
            return
        everywhere = ranking.single and not self.draft.asked and not self.draft.nouns
        if everywhere and reading.dims and not self.draft.measures and _plain_extreme(ranking):
            return
        if not reading.dims:
            self._unranked(ranking)
            return
        reading.order = reading.figures[0]
        if ranking.measure is not None:
            reading.order = figure_of(self.scope, ranking.measure)
            if reading.order.alias not in {figure.alias for figure in reading.figures}:
                reading.figures.append(reading.order)
        reading.direction = ranking.direction if ranking.direction != "sort" else "desc"
        reading.limit = ranking.limit
        asked = next(iter([*self.draft.asked, *self.draft.nouns]), None)
        if ranking.single and not everywhere and (asked is None or is_singular(asked)):
            reading.limit = 1
        if reading.limit is not None and self.draft.dims and len(reading.dims) > len(self.draft.dims):
            raise Unplaced(f"The first {reading.limit} of {reading.dims[0].words} for each {reading.dims[1].words}: "
                           "ask for one of them at a time.")  # fmt: skip

    def _unranked(self, ranking: Ranking) -> None:
        """ "what is the highest altitude" ranks nothing; "the most flights" alone needs a group."""
        measure = ranking.measure
        if measure is None or measure.agg not in ("max", "min") or ranking.limit is not None or self.draft.measures:
            item = measure.item if measure else None
            raise Unplaced("The first ones of what?", item)


def _plain_extreme(ranking: Ranking) -> bool:
    """ "highest temperature by month" is one figure a month; "highest average by month" is an order of months."""
    measure = ranking.measure
    return (
        measure is not None
        and measure.agg in ("max", "min")
        and measure.item is not None
        and not is_measure(measure.item)
    )


def _which_figure(draft: Draft) -> Unplaced:
    for noun in draft.nouns:
        if noun.names and noun.names[0].kind == "number":
            options = tuple(f"{word} {noun.text}" for word in ("average", "total", "maximum"))
            return Unplaced(f"Which figure of {noun.text}: its average, its total, its maximum?", noun, options)
    return Unplaced(f"Which figure by {draft.dims[0].text}?", draft.dims[0])
