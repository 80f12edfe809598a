"""Which unit each column of a result is in, as far as the description of the data says it. Pure.

Only what keeps the unit of what it is made of has one: a column, its sum, average, least or largest, a rounding of
these, a sum or difference of two of the same unit. A count, a share or a product has none that could be said.
"""

from collections.abc import Collection, Iterable, Mapping

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.scope import Scope, build_scope

_KEEPS = (
    *(exp.Alias, exp.Paren, exp.Cast, exp.TryCast, exp.Neg, exp.Round, exp.Abs, exp.Ceil, exp.Floor, exp.Filter),
    *(exp.Sum, exp.Avg, exp.Min, exp.Max, exp.Median, exp.Quantile, exp.AnyValue, exp.First, exp.Last, exp.Window),
)
_ALIKE = (exp.Add, exp.Sub)
_MOST_STEPS = 50
"""How many expressions within each other are looked into; what is deeper has no unit."""


def output_units(
    sql: str, names: Iterable[str], units: Mapping[str, str], tables: Mapping[str, Collection[str]]
) -> dict[str, str]:
    """The unit of each column of that name in the result of `sql`; those that have none are left out.

    `units` is by `table.column`, `tables` has the columns of each table.
    """
    if not units:
        return {}
    try:
        scope = build_scope(parse_one(sql, read="duckdb"))
    except (SqlglotError, RecursionError):
        return {}
    if scope is None:
        return {}
    known = _Units({place.lower(): unit for place, unit in units.items()}, tables)
    found = {name: known.of_output(scope, name, 0) for name in names}
    return {name: unit for name, unit in found.items() if unit}


class _Units:
    """Follows columns to the tables that they come from."""

    def __init__(self, units: Mapping[str, str], tables: Mapping[str, Collection[str]]) -> None:
        self._units = units
        self._tables = {table.lower(): {column.lower() for column in columns} for table, columns in tables.items()}

    def of_output(self, scope: Scope, name: str, steps: int) -> str:
        """The unit of what a query calls `name`."""
        query = scope.expression
        if not isinstance(query, exp.Select):
            return ""
        for part in query.selects:
            if part.alias_or_name.lower() == name.lower() and not part.is_star:
                return self._of(part, scope, steps + 1)
        plain_star = any(isinstance(part, exp.Star) and not part.args.get("except_") for part in query.selects)
        return self._of_column(exp.column(name), scope, steps + 1) if plain_star else ""

    def _of(self, part: exp.Expression, scope: Scope, steps: int) -> str:
        if steps > _MOST_STEPS:
            return ""
        if isinstance(part, exp.Column):
            return self._of_column(part, scope, steps)
        if isinstance(part, _KEEPS):
            return self._of(part.this, scope, steps + 1) if isinstance(part.this, exp.Expression) else ""
        if isinstance(part, _ALIKE):
            left, right = (self._of(side, scope, steps + 1) for side in (part.this, part.expression))
            return left if left == right else ""
        return ""

    def _of_column(self, column: exp.Column, scope: Scope, steps: int) -> str:
        sources = scope.sources
        named = [sources[column.table]] if column.table in sources else []
        if not column.table:
            named = [source for source in sources.values() if self._has(source, column.name)]
        if len(named) != 1 or steps > _MOST_STEPS:
            return ""
        source = named[0]
        if isinstance(source, Scope):
            return self.of_output(source, column.name, steps + 1)
        return self._units.get(f"{source.name}.{column.name}".lower(), "")

    def _has(self, source: "exp.Table | Scope", name: str) -> bool:
        """Whether the column may be the source's; of a query it is taken to be."""
        return isinstance(source, Scope) or name.lower() in self._tables.get(source.name.lower(), ())
