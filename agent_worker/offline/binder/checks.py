"""What a bound query must not be: of something else than the question, of nothing it names, or of too much."""

from itertools import pairwise

from agent_worker.offline.binder.names.binding import BRIDGE, Doubtful, Unbound
from agent_worker.offline.binder.query_ir import Agg, Compare, Exists, Expr, InBoth, Ref
from agent_worker.offline.binder.terms.verbs import Spoken
from agent_worker.offline.binder.time.times import Times
from agent_worker.offline.english.word_forms import kin, stem, stems
from agent_worker.offline.grammar.fragments import (
    Group,
    HowMany,
    Mention,
    OnAverage,
    Per,
    Select,
    Share,
    Sort,
    Verb,
    Where,
)
from agent_worker.offline.lexer.lattice import Name, Value
from agent_worker.offline.schema.model import Column
from agent_worker.offline.schema.roles import ColumnKind, ColumnRole

_ADDED = frozenset(("total", "sum", "count", "overall", "combined"))
_ALIKE = frozenset(("share", "shares", "shared"))

_OF_ONE = frozenset(("date", "details", "detail", "description", "summary", "comment", "comments", "notes"))
"""What is said of one row, though others may be alike."""
_SORTS = frozenset(("types", "kinds", "sorts", "categories"))

_RECURRING = frozenset(("hour", "weekday", "day_of_month", "month_of_year", "quarter_of_year"))


def _is_one(name: Name) -> bool:
    """Whether a noun is said of one: "which grade"."""
    last = name.text.lower().split()[-1]
    return stem(last) == last


def _last_noun(fragment: Select | Mention | HowMany | Group) -> Name | None:
    if isinstance(fragment, Select):
        return fragment.items[-1].owner or fragment.items[-1].name
    if isinstance(fragment, Group):
        return fragment.names[-1] if fragment.names else None
    return fragment.name


