"""The query form: what is shown, filtered, grouped and ordered over one base table, with every name settled."""

from dataclasses import dataclass, field

from agent_worker.offline.schema.routes import Path


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
    """`fn` over a column, or over rows where there is none."""

    fn: str
    ref: Ref | None = None
    distinct: bool = False


Expr = Ref | Agg


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


Condition = Compare | Exists | InBoth | AnyOf


@dataclass(slots=True)
class Query:
    """A whole question over `base`. `over`: the groups are counted ("count")."""

    base: str
    shown: list[Expr] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    groups: list[Ref] = field(default_factory=list)
    havings: list[Compare] = field(default_factory=list)
    order: list[tuple[Expr, bool]] = field(default_factory=list)
    limit: int | None = None
    distinct: bool = False
    everything: bool = False
    over: str = ""
    joined: list[Path] = field(default_factory=list)

    @property
    def aggregated(self) -> bool:
        return bool(self.groups) or any(isinstance(e, Agg) for e in self.shown)
