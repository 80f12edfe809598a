"""The reading of a question: what will be computed, over which tables, with every name settled."""

from dataclasses import dataclass, field

from sqlglot import exp

from agent_worker.offline.schema.join_paths import ColumnRef

OVER = {"avg": "average", "median": "median", "min": "minimum", "max": "maximum"}


@dataclass(frozen=True, slots=True)
class Dimension:
    """What to group by: an expression over `columns`, shown under `alias`.

    `order` sorts where the shown text does not (weekdays); `temporal` dimensions are sorted by themselves; `also` is
    grouped by unseen; `size` is how many groups there are at most, where that is known.
    """

    expression: exp.Expression
    alias: str
    words: str
    columns: tuple[ColumnRef, ...]
    temporal: bool = False
    order: exp.Expression | None = None
    also: tuple[exp.Expression, ...] = ()
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """One aggregate: its expression, the name of its column, and its words."""

    expression: exp.Expression
    alias: str
    words: str
    columns: tuple[ColumnRef, ...] = ()


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition on rows, and its words. `part` marks what a share is of."""

    expression: exp.Expression
    words: str
    columns: tuple[ColumnRef, ...]


@dataclass(slots=True)
class QueryIR:
    """A whole question over one base table. `cost` compares readings over different bases: less is nearer.

    `count_groups` and `over`: the groups themselves are counted, or their only figure is aggregated once more.
    """

    base: str
    figures: list[Figure] = field(default_factory=list)
    dims: list[Dimension] = field(default_factory=list)
    filters: list[Filter] = field(default_factory=list)
    part: list[Filter] = field(default_factory=list)
    havings: list[tuple[Figure, str, float]] = field(default_factory=list)
    rows: list[ColumnRef] | None = None
    distinct_rows: bool = False
    order: Figure | None = None
    direction: str = ""
    limit: int | None = None
    share: str = ""
    count_groups: str = ""
    over: str = ""
    notes: list[str] = field(default_factory=list)
    cost: float = 0.0
