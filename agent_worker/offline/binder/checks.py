"""Checks of a whole query beside its question: is it of what the question names, of all of it, and of no more?

Each check raises `Unbound`, or `Doubtful` where the question may mean two things.
"""

from itertools import pairwise

from agent_worker.offline.binder.columns import naming_columns
from agent_worker.offline.binder.names.binding import BRIDGE, Binding, Doubtful, Unbound
from agent_worker.offline.binder.names.name_resolution import are_each, is_amount, says_yes, tells_apart
from agent_worker.offline.binder.query_ir import Agg, Compare, Exists, Expr, InBoth, Ref
from agent_worker.offline.binder.terms.verbs import Spoken
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


def check_terse(b: Binding) -> None:
    """Refuse a count that nothing opens ("flights") unless it is by groups, and groups by an amount."""
    grouped = bool(b.query.groups or b.query.buckets)
    for select in b.of(Select):
        if select.terse and select.items[0].fn and not grouped:
            raise Unbound("a count of what nobody counts")
        short = any(" " not in name.text for group in b.of(Group) for name in group.names)
        if select.terse and short and any(is_amount(b, ref) for ref in b.query.groups):
            raise Unbound("per so many, or by their number")


def check_outer(b: Binding) -> None:
    """Set the average of counts that a question asks for, over all units of time or over all things of one kind."""
    query = b.query
    ways = [e.per.ref.path for e in query.shown if isinstance(e, Agg) and e.per and e.per.distinct and e.per.ref]
    if any(query.buckets or group.path[: len(way)] != way for way in ways for group in query.groups):
        raise Unbound("a figure per thing, in groups that each thing may be in several of")
    if b.of(OnAverage) and not any(isinstance(e, Agg) and e.fn == "avg" for e in query.shown):
        query.outer = "avg"
    plain = not (query.havings or query.limit or b.of(Share) or b.of(Sort))
    counts = query.aggregates
    single = [e.fn for e in counts] == ["count"] and len(b.of(Per)) + len(b.of(Group)) == 1
    if query.outer and not (plain and single and all(group.names[1:] == () for group in b.of(Group))):
        raise Unbound("an average of counts of what")
    if query.outer and any(bucket.unit in _RECURRING for bucket in query.buckets):
        raise Doubtful("the hour of one day, or of all days")


def check_bridge(b: Binding) -> None:
    """Things counted over a table that nobody named belong to what a condition says in the way of that table, not
    by a key of their own."""
    counts = [e.ref for e in b.query.shown if isinstance(e, Agg) and e.fn == "count" and e.ref]
    told = any(kin(v.word, w) for v in b.of(Verb) for w in b.table.words)
    if told or b.base in b.named_tables or not any(ref.table == b.base for ref in counts):
        return
    held = {c.expr.table for c in b.query.conditions if isinstance(c, Compare) and isinstance(c.expr, Ref)}
    for key in (b.schema.refers(ref.table, ref.column) for ref in counts):
        direct = {k.ref_table for k in b.schema.keys_of(key.ref_table)} if key else set()
        both = {t for t in b.schema.tables if key and t != b.base and _ties(b, t, key.ref_table, held)}
        if held & direct or both:
            raise Doubtful(f"{', '.join(held)} by {b.base}, or by {', '.join(both) or 'a key'}")


def _ties(b: Binding, table: str, one: str, others: set[str]) -> bool:
    """Whether a table refers to one thing and to others, too."""
    refers = {key.ref_table for key in b.schema.keys_of(table)}
    return one in refers and bool(refers & others)


def is_named(b: Binding, ref: Ref) -> bool:
    """Whether a condition names its column, so that it is no other one's."""
    wheres = [w for w in b.of(Where) if w.name is not None or w.owner is not None or w.label]
    names = [name for w in wheres for name in (w.name, w.owner) if name]
    return any((c.table, c.column) == (ref.table, ref.column) for name in names for c in name.columns)


def only_values(b: Binding, plain: list[Ref]) -> bool:
    """Whether columns hold only what many rows may share."""
    columns = [b.column(ref) for ref in plain]
    selects = b.of(Select)
    one = _lists_values(b) or _asks_one(b) or _is_of_unnamed(b) or any(s.single for s in selects)
    one = one or any(s.which and s.items[0].name and _is_one(s.items[0].name) for s in selects)
    roles = (
        ColumnRole.CATEGORY,
        ColumnRole.IDENTIFIER,
        *((ColumnRole.QUANTITY, ColumnRole.YEAR) if one and len(plain) == 1 else ()),
    )
    shared = all(c.role in roles and c.words[-1] not in _OF_ONE and not tells_apart(b, c) for c in columns)
    return shared and not any(ref.path for ref in plain)


