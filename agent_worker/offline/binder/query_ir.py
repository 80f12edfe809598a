"""The query form: what is shown, filtered, grouped and ordered over one base table, with every name settled."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from agent_worker.offline.schema.join_paths import Path


@dataclass(frozen=True, slots=True)
class Ref:
    """`column` of the table at the end of `path` (joins from the base table, none of which counts a row twice)."""

    path: Path
    table: str
    column: str
    since: str = ""
    """An earlier column of the same row: what is meant is the time from there, in `unit`."""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Agg:
    """`fn` over a column, or over rows where there is none; or the figure that its owner has declared as `formula`."""

    fn: str
    ref: Ref | None = None
    distinct: bool = False
    other: Ref | None = None
    formula: str = ""
    name: str = ""
    per: "Agg | None" = None
    """What it is divided by: "cost per km"."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """A unit of time of a column of dates, or of columns that hold its parts ("year", "month", "day", "hour")."""

    unit: str
    date: Ref | None = None
    parts: tuple[tuple[str, Ref], ...] = ()
    own: bool = False
    """`date` is no date, but a column that holds just this unit, or the years of a decade."""

    @property
    def refs(self) -> tuple[Ref, ...]:
        return (self.date,) if self.date else tuple(ref for _, ref in self.parts)


@dataclass(frozen=True, slots=True)
class Part:
    """A figure as a part of the same over all groups, or, with `conditions`, over the rows of which they hold."""

    figure: Agg
    percent: bool
    conditions: tuple["Condition", ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """How a figure differs from the one of the unit of time before that has any; in percent of that, or as it is."""

    figure: Agg
    bucket: Bucket
    percent: bool = False


Expr = Ref | Agg | Bucket | Part | Change


@dataclass(frozen=True, slots=True)
class Literal:
    """A number or text as it stands in the statement; `fn`: the aggregate of the compared column instead."""

    sql: str
    words: str
    fn: str = ""


@dataclass(frozen=True, slots=True)
class Compare:
    """`expr operator operands`; `form` says how the column is read: as it is, its year, as a number."""

    expr: Expr
    operator: str
    operands: tuple[Literal, ...]
    form: str = ""


@dataclass(frozen=True, slots=True)
class Exists:
    """A row at the end of `path`, any joins, of which all conditions hold; or none. Their refs are there, or, with a
    part of `path`, on the way."""

    path: Path
    conditions: tuple[Compare, ...] = ()
    negated: bool = False


@dataclass(frozen=True, slots=True)
class InBoth:
    """`ref` is among the values of rows of the base for which the condition holds."""

    ref: Ref
    condition: Compare


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of these holds, or several."""

    conditions: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """All of these hold, or, `negated`, not all."""

    conditions: tuple["Condition", ...]
    negated: bool = False


Condition = Compare | Exists | InBoth | AnyOf | AllOf


def refs_of(expr: Expr) -> tuple[Ref, ...]:
    """The columns of an expression."""
    if isinstance(expr, Ref):
        return (expr,)
    if isinstance(expr, Bucket):
        return expr.refs
    if isinstance(expr, Change):
        return refs_of(expr.figure) + refs_of(expr.bucket)
    if isinstance(expr, Part):
        return refs_of(expr.figure) + tuple(r for c in expr.conditions for s in simple_conditions(c) if
                                            isinstance(s, Compare) for r in refs_of(s.expr))  # fmt: skip
    return tuple(ref for ref in (expr.ref, expr.other, expr.per and expr.per.ref) if ref)


def simple_conditions(condition: Condition) -> Iterator["Compare | Exists | InBoth"]:
    """The conditions of which one is made."""
    if isinstance(condition, AnyOf | AllOf):
        for one in condition.conditions:
            yield from simple_conditions(one)
    else:
        yield condition


@dataclass(slots=True)
class QueryIR:
    """A whole question over `base`. `over`: the groups are counted ("count")."""

    base: str
    shown: list[Expr] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    groups: list[Ref] = field(default_factory=list)
    havings: list[Compare] = field(default_factory=list)
    order: list[tuple[Expr, bool]] = field(default_factory=list)
    limit: int | None = None
    nth: int = 1
    """Which one of the order, with a limit of one: the second, with its equals."""
    within: list[Ref] = field(default_factory=list)
    """The columns for each of which the first rows are taken: "the latest reading of each device"."""
    distinct: bool = False
    doubtful: bool = False
    """It may be meant so, and is asked back rather than answered."""
    everything: bool = False
    over: str = ""
    outer: str = ""
    """An aggregate of the figures of all groups, which alone is shown."""
    written_dates: frozenset[tuple[str, str]] = frozenset()
    """The columns whose times are kept as texts."""
    joined: list[Path] = field(default_factory=list)
    buckets: list[Bucket] = field(default_factory=list)

    @property
    def aggregated(self) -> bool:
        return bool(self.groups or self.buckets or self.aggregates)

    @property
    def exprs(self) -> tuple[Expr, ...]:
        """All that is shown, that it stands in the order of, and that bounds it."""
        return (*self.shown, *(e for e, _ in self.order), *(having.expr for having in self.havings))

    @property
    def aggregates(self) -> list[Agg]:
        """What is shown of many rows."""
        return [e for e in self.shown if isinstance(e, Agg)]

    @property
    def columns(self) -> list[Ref]:
        """What is shown as it stands in a row."""
        return [e for e in self.shown if isinstance(e, Ref)]


def plainest(query: QueryIR) -> QueryIR:
    """A query without what does not change its answer: the side of a join that a key is shown from, things behind a
    row that must exist, and whether what is alike stands there once."""
    conditions: list[Condition] = []
    for one in query.conditions:
        if isinstance(one, Exists) and not one.conditions:
            one = replace(one, path=_needed(one.path))
        elif isinstance(one, Compare) and isinstance(one.expr, Ref):
            one = replace(one, expr=nearest(one.expr))
        conditions.append(one)
    return replace(
        query, shown=[nearest(e) if isinstance(e, Ref) else e for e in query.shown], distinct=False,
        groups=[*map(nearest, query.groups)], conditions=conditions,
        order=[(nearest(e) if isinstance(e, Ref) else e, down) for e, down in query.order],
    )  # fmt: skip


def nearest(ref: Ref) -> Ref:
    """The column that refers to this one, where it is a key: it is there even where no row is behind it."""
    if ref.path and ref.path[-1].end_column == ref.column and not ref.since:
        return Ref(ref.path[:-1], ref.path[-1].start, ref.path[-1].start_column)
    return ref


def _needed(path: Path) -> Path:
    """A path without the steps at its end along which each row has just one other."""
    while len(path) > 1 and path[-1].along:
        path = path[:-1]
    return path
