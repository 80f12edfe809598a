"""The readings of a question: every way to read it bound over every table that it may be about."""

from collections import defaultdict
from dataclasses import dataclass, fields, is_dataclass

from agent_worker.offline.binder.bind import Binder, Unbound
from agent_worker.offline.binder.places import Doubtful
from agent_worker.offline.binder.query import Agg, Part, Query
from agent_worker.offline.grammar.cover import parses
from agent_worker.offline.grammar.fragments import Fragment, Parse
from agent_worker.offline.lexer.lattice import Name, lattice
from agent_worker.offline.output.render import Renderer
from agent_worker.offline.schema.lookup import NameIndex
from agent_worker.offline.schema.model import Schema
from agent_worker.offline.schema.routes import Joins
from agent_worker.offline.schema.value_index import ValueIndex
from bus.contract.catalog import Catalog

_ALLOWED, _PER_WORD, _CLOSE = 0.3, 0.15, 0.2
"""A reading may cost so much, and more for each word of its question; one that costs nearly as little is another
answer."""
_MOST_BASES, _MOST_BRIDGES = 12, 6


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a question, the statement that it makes, and its cost."""

    cost: float
    sql: str
    query: Query


@dataclass(slots=True)
class Readings:
    """All readings, the cheapest first, the words of the question, and why there is none."""

    found: list[Reading]
    words: int
    problem: str = ""
    doubtful: bool = False
    """No other reader may answer either."""

    @property
    def clear(self) -> Reading | None:
        """The one reading that is near enough to the question and apart from all others."""
        if not self.found or self.found[0].cost > _ALLOWED + _PER_WORD * self.words or self.rivals:
            return None
        return self.found[0]

    @property
    def rivals(self) -> list[Reading]:
        """The readings that are nearly as good as the first."""
        return [other for other in self.found[1:] if other.cost < self.found[0].cost + _CLOSE]


class Core:
    """Reads questions over one catalog."""

    def __init__(self, catalog: Catalog, values: ValueIndex) -> None:
        self.schema = Schema(catalog)
        self.values = values
        self.index = NameIndex(self.schema)
        self._routes: dict[str, Joins] = {}
        self._refers = {table: {key.ref_table for key in self.schema.keys_of(table)} for table in self.schema.tables}

    def read(self, question: str) -> Readings:
        """Every reading of a question."""
        cut = lattice(question, self.values, self.index)
        found, reached = parses(cut)
        words = len(question.split())
        if not found:
            return Readings([], words, f"word: {cut.words[reached] if reached < len(cut.words) else ''}")
        best: dict[str, Reading] = {}
        problems: dict[str, None] = {}
        doubtful = False
        for parse in found:
            for base in self.bases(parse):
                try:
                    bound = Binder(self.schema, base, self.routes(base), parse).run()
                except Unbound as problem:
                    problems[f"{problem} over {base}"] = None
                    doubtful = doubtful or isinstance(problem, Doubtful)
                    continue
                _order_groups(self.schema, bound.query)
                sql = Renderer(bound.query).statement()
                if sql not in best or bound.cost < best[sql].cost:
                    best[sql] = Reading(bound.cost, sql, bound.query)
        return Readings(
            sorted(best.values(), key=lambda reading: reading.cost), words, "bind: " + "; ".join(problems), doubtful
        )

    def bases(self, parse: Parse) -> list[str]:
        """The tables that a parse may be about: those that most of its names may be of, and those that join two."""
        named: dict[str, list[float]] = defaultdict(list)
        for name in _names(parse.fragments):
            near: dict[str, float] = {}
            for c in name.candidates:
                if c.cost <= name.cost + 0.5:
                    near.setdefault(c.table, c.cost)
            for table, cost in near.items():
                named[table].append(cost)
        bridges = sorted(t for t, to in self._refers.items() if t not in named and len(to & named.keys()) > 1)
        nearest = sorted(named, key=lambda table: (-len(named[table]), sum(named[table]), table))
        return [*nearest[:_MOST_BASES], *bridges[:_MOST_BRIDGES]]

    def routes(self, base: str) -> Joins:
        if base not in self._routes:
            self._routes[base] = Joins(self.schema, base)
        return self._routes[base]


def _names(value: tuple[Fragment, ...] | object) -> list[Name]:
    """Every name in fragments."""
    if isinstance(value, Name):
        return [value]
    if isinstance(value, tuple):
        return [name for one in value for name in _names(one)]
    if is_dataclass(value) and type(value).__module__.endswith("fragments"):
        return [name for field in fields(value) for name in _names(getattr(value, field.name))]
    return []


def _order_groups(schema: Schema, query: Query) -> None:
    """Groups for which no order was asked: names by their figure, largest first; numbers and dates by themselves."""
    figure = next((shown for shown in query.shown if isinstance(shown, Agg | Part)), None)
    if not (query.groups or query.buckets) or figure is None or query.order or query.over:
        return
    if query.buckets:
        query.order = [*((one, False) for one in query.buckets), *((ref, False) for ref in query.groups)]
        return
    named = any(schema.columns[ref.table, ref.column].info.type == "VARCHAR" for ref in query.groups)
    query.order = [(figure, True)] if named else [(query.groups[0], False)]