def asks_values(b: Binding) -> bool:
    """Whether values are asked for, each once, rather than what each row has: "which cities", "the cities with a
    cinema", "the grade"."""
    first = b.of(Select)[:1]
    asked = _asks_one(b) or any(s.which or (s.single and len(s.items) == 1) for s in first)
    asked = asked or _is_of_unnamed(b)
    done = b.of(Verb) and len(b.items) == 1 and b.items[0].owner is None  # where customers live
    with_base = any((m.has or done) and b.base in {c.table for c in m.name.tables} for m in b.of(Mention))
    return (asked or with_base or _lists_values(b)) and not b.of(Group)


def _is_of_unnamed(b: Binding) -> bool:
    """Whether one thing is asked of rows that nobody named, so that these are not asked for."""
    return len(b.items) == 1 and b.base not in b.named_tables


def _asks_one(b: Binding) -> bool:
    """Whether one value is asked for: "the grade taught in classroom 103"."""
    items = b.items
    return len(items) == 1 and items[0].owner is None and items[0].name is not None and _is_one(items[0].name)


def _lists_values(b: Binding) -> bool:
    """Whether one column is asked for of nothing: "all payment methods" are its values, not one for each row."""
    items, query = b.items, b.query
    if len(items) != 1 or items[0].name is None or query.order or query.conditions:
        return False
    name, owner = items[0].name, items[0].owner
    if owner is not None:  # "the types of forms"
        return name.text.lower() in _SORTS and owner.start == name.end + 1
    return not b.of(Mention)


def check_rows(b: Binding, plain: list[Ref]) -> None:
    """Rows of the base are rows of what is asked for; and what is asked for is not what was said."""
    ranked = [e for e, _ in b.query.order if isinstance(e, Ref)] if b.query.limit else []
    added = any(i.fn == "" and i.name and i.name.text.lower().split()[0] in _ADDED for i in b.items)
    if (b.told_by or (added and len(plain) == 1 and not b.of(Sort))) and not _is_of_one_thing(b):
        raise Doubtful("how many of each, or of all")
    if plain and all(ref.path for ref in plain) and not b.query.everything:
        shared = {ref.path[:1] for ref in (*plain, *ranked)}
        own = [Ref((), b.base, c.name) for c in b.table.labels]
        if own and shared <= b.parts and (b.query.conditions or b.base in b.mentioned):
            b.query.shown[:0] = own
        elif len(shared) == 1 and not (b.base_is_said() and are_each(b, b.base, plain[0].table)):
            raise Unbound("rows of another table")
    named = b.named_tables
    ways = {ref.path for ref in plain}
    if b.base not in named and len(ways) > 1 and () not in ways and not (b.of(Verb) or b.of(Group)):
        raise Doubtful("lists of two things, or what belongs together")
    keys = [b.schema.refers(ref.table, ref.column) for ref in plain]
    words = {stem(word) for name in b.item_names() for word in name.text.lower().split()}
    told = named | {t.name for t in b.schema.tables.values() if words & stems(t.words)}
    if keys and b.base not in named and all(key and key.ref_table in told for key in keys):
        b.cost += BRIDGE  # the numbers of things, not those of what nobody named
    if plain and all(says_yes(b, ref, False) for ref in plain) and not _is_of_one_thing(b):
        raise Doubtful(f"{plain[0].column} of each, or those of which it holds")
    if len(plain) == 1 and is_number_of_things(b, plain[0]):
        raise Doubtful(f"the {plain[0].column}, or how many")
    bare = any(select.bare and not select.distinct for select in b.of(Select)) and not b.table.labels
    if bare and len(plain) == 1 and not plain[0].path and is_amount(b, plain[0]) and not _is_of_one_thing(b):
        raise Doubtful(f"{plain[0].column} of each row, or of all together")
    said = {c.expr for c in b.query.conditions if isinstance(c, Compare) and c.operator == "=" and len(c.operands) == 1}
    if plain and (all(ref in said for ref in plain) or _asks_again(b, said)):
        raise Unbound("asks for what it says")


def _check_told_before(b: Binding, where: Where, mention: Mention) -> None:
    """What stands right before a noun is said of it: a female ward is none of female patients."""
    values = [one for one in where.operands if isinstance(one, Value)]
    if not values or values[-1].end != mention.name.start or where.name or where.owner or where.label:
        return
    own = {c.table for c in mention.name.tables}
    if where.never or not any(ref.table in b.schema.referred_by(own) for value in values for ref in value.refs):
        raise Unbound(f"{values[-1].text} of something else than {mention.name.text}")


