"""From a reading to one SQL statement in the engine's dialect."""

from sqlglot import exp

from agent_worker.offline.binder.rules.query_ir import Dimension, Figure, Filter, QueryIR
from agent_worker.offline.binder.rules.scope import Scope
from agent_worker.offline.schema.identifiers import identifier
from agent_worker.offline.schema.join_paths import ColumnRef, Path, alias_of

_SIGNS = {"=": exp.EQ, "!=": exp.NEQ, "<": exp.LT, "<=": exp.LTE, ">": exp.GT, ">=": exp.GTE}


def statement(scope: Scope, reading: QueryIR) -> str:
    """The statement as text, on several lines."""
    select = _rows(scope, reading) if reading.rows is not None else _groups(reading)
    select = select.from_(exp.to_table(identifier(reading.base).sql("duckdb")))
    for path in _joined(reading):
        select = _join(scope, select, path)
    conditions = [found.expression for found in reading.filters]
    if (reading.limit is not None or reading.over) and reading.rows is None:
        # A missing key is no group to win a first place or to be averaged over.
        conditions += [exp.not_(dim.expression.is_(exp.null())) for dim in reading.dims]
    if reading.order is not None and reading.rows is not None:
        conditions.append(exp.not_(reading.order.expression.is_(exp.null())))
    if conditions:
        select = select.where(*conditions)
    if reading.over:
        name = reading.figures[0].alias
        outer = exp.func(reading.over, exp.column(identifier(name)), dialect="duckdb")
        select = exp.select(exp.alias_(outer, identifier(f"{reading.over}_{name}"))).from_(select.subquery("found"))
    if reading.count_groups:
        alias = f"number_of_{reading.count_groups.lower().replace(' ', '_')}"
        inner = select.subquery("found")
        select = exp.select(exp.alias_(exp.Count(this=exp.Star()), identifier(alias))).from_(inner)
    return str(select.sql("duckdb", pretty=True))


def _groups(reading: QueryIR) -> exp.Select:
    shown = [exp.alias_(dim.expression, identifier(dim.alias)) for dim in reading.dims]
    shown += [exp.alias_(_shared(reading, figure), identifier(alias)) for figure, alias in outputs(reading)]
    select = exp.select(*shown)
    if reading.dims and not reading.count_groups and not reading.over:
        select = _ordered(select, reading)
    if reading.dims:
        groups = [dim.expression for dim in reading.dims]
        extra = [e for dim in reading.dims for e in (*dim.also, *([dim.order] if dim.order else []))]
        select = select.group_by(*groups, *extra)
    for figure, operator, number in reading.havings:
        select = select.having(
            _SIGNS[operator](this=figure.expression.copy(), expression=exp.Literal.number(f"{number:.15g}"))
        )
    return select.limit(reading.limit) if reading.limit is not None else select


def outputs(reading: QueryIR) -> list[tuple[Figure, str]]:
    """The figures with the names of their columns in the result."""
    if reading.share:
        return [(figure, reading.share) for figure in reading.figures]
    return [(figure, figure.alias) for figure in reading.figures]


def _shared(reading: QueryIR, figure: Figure) -> exp.Expression:
    """The figure, or its share."""
    if not reading.share:
        return figure.expression
    scale = exp.Literal.number("100.0" if reading.share == "percent" else "1.0")
    if reading.part:
        condition = exp.and_(*(found.expression for found in reading.part))
        part: exp.Expression = exp.Filter(this=figure.expression.copy(), expression=exp.Where(this=condition))
        whole: exp.Expression = figure.expression.copy()
    else:
        part = figure.expression.copy()
        whole = exp.Window(this=exp.Sum(this=figure.expression.copy()))
    return exp.Div(this=exp.Mul(this=scale, expression=part), expression=whole)


def _ordered(select: exp.Select, reading: QueryIR) -> exp.Select:
    """Time in its own order, groups by the figure asked for first, equal ones by their names."""
    by_figure = None
    if reading.order is not None:
        alias = reading.share or reading.order.alias
        by_figure = _by(exp.column(identifier(alias)), descending=reading.direction != "asc")
    elif reading.figures and not any(dim.temporal for dim in reading.dims) and len(reading.dims) == 1:
        by_figure = _by(exp.column(identifier(outputs(reading)[0][1])), descending=True)
    names = [
        _by(dim.order if dim.order is not None else exp.column(identifier(dim.alias)), False) for dim in reading.dims
    ]
    return select.order_by(*([by_figure] if by_figure is not None else []), *names)


def _by(expression: exp.Expression, descending: bool) -> exp.Expression:
    return exp.Ordered(this=expression.copy(), desc=descending, nulls_first=False)


def _rows(scope: Scope, reading: QueryIR) -> exp.Select:
    refs = list(reading.rows or [])
    if refs and reading.order is not None:
        refs += [ref for ref in reading.order.columns if ref not in refs]
    if refs:
        select = exp.select(*(scope.sql(ref) for ref in refs))
    else:
        select = exp.select(exp.Column(this=exp.Star(), table=identifier(reading.base)))
    if reading.order is not None:
        select = select.order_by(_by(reading.order.expression, reading.direction == "desc"))
    return select.limit(reading.limit) if reading.limit is not None else select


def _joined(reading: QueryIR) -> list[Path]:
    """The ways that the statement's columns need, shorter ones first."""
    used: list[Dimension | Figure | Filter] = [*reading.dims, *reading.figures, *reading.filters, *reading.part]
    used += [figure for figure, _, _ in reading.havings]
    refs: list[ColumnRef] = [ref for part in used for ref in part.columns]
    refs += reading.rows or []
    refs += reading.order.columns if reading.order is not None else ()
    paths = {ref.path[:size] for ref in refs for size in range(1, len(ref.path) + 1)}
    return sorted(paths, key=lambda path: (len(path), [key.column for key in path]))


def _join(scope: Scope, select: exp.Select, path: Path) -> exp.Select:
    """A left join: rows without a match stay, and each key leads to one row at most."""
    key, alias = path[-1], alias_of(path, scope.base, scope.aliases)
    owner = alias_of(path[:-1], scope.base, scope.aliases)
    table = exp.to_table(identifier(key.ref_table).sql("duckdb"))
    source = table if alias == key.ref_table else exp.alias_(table, alias, table=True)
    on = exp.EQ(
        this=exp.column(identifier(key.column), table=identifier(owner)),
        expression=exp.column(identifier(key.ref_column), table=identifier(alias)),
    )
    return select.join(source, on=on, join_type="left")
