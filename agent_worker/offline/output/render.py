"""From a query to one SQL statement in the engine's dialect."""

import re
from dataclasses import replace
from functools import lru_cache

from agent_worker.offline.binder.query_ir import (
    AllOf,
    AnyOf,
    Bucket,
    Change,
    Compare,
    Condition,
    Exists,
    Expr,
    InBoth,
    Part,
    QueryIR,
    Ref,
)
from agent_worker.offline.schema.identifiers import identifier
from agent_worker.offline.schema.join_paths import JoinStep, Path

_FORMS = {
    "": "{}",
    "day": "CAST({} AS DATE)",
    "year": "year({})",
    "number": "TRY_CAST({} AS DOUBLE)",
}
_SPANS = {
    "day": "date_diff('day', TRY_CAST({} AS DATE), TRY_CAST({} AS DATE))",
    "hour": "date_diff('second', {}, {}) / 3600.0",
    "minute": "date_diff('second', {}, {}) / 60.0",
}
_BUCKETS = {
    "decade": "year({}) // 10 * 10",
    "year": "year({})",
    "quarter": "CAST(date_trunc('quarter', {}) AS DATE)",
    "month": "CAST(date_trunc('month', {}) AS DATE)",
    "month_start": "{}",
    "week": "CAST(date_trunc('week', {}) AS DATE)",
    "day": "CAST({} AS DATE)",
    "hour": "hour({})",
    "weekday": "dayname({})",
    "weekday_number": "isodow({})",
    "quarter_of_year": "quarter({})",
    "month_of_year": "month({})",
    "day_of_month": "day({})",
}
_DECADE_OF = "CAST(FLOOR({} / 10) * 10 AS INTEGER)"
_ANY_YEAR = 2000


@lru_cache(1024)
def quoted(name: str) -> str:
    return str(identifier(name).sql("duckdb"))


