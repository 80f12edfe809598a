"""A query in plain words, its title, and the chart that fits."""

from collections.abc import Sequence
from dataclasses import replace

from agent_worker.offline.binder.query_ir import (
    Agg,
    AllOf,
    AnyOf,
    Bucket,
    Change,
    Compare,
    Condition,
    Expr,
    InBoth,
    Part,
    QueryIR,
    Ref,
)
from agent_worker.offline.english.vocabulary import ID_WORDS
from agent_worker.offline.english.word_forms import stems
from agent_worker.offline.output.render import name_of
from agent_worker.offline.schema.model import Schema
from agent_worker.offline.schema.roles import ColumnRole
from agent_worker.plan import ChartHint, ChartKind

_SIGNS = {">": "more than", ">=": "at least", "<": "less than", "<=": "at most", "=": "", "!=": "not"}
_FNS = {"avg": "average", "sum": "total", "min": "minimum", "max": "maximum", "median": "median", "stddev": "deviation"}
_MOST_BARS = 120
_UNITS = {"weekday": "day of the week", "weekday_number": "day of the week", "month_of_year": "month of the year",
          "day_of_month": "day of the month", "quarter_of_year": "quarter of the year",
          "month_start": "month"}  # fmt: skip


class QueryDescription:
    """Says one query over a schema."""

    def __init__(self, schema: Schema, query: QueryIR) -> None:
        self.schema = schema
        self.query = query

    def reading(self) -> str:
        """How the question was understood, in one sentence."""
        query = self.query
        parts = [self._subject()]
        if query.conditions:
            parts.append("where " + " and ".join(self._condition(c) for c in query.conditions))
        if query.havings:
            parts.append("with " + " and ".join(self._compare(h) for h in query.havings))
        if query.order and not self._is_usual_order():
            parts.append(self._order())
        parts += [f"only of those that have any {noun}" for noun in self._left_out()]
        sentence = f"{', '.join(parts)}; from {query.base}."
        return " ".join([sentence[0].upper() + sentence[1:], *self._declared()])

    def _left_out(self) -> list[str]:
        """The things of which a row of a list may have none: it is not in the answer then."""
        steps = {e.path[0] for e in self.query.shown if isinstance(e, Ref) and e.path}
        empty = [s for s in steps if s.along and self.schema.columns[s.start, s.start_column].info.nulls]
        return [] if self.query.aggregated else [self.schema.tables[step.end].noun for step in empty]

    def _declared(self) -> list[str]:
        """What each declared figure is."""
        aggregates = [e.figure if isinstance(e, Part) else e for e in self.query.exprs]
        names = dict.fromkeys(e.name for e in aggregates if isinstance(e, Agg) and e.name)
        measures = {m.name: m.expression for m in self.schema.catalog.description.measures}
        return [f"{name} is {measures[name]}." for name in names]

    def title(self) -> str:
        text = self._subject()
        return text[0].upper() + text[1:]

    def _subject(self) -> str:
        query = self.query
        if query.everything:
            return f"rows of {query.base}"
        shown = [e for e in query.shown if not (query.aggregated and isinstance(e, Ref | Bucket))]
        text = ", ".join(self._expr(e) for e in shown)
        if query.distinct:
            text = f"the different values of {text}"
        if query.outer:
            figure, unit = self._expr(query.shown[-1]), self._expr(query.shown[0])
            return f"{_FNS[query.outer]} {figure} per {unit}, of those that have any"
        if query.over:
            return f"how many {query.over} there are"
        dims = [self._expr(e) for e in query.shown if query.aggregated and isinstance(e, Ref | Bucket)]
        return ", by ".join(part for part in (text, " and ".join(dims)) if part)

    def _expr(self, expr: Expr) -> str:
        if isinstance(expr, Ref):
            ends = [column.replace("_", " ") for column in (expr.since, expr.column) if column]
            column = ends[0] if len(ends) == 1 else f"{expr.unit}s from {' to '.join(ends)}"
            return f"{self._thing(expr)} {column}" if expr.path else column
        if isinstance(expr, Bucket):
            unit = _UNITS.get(expr.unit, expr.unit)
            return f"{unit} of {expr.date.column.replace('_', ' ')}" if expr.date and not expr.own else unit
        if isinstance(expr, Change):
            unit = _UNITS.get(expr.bucket.unit, expr.bucket.unit)
            return f"its change from the {unit} before{' in percent' * expr.percent}"
        if isinstance(expr, Part):
            where = " and ".join(self._condition(c) for c in expr.conditions)
            whole = f"share of {self._expr(expr.figure).removeprefix('number of ')}"
            return f"{whole} where {where}" if where else whole
        if expr.per is not None:
            figure = self._expr(replace(expr, per=None))
            if expr.per.distinct and expr.per.ref:
                return f"{figure} per {self._thing(expr.per.ref)}, of those that have any"
            return f"{figure} divided by {self._expr(expr.per)}"
        if expr.ref is None:
            return expr.name or f"number of {self.query.base}"
        inner = self._expr(expr.ref)
        if expr.other is not None:
            return f"correlation between {inner} and {self._expr(expr.other)}"
        if expr.fn == "count":
            return f"number of different {inner}"
        return f"{_FNS.get(expr.fn, expr.fn)} {inner}"

    def _thing(self, ref: Ref) -> str:
        """What a column elsewhere is of: its table, or the part that plays in the row, such as "manager"."""
        step = ref.path[-1]
        key, table = self.schema.columns[step.start, step.start_column], self.schema.tables[ref.table]
        part = [word for word in key.words if word not in ID_WORDS] if step.along else []
        same = stems(table.words) & stems(word for word in key.all_words if word in part)
        return " ".join(part) if part and len(key.words) > len(part) and not same else ref.table

    def _condition(self, condition: Condition) -> str:
        if isinstance(condition, Compare):
            return self._compare(condition)
        if isinstance(condition, AnyOf):
            return " or ".join(self._condition(c) for c in condition.conditions)
        if isinstance(condition, AllOf):
            said = " and ".join(self._condition(c) for c in condition.conditions)
            return f"not ({said})" if condition.negated else said
        if isinstance(condition, InBoth):
            return f"also found where {self._compare(condition.condition)}"
        said = " and ".join(self._compare(c) for c in condition.conditions)
        thing = condition.path[-1].end
        return f"{'without' if condition.negated else 'with'} {thing}" + (f" whose {said}" if said else "")

    def _compare(self, c: Compare) -> str:
        left = self._expr(c.expr)
        words = [o.words for o in c.operands]
        if c.operator == "null":
            return f"{left} is missing"
        if c.operator == "known":
            return f"{left} is known"
        if c.operator in ("yes", "no"):
            return f"{left} is {c.operator}"
        if c.operator == "between":
            return f"{left} is from {words[0]} to {words[1]}"
        if "%" in c.operator:
            return f"{left} is like {' or '.join(c.operator.format(word) for word in words)}"
        return " ".join(f"{left} is {_SIGNS[c.operator]} {' or '.join(words)}".split())

    def _is_usual_order(self) -> bool:
        """Whether groups stand as everybody expects: by themselves, the lowest first."""
        groups = [*self.query.groups, *self.query.buckets]
        return self.query.limit is None and all(e in groups and not down for e, down in self.query.order)

    def _order(self) -> str:
        said = ", ".join(f"{'highest' if down else 'lowest'} {self._expr(e)} first" for e, down in self.query.order)
        ranked, down = self.query.order[0]
        if self.query.limit and not down and isinstance(ranked, Agg) and ranked.fn == "count":
            said += " of those that have any"
        if self.query.limit is None:
            return said
        if self.query.within:
            said += f", of each {' and '.join(self._expr(ref) for ref in self.query.within)}"
        if self.query.nth > 1:
            return f"only number {self.query.nth} and its equals, {said}"
        first = "the first and its equals" if self.query.limit == 1 else f"the first {self.query.limit}"
        return f"only {first}, {said}"

    def chart(self) -> ChartHint | None:
        """Bars over groups, a line over years and dates; nothing for a single row or many groups."""
        query = self.query
        aggregates = [e for e in query.shown if isinstance(e, Agg | Part)]
        if not (query.groups or query.buckets) or not aggregates or query.limit == 1 or query.over:
            return None
        if query.buckets:
            return self._over_time(aggregates)
        dims = query.columns
        labels = [e for e in dims if self._column_role(e) is not ColumnRole.IDENTIFIER] or dims
        if len(labels) != 1:
            return None
        column = self.schema.columns[labels[0].table, labels[0].column]
        if query.limit is None and (column.info.distinct or 0) > _MOST_BARS:
            return None
        if len(aggregates) == 2:
            return ChartHint("scatter", name_of(aggregates[0]), name_of(aggregates[1]), color=name_of(labels[0]))
        kind: ChartKind = "line" if column.role in (ColumnRole.DATE, ColumnRole.YEAR) else "bar"
        return ChartHint(kind, name_of(labels[0]), name_of(aggregates[0]))

    def _over_time(self, aggregates: Sequence[Expr]) -> ChartHint | None:
        """A line over one unit of time, one in each colour of a second group."""
        others = self.query.columns
        if len(self.query.buckets) > 1 or len(others) > 1:
            return None
        first, bucket = aggregates[0], self.query.buckets[0]
        kind: ChartKind = "bar" if bucket.unit in ("weekday", "hour") else "line"
        return ChartHint(kind, name_of(bucket), name_of(first), color=name_of(others[0]) if others else None)

    def _column_role(self, ref: Ref) -> ColumnRole:
        return self.schema.columns[ref.table, ref.column].role
