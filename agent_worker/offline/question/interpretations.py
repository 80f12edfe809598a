"""The interpretations of a question: every way to read it, bound over every table that it may be about."""

import math
from collections import defaultdict
from dataclasses import dataclass

from agent_worker.offline.binder.bind import bind
from agent_worker.offline.binder.names.binding import Binding, Unbound
from agent_worker.offline.binder.query_ir import Agg, Part, QueryIR, plainest
from agent_worker.offline.binder.times import Several
from agent_worker.offline.english.vocabulary import DERIVED
from agent_worker.offline.english.word_forms import stem
from agent_worker.offline.follow_ups.merge import GoingOn, Unclear
from agent_worker.offline.grammar.asked_for.selecting import stands_alone
from agent_worker.offline.grammar.continuing import points_back
from agent_worker.offline.grammar.cover import further_parses, parses
from agent_worker.offline.grammar.fragments import Parse, Select, Verb, names_in
from agent_worker.offline.lexer.lattice import Lattice, lattice
from agent_worker.offline.output.render import Renderer
from agent_worker.offline.schema.join_paths import Joins
from agent_worker.offline.schema.lookup import NameIndex
from agent_worker.offline.schema.model import Schema
from agent_worker.offline.schema.value_index import ValueIndex
from bus.contract.catalog import Catalog

_ALLOWED, _PER_WORD, _CLOSE = 0.3, 0.19, 0.2
"""What an interpretation may cost, and how much more for each word of its question; one that costs nearly as little is
another answer."""
_LEFT_OUT = 2
"""The words of an opening that is left out, such as "show me": that makes nothing less clear."""
_BY_VERB = 0.3
"""How far a table is named by a verb: "flew" by flights."""
_MOST_BASES, _MOST_BRIDGES = 12, 6


@dataclass(frozen=True, slots=True)
class Interpretation:
    """One way to read a question, the statement that it makes, and its cost."""

    cost: float
    sql: str
    query: QueryIR
    parse: Parse

    @property
    def plainest(self) -> str:
        """The statement, alike for all that have the same answer."""
        return Renderer(plainest(self.query)).statement()


@dataclass(slots=True)
class Interpretations:
    """All interpretations, the cheapest first, the words of the question, and why there is none."""

    found: list[Interpretation]
    words: int
    problem: str = ""
    several_dates: str = ""
    """The table that has several dates, where none is said."""
    dated: float = math.inf
    """What it would cost to read it as said of one of these."""

    @property
    def clear(self) -> Interpretation | None:
        """The one interpretation that is near enough to the question and apart from all others."""
        if self.found and self.dated <= self.found[0].cost:
            return None
        if not self.found or self.found[0].cost > _ALLOWED + _PER_WORD * self.words or self.rivals:
            return None
        return None if self.found[0].query.doubtful else self.found[0]

    @property
    def rivals(self) -> list[Interpretation]:
        """The interpretations that are nearly as good as the first, with another answer."""
        first, *others = self.found
        near = [other for other in others if other.cost < first.cost + _CLOSE]
        return [other for other in near if other.plainest != first.plainest]