class Renderer:
    """Writes one query; the tables of its joins get their names here."""

    def __init__(self, query: QueryIR) -> None:
        self.query = query
        self.aliases: dict[Path, str] = {(): query.base}

    def statement(self) -> str:
        query = self.query
        shown = self._shown()
        lines = [f"SELECT {'DISTINCT ' if query.distinct else ''}{', '.join(shown)}"]
        conditions = [self.condition(c) for c in query.conditions]
        conditions += [f"{self.expr(e)} IS NOT NULL" for e, _ in query.order if query.limit and isinstance(e, Ref)]
        groups = [*map(self.expr, query.groups), *map(self.expr, query.buckets)]
        groups += [self.expr(_in_order(one)) for one in query.buckets if one.unit == "weekday"]
        if query.limit:
            conditions += [f"{one} IS NOT NULL" for one in (*groups, *map(self.expr, query.within))]
        havings = [self.compare(h) for h in query.havings]
        orders = [f"{self._ordered(e)} {'DESC' if down else 'ASC'}" for e, down in query.order]
        lines += self._tables()
        lines += [f"WHERE {' AND '.join(dict.fromkeys(conditions))}"] if conditions else []
        lines += [f"GROUP BY {', '.join(dict.fromkeys(groups))}"] if groups else []
        lines += [f"HAVING {' AND '.join(havings)}"] if havings else []
        if query.over:
            return f"SELECT COUNT(*) AS count FROM (\n{chr(10).join(lines)}\n) AS found"
        if query.outer:
            figure = name_of(query.shown[-1])
            inner = chr(10).join(lines)
            return f"SELECT {query.outer.upper()}({figure}) AS {query.outer}_{figure} FROM (\n{inner}\n) AS found"
        within = [self.expr(ref) for ref in query.within]
        if query.limit == 1 or (query.limit and within):
            ranked = "RANK() OVER" if query.nth == 1 else "DENSE_RANK() OVER"
            each = f"PARTITION BY {', '.join(within)} " if within else ""
            which = f"= {query.nth}" if query.limit == 1 else f"<= {query.limit}"
            lines.append(f"QUALIFY {ranked} ({each}ORDER BY {orders[0]}) {which}")
        orders = [f"{ref} ASC" for ref in within] + orders
        lines += [f"ORDER BY {', '.join(orders)}"] if orders else []
        lines += [f"LIMIT {query.limit}"] if query.limit and query.limit > 1 and not within else []
        return "\n".join(lines)

    def _shown(self) -> list[str]:
        if self.query.everything:
            return [f"{quoted(self.query.base)}.*", *(self.expr(e) for e in self.query.shown)]
        names: dict[str, int] = {}
        found = []
        for one in self.query.shown:
            alias = name_of(one)
            names[alias] = names.get(alias, 0) + 1
            if names[alias] > 1:
                alias = f"{alias}_{names[alias]}"
            found.append(f"{self.expr(one)} AS {quoted(alias)}")
        return found or [f"{quoted(self.query.base)}.*"]

    def _ordered(self, expr: Expr) -> str:
        return self.expr(_in_order(expr))

    def expr(self, expr: Expr) -> str:
        if isinstance(expr, Ref):
            table = quoted(self.alias(expr.path))
            ends = [f"{table}.{quoted(column)}" for column in (expr.since, expr.column) if column]
            return ends[0] if len(ends) == 1 else _SPANS[expr.unit].format(*ends)
        if isinstance(expr, Bucket):
            return self._bucket(expr)
        if isinstance(expr, Part):
            return self._part(expr)
        if isinstance(expr, Change):
            figure = self.expr(expr.figure)
            before = f"LAG({figure}) OVER (ORDER BY {self.expr(_in_order(expr.bucket))})"
            return f"100.0 * ({figure} - {before}) / NULLIF({before}, 0)" if expr.percent else f"{figure} - {before}"
        if expr.per is not None:
            return f"{self.expr(replace(expr, per=None))} / NULLIF({self.expr(expr.per)}, 0)"
        if expr.ref is None:
            return expr.formula or "COUNT(*)"
        inner = self.expr(expr.ref)
        if expr.other is not None:
            return f"{expr.fn.upper()}({inner}, {self.expr(expr.other)})"
        return f"{expr.fn.upper()}({'DISTINCT ' if expr.distinct else ''}{inner})"

    def _time(self, expr: Expr) -> str:
        """A column as a time, where it may be a text of one."""
        written = isinstance(expr, Ref) and not expr.since and (expr.table, expr.column) in self.query.written_dates
        return f"TRY_CAST({self.expr(expr)} AS TIMESTAMP)" if written else self.expr(expr)

    def _bucket(self, bucket: Bucket) -> str:
        date = self._time(bucket.date) if bucket.date else self._made_date(dict(bucket.parts))
        if bucket.own:
            return _DECADE_OF.format(date) if bucket.unit == "decade" else date
        return _BUCKETS[bucket.unit].format(date)

    def _made_date(self, parts: dict[str, Ref]) -> str:
        year, month, day = (self.expr(parts[part]) if part in parts else "" for part in ("year", "month", "day"))
        return f"make_date({year or _ANY_YEAR}, {month}, {day or 1})"

    def _part(self, part: Part) -> str:
        figure, scale = self.expr(part.figure), "100.0" if part.percent else "1.0"
        if not part.conditions:
            return f"{scale} * {figure} / SUM({figure}) OVER ()"
        where = " AND ".join(self.condition(c) for c in part.conditions)
        return f"{scale} * {figure} FILTER (WHERE {where}) / {figure}"

    def alias(self, path: Path) -> str:
        if path not in self.aliases:
            if path:
                self.alias(path[:-1])
            name = path[-1].end
            if name in self.aliases.values():
                name = f"{path[-1].start_column}_{name}"
            while name in self.aliases.values():
                name += "_"
            self.aliases[path] = name
        return self.aliases[path]

    def _tables(self) -> list[str]:
        for path in self.query.joined:
            self.alias(path)
        lines = [f"FROM {quoted(self.query.base)}"]
        for path in sorted((path for path in self.aliases if path), key=len):
            join = _join(path[-1], self.aliases[path[:-1]], self.aliases[path])
            lines.append(f"LEFT {join}" if self._outer(path) else join)
        return lines

    def _outer(self, path: Path) -> bool:
        """Whether rows without a match stay: where figures are of all rows, and only their groups are elsewhere."""
        query = self.query
        inner = query.limit or query.havings or any(joined[: len(path)] == path for joined in query.joined)
        return bool(query.groups or query.buckets) and not inner

    def condition(self, condition: Condition) -> str:
        if isinstance(condition, Compare):
            return self.compare(condition)
        if isinstance(condition, AnyOf):
            return f"({' OR '.join(self.condition(c) for c in condition.conditions)})"
        if isinstance(condition, AllOf):
            text = " AND ".join(self.condition(c) for c in condition.conditions)
            return f"NOT ({text})" if condition.negated else f"({text})"
        if isinstance(condition, InBoth):
            inner = QueryIR(self.query.base, [condition.ref], [condition.condition])
            inner.written_dates = self.query.written_dates
            return f"{self.expr(condition.ref)} IN ({' '.join(Renderer(inner).statement().split(chr(10)))})"
        return self._exists(condition)

    def _exists(self, condition: Exists) -> str:
        """A correlated subquery over the joins from the first one that may lead to several rows."""
        outer = next(at for at, step in enumerate(condition.path) if not step.along)
        start, steps = condition.path[:outer], condition.path[outer:]
        owner = self.alias(start)
        names = [f"{step.end}_{at}" for at, step in enumerate(steps, 1)]
        lines = [f"FROM {quoted(steps[0].end)} AS {quoted(names[0])}"]
        lines += [_join(step, names[at], names[at + 1]) for at, step in enumerate(steps[1:])]
        conditions = [_on(steps[0], owner, names[0])]
        inner = Renderer(QueryIR(names[-1], written_dates=self.query.written_dates))
        inner.aliases = {condition.path[: outer + at]: name for at, name in enumerate(names, 1)} | {(): names[-1]}
        conditions += [inner.compare(c, steps[-1].end) for c in condition.conditions]
        text = f"EXISTS (SELECT 1 {' '.join(lines)} WHERE {' AND '.join(conditions)})"
        return f"NOT {text}" if condition.negated else text

    def compare(self, c: Compare, table: str = "") -> str:
        left = _FORMS[c.form].format(self._time(c.expr) if c.operands else self.expr(c.expr))
        if c.operator == "null":
            return f"{left} IS NULL"
        if c.operator == "known":
            return f"{left} IS NOT NULL"
        if c.operator in ("yes", "no"):
            return left if c.operator == "yes" else f"NOT {left}"
        operands = [self._operand(o.sql, o.fn, c.expr) for o in c.operands]
        if c.operator == "between":
            return f"{left} BETWEEN {operands[0]} AND {operands[1]}"
        if "%" in c.operator:
            likes = [f"{left} ILIKE '{c.operator.format(o[1:-1])}'" for o in operands]
            return f"({' OR '.join(likes)})" if len(likes) > 1 else likes[0]
        if c.operator == "=" and len(operands) > 1:
            return f"{left} IN ({', '.join(operands)})"
        if c.operator == "!=" and len(operands) > 1:
            return f"{left} NOT IN ({', '.join(operands)})"
        return f"{left} {'<>' if c.operator == '!=' else c.operator} {operands[0]}"

    def _operand(self, sql: str, fn: str, expr: Expr) -> str:
        if not fn:
            return sql
        assert isinstance(expr, Ref)
        return f"(SELECT {fn.upper()}({quoted(expr.column)}) FROM {quoted(expr.table)})"