class Checks(Times):
    """Looks at the whole query beside the question. Each check raises `Unbound`, or `Doubtful`."""

    def _check_terse(self) -> None:
        """What nothing opens is counted by groups; without any, its rows are meant."""
        grouped = bool(self.query.groups or self.query.buckets)
        for select in self.of(Select):
            if select.terse and select.items[0].fn and not grouped:
                raise Unbound("a count of what nobody counts")
            short = any(" " not in name.text for group in self.of(Group) for name in group.names)
            if select.terse and short and any(map(self._is_amount, self.query.groups)):
                raise Unbound("per so many, or by their number")

    def _check_outer(self) -> None:
        """An average of counts is one over all units of time, or over all things of one kind."""
        query = self.query
        ways = [e.per.ref.path for e in query.shown if isinstance(e, Agg) and e.per and e.per.distinct and e.per.ref]
        if any(query.buckets or group.path[: len(way)] != way for way in ways for group in query.groups):
            raise Unbound("a figure per thing, in groups that each thing may be in several of")
        if self.of(OnAverage) and not any(isinstance(e, Agg) and e.fn == "avg" for e in query.shown):
            query.outer = "avg"
        plain = not (query.havings or query.limit or self.of(Share) or self.of(Sort))
        counts = query.aggregates
        single = [e.fn for e in counts] == ["count"] and len(self.of(Per)) + len(self.of(Group)) == 1
        if query.outer and not (plain and single and all(group.names[1:] == () for group in self.of(Group))):
            raise Unbound("an average of counts of what")
        if query.outer and any(bucket.unit in _RECURRING for bucket in query.buckets):
            raise Doubtful("the hour of one day, or of all days")

    def _check_bridge(self) -> None:
        """Things counted over a table that nobody named belong to what a condition says in the way of that table, not
        by a key of their own."""
        counts = [e.ref for e in self.query.shown if isinstance(e, Agg) and e.fn == "count" and e.ref]
        told = any(kin(v.word, w) for v in self.of(Verb) for w in self.table.words)
        if told or self.base in self._named_tables() or not any(ref.table == self.base for ref in counts):
            return
        held = {c.expr.table for c in self.query.conditions if isinstance(c, Compare) and isinstance(c.expr, Ref)}
        for key in (self.schema.refers(ref.table, ref.column) for ref in counts):
            direct = {k.ref_table for k in self.schema.keys_of(key.ref_table)} if key else set()
            both = {t for t in self.schema.tables if key and t != self.base and self._ties(t, key.ref_table, held)}
            if held & direct or both:
                raise Doubtful(f"{', '.join(held)} by {self.base}, or by {', '.join(both) or 'a key'}")

    def _ties(self, table: str, one: str, others: set[str]) -> bool:
        """Whether a table refers to one thing and to others, too."""
        refers = {key.ref_table for key in self.schema.keys_of(table)}
        return one in refers and bool(refers & others)

    def _is_named(self, ref: Ref) -> bool:
        """Whether a condition names its column, so that it is no other one's."""
        wheres = [w for w in self.of(Where) if w.name is not None or w.owner is not None or w.label]
        names = [name for w in wheres for name in (w.name, w.owner) if name]
        return any((c.table, c.column) == (ref.table, ref.column) for name in names for c in name.columns)

    def _only_values(self, plain: list[Ref]) -> bool:
        """Whether columns hold only what many rows may share."""
        columns = [self._column(ref) for ref in plain]
        selects = self.of(Select)
        one = self._lists_values() or self._asks_one() or self._is_of_unnamed() or any(s.single for s in selects)
        one = one or any(s.which and s.items[0].name and _is_one(s.items[0].name) for s in selects)
        roles = (
            ColumnRole.CATEGORY,
            ColumnRole.IDENTIFIER,
            *((ColumnRole.QUANTITY, ColumnRole.YEAR) if one and len(plain) == 1 else ()),
        )
        shared = all(c.role in roles and c.words[-1] not in _OF_ONE and not self._tells_apart(c) for c in columns)
        return shared and not any(ref.path for ref in plain)

    def _asks_values(self) -> bool:
        """Whether values are asked for, each once, rather than what each row has: "which cities", "the cities with a
        cinema", "the grade"."""
        first = self.of(Select)[:1]
        asked = self._asks_one() or any(s.which or (s.single and len(s.items) == 1) for s in first)
        asked = asked or self._is_of_unnamed()
        done = self.of(Verb) and len(self._items()) == 1 and self._items()[0].owner is None  # where customers live
        with_base = any((m.has or done) and self.base in {c.table for c in m.name.tables} for m in self.of(Mention))
        return (asked or with_base or self._lists_values()) and not self.of(Group)

    def _is_of_unnamed(self) -> bool:
        """Whether one thing is asked of rows that nobody named, so that these are not asked for."""
        return len(self._items()) == 1 and self.base not in self._named_tables()

    def _asks_one(self) -> bool:
        """Whether one value is asked for: "the grade taught in classroom 103"."""
        items = self._items()
        return len(items) == 1 and items[0].owner is None and items[0].name is not None and _is_one(items[0].name)

    def _lists_values(self) -> bool:
        """Whether one column is asked for of nothing: "all payment methods" are its values, not one for each row."""
        items, query = self._items(), self.query
        if len(items) != 1 or items[0].name is None or query.order or query.conditions:
            return False
        name, owner = items[0].name, items[0].owner
        if owner is not None:  # "the types of forms"
            return name.text.lower() in _SORTS and owner.start == name.end + 1
        return not self.of(Mention)

    def _check_rows(self, plain: list[Ref]) -> None:
        """Rows of the base are rows of what is asked for; and what is asked for is not what was said."""
        ranked = [e for e, _ in self.query.order if isinstance(e, Ref)] if self.query.limit else []
        added = any(i.fn == "" and i.name and i.name.text.lower().split()[0] in _ADDED for i in self._items())
        if (self.told_by or (added and len(plain) == 1 and not self.of(Sort))) and not self._is_of_one_thing():
            raise Doubtful("how many of each, or of all")
        if plain and all(ref.path for ref in plain) and not self.query.everything:
            shared = {ref.path[:1] for ref in (*plain, *ranked)}
            own = [Ref((), self.base, c.name) for c in self.table.labels]
            if own and shared <= self.parts and (self.query.conditions or self.base in self.mentioned):
                self.query.shown[:0] = own
            elif len(shared) == 1 and not (self._base_is_said() and self._are(self.base, plain[0].table)):
                raise Unbound("rows of another table")
        named = self._named_tables()
        ways = {ref.path for ref in plain}
        if self.base not in named and len(ways) > 1 and () not in ways and not (self.of(Verb) or self.of(Group)):
            raise Doubtful("lists of two things, or what belongs together")
        keys = [self.schema.refers(ref.table, ref.column) for ref in plain]
        words = {stem(word) for name in self._item_names() for word in name.text.lower().split()}
        told = named | {t.name for t in self.schema.tables.values() if words & stems(t.words)}
        if keys and self.base not in named and all(key and key.ref_table in told for key in keys):
            self.cost += BRIDGE  # the numbers of things, not those of what nobody named
        if plain and all(self._yes(ref, False) for ref in plain) and not self._is_of_one_thing():
            raise Doubtful(f"{plain[0].column} of each, or those of which it holds")
        if len(plain) == 1 and self._is_number_of_things(plain[0]):
            raise Doubtful(f"the {plain[0].column}, or how many")
        bare = any(select.bare and not select.distinct for select in self.of(Select)) and not self.table.labels
        if bare and len(plain) == 1 and not plain[0].path and self._is_amount(plain[0]) and not self._is_of_one_thing():
            raise Doubtful(f"{plain[0].column} of each row, or of all together")
        said = {
            c.expr
            for c in self.query.conditions
            if isinstance(c, Compare) and c.operator == "=" and len(c.operands) == 1
        }
        if plain and (all(ref in said for ref in plain) or self._asks_again(said)):
            raise Unbound("asks for what it says")

    def _check_told_before(self, where: Where, mention: Mention) -> None:
        """What stands right before a noun is said of it: a female ward is none of female patients."""
        values = [one for one in where.operands if isinstance(one, Value)]
        if not values or values[-1].end != mention.name.start or where.name or where.owner or where.label:
            return
        own = {c.table for c in mention.name.tables}
        if where.never or not any(ref.table in self.schema.referred_by(own) for value in values for ref in value.refs):
            raise Unbound(f"{values[-1].text} of something else than {mention.name.text}")

    def _is_number_of_things(self, ref: Ref) -> bool:
        """Whether a column says how many there are of what others beside it tell of: `guests`, with `guest_name`."""
        column = self._column(ref)
        told = [c for c in self.schema.tables[ref.table].columns if len(c.all_words) > 1 and c.kind is ColumnKind.TEXT]
        same = len(column.words) == 1 and any(stem(c.all_words[0]) == stem(column.words[0]) for c in told)
        return column.role is ColumnRole.QUANTITY and same

    def _asks_again(self, said: set[Expr]) -> bool:
        """ "Who advises Linda Smith? Give the first name": of somebody else."""
        known = {(ref.table, ref.column) for ref in said if isinstance(ref, Ref)}
        again = [item.name for select in self.of(Select)[1:] for item in select.items if item.name]
        return bool(again) and all(known & {(c.table, c.column) for c in name.candidates} for name in again)

    def _is_of_one_thing(self) -> bool:
        """Whether rows are told apart by what is shown, or there is only the one that the question names."""
        own = self._named_by()
        fixed = [c.expr for c in self.query.conditions if isinstance(c, Compare) and c.operator == "="]
        return any(isinstance(e, Ref) and self._column(e) in own for e in (*self.query.shown, *fixed))

    def _asked(self, ref: Ref) -> bool:
        """Whether a column is of a thing that is asked for, rather than grouped by."""
        return any(e.path == ref.path and e.table == ref.table for e in self.entities)

    def _own_names(self) -> tuple[Column | None, ...]:
        """The columns of the base that name its rows one by one."""
        table = self.table
        return (table.key, *(c for c in table.labels if (c.info.distinct or 0) >= table.info.row_count))

    def _verbs(self) -> None:
        """What verbs speak of must be in the query."""
        spoken = Spoken(self.schema, self.query)
        for verb in self.of(Verb):
            if (verb.word in _ALIKE and not self._tells_alike()) or not spoken.has(verb):
                raise Unbound(f"{verb.word} speaks of something else")

    def _tells_alike(self) -> bool:
        """Whether what several have alike is asked of groups, or of what two conditions hold for."""
        return self.query.aggregated or any(isinstance(c, InBoth | Exists) for c in self.query.conditions)

    def _check_owners(self) -> None:
        """Names are of something that the question names, or that this refers to."""
        said = self._named_tables()
        told = {
            t.name for v in self.of(Verb) for t in self.schema.tables.values() if any(kin(v.word, w) for w in t.words)
        }
        near = self.schema.referred_by(said) | told
        for ref in (*(e for e in self.query.shown if isinstance(e, Ref)), *self.query.groups):
            key = self.schema.refers(ref.table, ref.column)
            if key is not None and key.ref_table in said:
                continue  # the key of what is named stands there, too
            label = self._column(ref) in self.schema.tables[ref.table].labels
            unsaid = label or (self.base not in said and self.base not in near and ref.table != self.base)
            if unsaid and said and ref.table not in near and not self._says_table(ref):
                raise Unbound(f"{ref.column} of {ref.table}, which nobody named")

    def _says_table(self, ref: Ref) -> bool:
        """Whether the name of a column says its table too: "product names"."""
        noun = stems(self.schema.tables[ref.table].words)
        names = [*self._item_names(), *(name for group in self.of(Group) for name in group.names)]
        told = [n for n in names if any((c.table, c.column) == (ref.table, ref.column) for c in n.candidates)]
        return any(noun & stems(name.text.lower().split()) for name in told) or not told

    def _check_relations(self) -> None:
        """ "employees who report to Payam" are not those called so; "movie ratings" are ratings."""
        fragments = self.parse.fragments
        for first, second in pairwise(fragments):
            if isinstance(first, Mention) and isinstance(second, Select):
                again = second.items[0]
                if again.fn == "" and again.name and again.name.tables and again.name.start <= first.name.end + 2:
                    raise Unbound(f"{first.name.text} and {again.name.text}")
            if isinstance(first, Where) and isinstance(second, Mention):
                self._check_told_before(first, second)
            if isinstance(first, Verb) and isinstance(second, Where) and second.name is None and not second.label:
                same = [c.expr for c in self.query.conditions if isinstance(c, Compare) and isinstance(c.expr, Ref)]
                own = [ref for ref in same if not ref.path and self._column(ref) in self._named_by()]
                values = {r.column for v in second.operands if isinstance(v, Value) for r in v.refs}
                if any(ref.column in values for ref in own):
                    raise Doubtful(f"{first.word} whom")
            if isinstance(first, (Select, Mention, HowMany, Group)) and isinstance(second, Mention):
                last = _last_noun(first)
                if last is not None and last.end == second.name.start:
                    counted = isinstance(first, Select) and first.items[-1].fn == "count"
                    kind = Doubtful if counted else Unbound
                    raise kind(f"{last.text} of {second.name.text}")