class Core:
    """Reads questions over one catalog."""

    def __init__(self, catalog: Catalog, values: ValueIndex) -> None:
        self.schema = Schema(catalog)
        self.values = values
        self.index = NameIndex(self.schema)
        self._routes: dict[str, Joins] = {}
        self._last: Lattice | None = None
        self._done: dict[str, list[str]] = defaultdict(list)
        for table in self.schema.tables.values():
            self._done[stem(table.words[-1])].append(table.name)
        self._refers = {table: {key.ref_table for key in self.schema.keys_of(table)} for table in self.schema.tables}

    def lattice(self, question: str) -> Lattice:
        """The lattice of a question; the last one is kept, since one that cannot be read is looked at again."""
        if self._last is None or self._last.question != question:
            self._last = lattice(question, self.values, self.index)
        return self._last

    def read(self, question: str) -> Interpretations:
        """Every interpretation of a question."""
        cut = self.lattice(question)
        found, reached = parses(cut)
        words = len(question.split()) + (0 if stands_alone(question) else _LEFT_OUT)
        if not found:
            return Interpretations([], words, f"word: {cut.words[reached] if reached < len(cut.words) else ''}")
        return self._bound(found, words)

    def read_on(self, question: str, before: Parse, words: int) -> Interpretations:
        """Every interpretation of a text that goes on from a question of so many words."""
        found, adds = further_parses(self.lattice(question))
        keys = frozenset((key.ref_table, key.ref_column) for key in self.schema.keys)
        going_on = GoingOn(before, adds, points_back(question), keys)
        merged: list[Parse] = []
        problem = ""
        for parse in found:
            try:
                merged.append(going_on.merged(parse))
            except Unclear as unclear:
                problem = problem or str(unclear)
        if not merged:
            return Interpretations([], words, problem)
        return self._bound(merged, words + len(question.split()))

    def _bound(self, found: list[Parse], words: int) -> Interpretations:
        """What the parses mean over every table that they may be about."""
        best: dict[str, Interpretation] = {}
        dated = math.inf
        problems: dict[str, None] = {}
        several_dates = figured = ""
        for parse in found:
            for base in self.bases(parse):
                try:
                    bound = bind(Binding(self.schema, base, self.routes(base), parse))
                except Unbound as problem:
                    problems[f"{problem} over {base}"] = None
                    if isinstance(problem, Several) and _tells(parse, problem.table):
                        figured = problem.table
                    if isinstance(problem, Several) and _names(parse, problem.table):
                        several_dates, dated = several_dates or problem.table, min(dated, parse.cost)
                    continue
                _order_groups(self.schema, bound.query)
                sql = Renderer(bound.query).statement()
                if sql not in best or bound.cost < best[sql].cost:
                    best[sql] = Interpretation(bound.cost, sql, bound.query, parse)
        return Interpretations(
            sorted(best.values(), key=lambda one: one.cost),
            words,
            "bind: " + "; ".join(problems),
            several_dates or ("" if best else figured),
            dated,
        )

    def bases(self, parse: Parse) -> list[str]:
        """The tables that a parse may be about: those that most of its names may be of, and those that join two."""
        named: dict[str, list[float]] = defaultdict(list)
        for name in names_in(parse.fragments):
            near: dict[str, float] = {}
            for c in name.candidates:
                if c.cost <= name.cost + 0.5:
                    near.setdefault(c.table, c.cost)
            for table, cost in near.items():
                named[table].append(cost)
        for verb in (fragment for fragment in parse.fragments if isinstance(fragment, Verb)):
            for table in self._done.get(stem(DERIVED.get(verb.word, "")), ()):
                named[table].append(_BY_VERB)
        bridges = sorted(t for t, to in self._refers.items() if t not in named and len(to & named.keys()) > 1)
        nearest = sorted(named, key=lambda table: (-len(named[table]), sum(named[table]), table))
        return [*nearest[:_MOST_BASES], *bridges[:_MOST_BRIDGES]]

    def routes(self, base: str) -> Joins:
        if base not in self._routes:
            self._routes[base] = Joins(self.schema, base)
        return self._routes[base]


def _names(parse: Parse, table: str) -> bool:
    """Whether a question names a table as nearly as any other, rather than a column of it."""
    return any(c.table == table and c.cost <= n.cost + 0.1 for n in names_in(parse.fragments) for c in n.tables)


def _tells(parse: Parse, table: str) -> bool:
    """Whether a figure of a table is asked for: "total revenue"."""
    items = [item for f in parse.fragments if isinstance(f, Select) for item in f.items if item.fn and item.name]
    return any(c.table == table and c.cost <= 0.1 for i in items if i.name for c in i.name.columns)


def _order_groups(schema: Schema, query: QueryIR) -> None:
    """Groups for which no order was asked: names by their figure, largest first; numbers and dates by themselves."""
    figure = next((shown for shown in query.shown if isinstance(shown, Agg | Part)), None)
    if not (query.groups or query.buckets) or figure is None or query.order or query.over:
        return
    if query.buckets:
        query.order = [*((one, False) for one in query.buckets), *((ref, False) for ref in query.groups)]
        return
    named = any(schema.columns[ref.table, ref.column].info.type == "VARCHAR" for ref in query.groups)
    query.order = [(figure, True)] if named else [(query.groups[0], False)]
