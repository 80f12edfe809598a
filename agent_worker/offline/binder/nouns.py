"""What rows are of: groups, tables that a question names, and those that must have no row."""

from agent_worker.offline.binder.names.binding import EXISTS, FAR, Binding, Doubtful, Unbound
from agent_worker.offline.binder.names.join_choice import any_path, is_plain_way, join, tables_passed
from agent_worker.offline.binder.names.name_resolution import is_amount, resolve_table, same_column
from agent_worker.offline.binder.query_ir import Compare, Exists, Ref, nearest
from agent_worker.offline.binder.shown import Thing, one_of_each
from agent_worker.offline.binder.terms.calendar import parts_of
from agent_worker.offline.english.vocabulary import DERIVED, UNIT_PHRASES
from agent_worker.offline.english.word_forms import kin, stem
from agent_worker.offline.grammar.fragments import Absent, Group, Having, HowMany, Mention, Rank, Verb
from agent_worker.offline.lexer.lattice import Name
from agent_worker.offline.schema.join_paths import Path, is_functional
from agent_worker.offline.schema.lookup import PART
from agent_worker.offline.schema.model import Table
from agent_worker.offline.schema.roles import NUMERIC, ColumnRole

_SHARED = (ColumnRole.CATEGORY, ColumnRole.IDENTIFIER)
"""What many rows may have alike."""


def bind_group(b: Binding, group: Group) -> None:
    aggregated = bool(b.query.aggregates) or b.of(HowMany) or b.of(Having)
    if not group.firm and not aggregated:
        raise Unbound("by, without a figure")
    if not group.names and not b.query.columns:
        raise Unbound("each of what")
    for name in group.names:
        if group.firm and not aggregated and b.of(Rank):
            _first_of_each(b, name)
            continue
        b.role = group.role
        _group_by(b, name, bool(aggregated), group.firm)
        b.role = ""


def _group_by(b: Binding, name: Name, aggregated: bool, firm: bool) -> None:
    if aggregated and any(c.table == b.base and c.cost <= name.cost + 0.15 for c in name.tables):
        aggregates = b.query.aggregates
        if firm and len(aggregates) == len(b.query.shown) == 1 and aggregates[0].fn in ("avg", "median"):
            return  # "average fare per trip"
        raise Unbound("each thing is one row")
    own = parts_of(b.schema, b.base) if name.text.lower() in UNIT_PHRASES else None
    if own and {c.column for c in name.columns} & {ref.column for ref in own.parts.values()}:
        raise Unbound("a unit of time")
    found = _grouped(b, name)
    way = found.path if isinstance(found, Ref) else found[0]
    if not firm and any(way[: len(path)] == path for path in b.each):
        raise Unbound("for each thing, or in all for those that share it")
    if isinstance(found, Ref):
        if b.query.everything:
            raise Unbound(f"all columns, and {name.text}")
        if firm and not aggregated and b.column(found).role is ColumnRole.QUANTITY:
            raise Doubtful(f"per so many, or by {found.column}")
        keyed = b.table.key == b.column(found)
        each = keyed or any(c.table == b.base for c in name.tables)
        if not aggregated and firm and b.query.shown and b.column(found).role in _SHARED and not each:
            b.query.doubtful = True  # one row for each of them, or for each of theirs
        if aggregated:
            b.query.groups.append(found)
        if found not in b.query.shown:
            b.query.shown.insert(0, found)
        return
    path, table = found
    if not aggregated and not path:
        b.of_each = True
        named = table.labels or ((table.key,) if table.key else ())
        labels = [Ref((), b.base, column.name) for column in named]
        if not b.query.everything and not any(label in b.query.shown for label in labels):
            b.query.shown[:0] = labels
        return
    if not aggregated and b.query.everything:
        raise Unbound(f"all columns, and those of {name.text}")
    if not path:
        raise Unbound("each thing is one row")
    b.each += [path] if firm and aggregated else []
    if not aggregated and firm and any(isinstance(e, Ref) and not e.path for e in b.query.shown):
        b.query.doubtful = True  # all that each has, or a figure of them
    refs = _named_refs(path, table)
    if aggregated:
        b.query.groups += refs
    if aggregated:  # rows of none are not of one of them
        b.query.conditions += [Compare(ref, "known", ()) for ref in refs[:1] if b.column(ref).info.nulls]
    join(b, () if aggregated else path)
    shown = b.query.columns
    b.query.shown[:0] = [ref for ref in refs if not any(same_column(ref, other) for other in shown)]


def _grouped(b: Binding, name: Name) -> Ref | Thing:
    """The column or the thing to group by, of which each row of the base has one."""
    cost, found = one_of_each(b, name)
    way = found.path if isinstance(found, Ref) else found[0]
    _check_way(b, way, name)
    b.cost += max(cost - name.cost - FAR * len(way), 0.0)
    if isinstance(found, Ref) and way and name.text.lower() in UNIT_PHRASES and cost >= PART - FAR:
        raise Unbound("a unit of time, or a part of another thing's name")
    return found


def _named_refs(path: Path, table: Table) -> list[Ref]:
    """The key and the names of a thing."""
    columns = [*((table.key,) if table.key else ()), *table.labels]
    if not columns:
        raise Unbound(f"{table.noun} has no key")
    return [nearest(Ref(path, table.name, column.name)) for column in columns]