def _in_order(expr: Expr) -> Expr:
    """Days of the week stand in their own order."""
    return replace(expr, unit="weekday_number") if isinstance(expr, Bucket) and expr.unit == "weekday" else expr


def _join(step: JoinStep, owner: str, alias: str) -> str:
    table = quoted(step.end) if alias == step.end else f"{quoted(step.end)} AS {quoted(alias)}"
    return f"JOIN {table} ON {_on(step, owner, alias)}"


def _on(step: JoinStep, owner: str, alias: str) -> str:
    left, right = f"{quoted(owner)}.{quoted(step.start_column)}", f"{quoted(alias)}.{quoted(step.end_column)}"
    return f"TRY_CAST({left} AS DOUBLE) = TRY_CAST({right} AS DOUBLE)" if step.mixed else f"{left} = {right}"


def name_of(expr: Expr) -> str:
    """The name of a column in the result."""
    if isinstance(expr, Ref):
        return f"{expr.unit}s_from_{expr.since}_to_{expr.column}" if expr.since else expr.column
    if isinstance(expr, Bucket):
        return expr.unit
    if isinstance(expr, Change):
        return "change_percent" if expr.percent else "change"
    if isinstance(expr, Part):
        return "percent" if expr.percent else "share"
    if expr.per is not None and expr.per.ref:
        return f"{name_of(expr.ref) if expr.ref else 'count'}_per_{name_of(expr.per.ref)}".lower()
    if expr.ref is None:
        return expr.name.replace(" ", "_") or "count"
    if expr.other is not None:
        return "correlation"
    fn = "number_of" if expr.fn == "count" else expr.fn
    return re.sub(r"\W+", "_", f"{fn}_{name_of(expr.ref)}".lower())