def is_number_of_things(b: Binding, ref: Ref) -> bool:
    """Whether a column says how many there are of what others beside it tell of: `guests`, with `guest_name`."""
    column = b.column(ref)
    told = [c for c in b.schema.tables[ref.table].columns if len(c.all_words) > 1 and c.kind is ColumnKind.TEXT]
    same = len(column.words) == 1 and any(stem(c.all_words[0]) == stem(column.words[0]) for c in told)
    return column.role is ColumnRole.QUANTITY and same


def _asks_again(b: Binding, said: set[Expr]) -> bool:
    """ "Who advises Linda Smith? Give the first name": of somebody else."""
    known = {(ref.table, ref.column) for ref in said if isinstance(ref, Ref)}
    again = [item.name for select in b.of(Select)[1:] for item in select.items if item.name]
    return bool(again) and all(known & {(c.table, c.column) for c in name.candidates} for name in again)


def _is_of_one_thing(b: Binding) -> bool:
    """Whether rows are told apart by what is shown, or there is only the one that the question names."""
    own = naming_columns(b)
    fixed = [c.expr for c in b.query.conditions if isinstance(c, Compare) and c.operator == "="]
    return any(isinstance(e, Ref) and b.column(e) in own for e in (*b.query.shown, *fixed))


def is_asked_for(b: Binding, ref: Ref) -> bool:
    """Whether a column is of a thing that is asked for, rather than grouped by."""
    return any(e.path == ref.path and e.table == ref.table for e in b.entities)


def own_names(b: Binding) -> tuple[Column | None, ...]:
    """The columns of the base that name its rows one by one."""
    table = b.table
    return (table.key, *(c for c in table.labels if (c.info.distinct or 0) >= table.info.row_count))


def check_verbs(b: Binding) -> None:
    """Refuse a query that lacks what a verb of the question speaks of."""
    spoken = Spoken(b.schema, b.query)
    for verb in b.of(Verb):
        if (verb.word in _ALIKE and not _tells_alike(b)) or not spoken.has(verb):
            raise Unbound(f"{verb.word} speaks of something else")


def _tells_alike(b: Binding) -> bool:
    """Whether what several have alike is asked of groups, or of what two conditions hold for."""
    return b.query.aggregated or any(isinstance(c, InBoth | Exists) for c in b.query.conditions)


def check_owners(b: Binding) -> None:
    """Names are of something that the question names, or that this refers to."""
    said = b.named_tables
    told = {t.name for v in b.of(Verb) for t in b.schema.tables.values() if any(kin(v.word, w) for w in t.words)}
    near = b.schema.referred_by(said) | told
    for ref in (*(e for e in b.query.shown if isinstance(e, Ref)), *b.query.groups):
        key = b.schema.refers(ref.table, ref.column)
        if key is not None and key.ref_table in said:
            continue  # the key of what is named stands there, too
        label = b.column(ref) in b.schema.tables[ref.table].labels
        unsaid = label or (b.base not in said and b.base not in near and ref.table != b.base)
        if unsaid and said and ref.table not in near and not _says_table(b, ref):
            raise Unbound(f"{ref.column} of {ref.table}, which nobody named")


def _says_table(b: Binding, ref: Ref) -> bool:
    """Whether the name of a column says its table too: "product names"."""
    noun = stems(b.schema.tables[ref.table].words)
    names = [*b.item_names(), *(name for group in b.of(Group) for name in group.names)]
    told = [n for n in names if any((c.table, c.column) == (ref.table, ref.column) for c in n.candidates)]
    return any(noun & stems(name.text.lower().split()) for name in told) or not told


def check_relations(b: Binding) -> None:
    """ "employees who report to Payam" are not those called so; "movie ratings" are ratings."""
    fragments = b.parse.fragments
    for first, second in pairwise(fragments):
        if isinstance(first, Mention) and isinstance(second, Select):
            again = second.items[0]
            if again.fn == "" and again.name and again.name.tables and again.name.start <= first.name.end + 2:
                raise Unbound(f"{first.name.text} and {again.name.text}")
        if isinstance(first, Where) and isinstance(second, Mention):
            _check_told_before(b, first, second)
        if isinstance(first, Verb) and isinstance(second, Where) and second.name is None and not second.label:
            same = [c.expr for c in b.query.conditions if isinstance(c, Compare) and isinstance(c.expr, Ref)]
            own = [ref for ref in same if not ref.path and b.column(ref) in naming_columns(b)]
            values = {r.column for v in second.operands if isinstance(v, Value) for r in v.refs}
            if any(ref.column in values for ref in own):
                raise Doubtful(f"{first.word} whom")
        if isinstance(first, (Select, Mention, HowMany, Group)) and isinstance(second, Mention):
            last = _last_noun(first)
            if last is not None and last.end == second.name.start:
                counted = isinstance(first, Select) and first.items[-1].fn == "count"
                kind = Doubtful if counted else Unbound
                raise kind(f"{last.text} of {second.name.text}")