def _first_of_each(b: Binding, name: Name) -> None:
    """Take the first rows of each of these, rather than of all."""
    found = _grouped(b, name)
    if isinstance(found, Ref) and is_amount(b, found):
        raise Doubtful(f"per so many, or by {found.column}")
    refs = [found] if isinstance(found, Ref) else _named_refs(*found)
    if not isinstance(found, Ref) and not found[0]:
        raise Unbound("each thing is one row")
    b.query.within += refs[:1]
    shown = [ref for ref in refs if ref not in b.query.shown and not (b.query.everything and not ref.path)]
    b.query.shown[:0] = shown


def _check_way(b: Binding, path: Path, name: Name) -> None:
    """Refuse a group to which several ways lead, such as customers' and suppliers' nations, where none is said."""
    ways = b.joins.functional(path[-1].end) if len(path) > 1 else []
    told = any(c.via[0] and c.table == path[-1].end for c in name.candidates) if path else False
    plain = is_plain_way(b, path) and not any(is_plain_way(b, way) for way in ways if way != path)
    if len(ways) > 1 and not told and not plain and not tables_passed(b, path):
        raise Doubtful(f"{name.text} of which of several")


def bind_mention(b: Binding, mention: Mention) -> None:
    """Join a table that the question names, or require a row of it."""
    tables = mention.name.tables
    if any(c.table == b.base for c in tables):
        b.cost += min(c.cost for c in tables if c.table == b.base) - mention.name.cost
        return
    reached = _reached(b, mention.name)
    if reached is not None:
        join(b, reached[0])
        b.cost += reached[1] - mention.name.cost
        return
    path, cost = any_path(b, [c.table for c in tables])
    if _covered(b, path):
        return
    if b.of(Absent):
        raise Unbound("some beside none")
    if mention.of or is_functional(path):
        raise Unbound(f"those of some {mention.name.text}, or all")
    b.query.conditions.append(Exists(path))
    b.cost += EXISTS + cost + (0.0 if mention.has or _linked(b) else 0.3)


def _reached(b: Binding, name: Name) -> tuple[Path, float] | None:
    try:
        path, _, cost = resolve_table(b, name)
    except Unbound:
        return None
    return path, cost


def _linked(b: Binding) -> bool:
    return bool(b.of(Verb))


def _covered(b: Binding, path: Path) -> bool:
    """Whether a condition speaks of rows on this way already."""
    return any(isinstance(c, Exists) and c.path[: len(path)] == path for c in b.query.conditions)


def _unfilled(b: Binding, name: Name) -> Ref | None:
    """The one column of the base that a name means, where it is empty in some rows."""
    best = name.cost
    own = [c for c in name.columns if c.table == b.base and c.cost <= best + 0.1]
    return Ref((), b.base, own[0].column or "") if len(own) == 1 and b.column(own[0]).info.nulls else None


def _is_above_zero(b: Binding, ref: Ref) -> bool:
    """Whether a number is never 0, so that none of it is that it is missing."""
    least = b.column(ref).info.minimum or ""
    return least.replace(".", "", 1).isdigit() and float(least) > 0


def _done_by(b: Binding, verb: str) -> list[str]:
    """The tables that a verb tells of: loans of "borrowed"; of "used", the only one that refers to the base."""
    noun = stem(DERIVED.get(verb, ""))
    tables = b.schema.tables.values()
    found = [t.name for t in tables if any(kin(verb, w) or stem(w) == noun for w in t.words)]
    users = {key.table for key in b.schema.keys_to(b.base)}
    return list(users) if not found and verb == "used" and len(users) == 1 else found


def bind_absent(b: Binding, absent: Absent) -> None:
    tables = [c.table for c in absent.name.tables] if absent.name else _done_by(b, absent.verb)
    if b.base in tables:
        raise Unbound("absent from itself")
    asked = [c for i in b.items if i.name and not i.owner for c in i.name.columns if c.cost <= i.name.cost]
    facts = [c for c in asked if not c.via[0] and b.column(c).role not in (ColumnRole.LABEL, ColumnRole.IDENTIFIER)]
    if {c.table for c in facts} > {b.base} and any(c.table in tables for c in facts):
        raise Unbound("of what has none, or of what is absent")
    if absent.name is not None and (ref := _unfilled(b, absent.name)):
        if b.column(ref).role in NUMERIC and not absent.missing and not _is_above_zero(b, ref):
            raise Doubtful(f"{ref.column} missing, or zero")
        if b.column(ref).role is ColumnRole.FLAG and not absent.missing:
            raise Unbound(f"not {ref.column}, or not known")
        b.query.conditions.append(Compare(ref, "null", ()))
        return
    path, cost = any_path(b, tables)
    if is_functional(path):
        key = Ref((), b.base, path[0].key.column) if b.joins.functional(path[-1].end) == [path[:1]] else None
        if key is None or not b.column(key).info.nulls:
            raise Unbound("the key itself is missing")
        b.query.conditions.append(Compare(key, "null", ()))
        b.cost += cost
        return
    b.query.conditions.append(Exists(path, negated=True))
    b.cost += cost
