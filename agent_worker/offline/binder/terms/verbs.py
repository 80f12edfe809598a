"""Whether a query has what the verbs of its question speak of, so that no verb is dropped in silence."""

from collections.abc import Iterator, Sequence
from functools import cached_property

from agent_worker.offline.binder.query_ir import Exists, Expr, InBoth, QueryIR, refs_of, simple_conditions
from agent_worker.offline.english.verbs import NEUTRAL
from agent_worker.offline.english.vocabulary import DERIVED
from agent_worker.offline.english.word_forms import kin, stem
from agent_worker.offline.grammar.fragments import Verb
from agent_worker.offline.schema.join_paths import Path
from agent_worker.offline.schema.model import Column, Schema
from agent_worker.offline.schema.roles import ColumnKind, ColumnRole


class Spoken:
    """The words of the schema that a bound query uses."""

    def __init__(self, schema: Schema, query: QueryIR) -> None:
        self.schema = schema
        self.query = query

    def has(self, verb: Verb) -> bool:
        """Whether what a verb says is in the query: what ties its tables, a condition, or a column that it tells of.

        A verb that is the value of a column (stopped) holds of some rows only: that column must be in a condition. So
        it is with one whose column (stopped_by) is empty where it does not hold.
        """
        if verb.word in NEUTRAL:
            return True
        parts = {part for part in self.schema.parts if kin(verb.word, part)}
        parts |= {part for part in self.schema.parts if stem(part) == stem(DERIVED.get(verb.word, ""))}
        if parts & (self._words_of_tables | self._words(self._held)):
            return True
        tables = {table for table, _ in self._shown} | self._tables
        if any(table in tables for table, _ in verb.states):
            return False
        if self._is_of_all(parts):
            return True
        told = [column for column in self._columns(self._shown) if parts & set(column.all_words)]
        return bool(told) and not any(c.info.nulls for c in told) if parts or verb.strict else True

    def _is_of_all(self, parts: set[str]) -> bool:
        """Whether a verb is told by a day that every row has, where no day is asked for: all alarms are raised."""
        timed = self._columns(self._held | self._shown)
        if self.query.buckets or any(c.kind is ColumnKind.DATE or c.role is ColumnRole.YEAR for c in timed):
            return False
        dates = [c for table in self._tables for c in self.schema.tables[table].columns if c.kind is ColumnKind.DATE]
        told = [column for column in dates if parts & set(column.all_words)]
        return len(told) == 1 and told[0].info.nulls == 0

    @cached_property
    def _held(self) -> set[tuple[str, str]]:
        """The columns that conditions and joins are on."""
        exprs = list(self._compared())
        keys = {(step.key.table, step.key.column) for path in self._paths for step in path}
        return keys | {(ref.table, ref.column) for expr in exprs for ref in refs_of(expr)}

    @cached_property
    def _shown(self) -> set[tuple[str, str]]:
        query = self.query
        exprs = (*query.shown, *query.groups, *(e for e, _ in query.order))
        return {(ref.table, ref.column) for expr in exprs for ref in refs_of(expr)}

    @cached_property
    def _paths(self) -> Sequence[Path]:
        query = self.query
        exprs = (*query.shown, *query.groups, *(e for e, _ in query.order), *self._compared())
        exists = [c.path for one in query.conditions for c in simple_conditions(one) if isinstance(c, Exists)]
        return [*query.joined, *exists, *(ref.path for expr in exprs for ref in refs_of(expr))]

    def _compared(self) -> Iterator[Expr]:
        for condition in (c for one in self.query.conditions for c in simple_conditions(one)):
            if isinstance(condition, Exists):
                yield from (c.expr for c in condition.conditions)
            elif isinstance(condition, InBoth):
                yield from (condition.ref, condition.condition.expr)
            else:
                yield condition.expr
        yield from (having.expr for having in self.query.havings)

    @cached_property
    def _tables(self) -> set[str]:
        ways = {table for path in self._paths for step in path for table in (step.start, step.end)}
        return {self.query.base, *ways}

    @cached_property
    def _words_of_tables(self) -> set[str]:
        tables = [self.schema.tables[table] for table in self._tables]
        return {word for table in tables for form in table.forms for word in form}

    def _columns(self, pairs: set[tuple[str, str]]) -> list[Column]:
        return [self.schema.columns[place] for place in pairs if place in self.schema.columns]

    def _words(self, pairs: set[tuple[str, str]]) -> set[str]:
        return {word for column in self._columns(pairs) for word in column.all_words}
