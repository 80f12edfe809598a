"""From the names of a question to columns and tables over one base table, with the joins that lead to them.

Raises `Unbound` where a name has no one meaning.
"""

from agent_worker.offline.binder.names.binding import CLOSE, FAR, HOP, OWN_WORDS, Binding, Unbound
from agent_worker.offline.binder.names.join_choice import path_to, reach
from agent_worker.offline.binder.query_ir import Compare, Literal, Ref
from agent_worker.offline.lexer.lattice import Name
from agent_worker.offline.schema.join_paths import Path
from agent_worker.offline.schema.lookup import PART, Candidate
from agent_worker.offline.schema.model import Column, Table
from agent_worker.offline.schema.roles import NUMERIC, ColumnKind, ColumnRole, is_scale, yes_and_no

_NEARLY = 0.9
"""How many of its values a column has once that tells its rows apart, though for chance."""
GUESS_CLOSE = 0.2
"""What is as good as equal to a part of a name."""
RANKS = frozenset(("rank", "ranking", "position"))
"""Numbers of which the first is the highest."""


def resolve(b: Binding, name: Name, owner: Name | None, numeric: bool = False) -> tuple[Ref, float]:
    """The one column that a name means here."""
    owners = {c.table for c in owner.tables} if owner else set()
    elsewhere = not any(c.table in owners for c in name.columns)
    found: list[tuple[float, Ref]] = []
    for c in b.joins.reached(name.columns):
        if c.column is None or (numeric and b.column(c).role not in NUMERIC):
            continue
        reached = reach(b, c)
        if reached is None:
            continue
        ref, far = reached
        through = {b.base, *(step.end for step in ref.path[:-1])}
        if (
            owners
            and c.table not in owners
            and not (
                elsewhere
                and (name.text.lower() not in OWN_WORDS or any(are_each(b, one, c.table) for one in owners))
                and owners & through
                and _belongs(b, owners, c.table)
            )
        ):
            continue
        found.append((c.cost + far, ref))
    if not found and name.text.lower() in ("name", "names"):
        for table in owners:
            labels, path = b.schema.tables[table].labels, path_to(b, table)
            if len(labels) == 1 and path is not None:
                found.append((0.15 + len(path) * HOP, Ref(path, table, labels[0].name)))
    if name.text.lower() in ("name", "names"):  # not the name of another thing that stands in its rows
        named = {ref.table for _, ref in found if _is_label(b, ref)}
        found = [(cost, ref) for cost, ref in found if ref.table not in named or _is_label(b, ref)]
    ref, cost = nearest_one(b, found, name.text)
    _check_key(b, name, ref)
    return ref, cost


def take(b: Binding, name: Name, owner: Name | None = None, numeric: bool = False) -> Ref:
    """The one column that a name means here; adds to the cost of `b` by how much it is less sure than the name."""
    ref, cost = resolve(b, name, owner, numeric)
    b.cost += cost - name.cost
    return ref


def _check_key(b: Binding, name: Name, ref: Ref) -> None:
    """Refuse a key for what the table behind it calls so: `room_id` is no "room number" where rooms have one."""
    key = b.schema.refers(ref.table, ref.column)
    own = {(c.table, c.column): c.cost for c in name.columns}
    if key and any(t == key.ref_table and cost < own[ref.table, ref.column] - 0.1 for (t, _), cost in own.items()):
        raise Unbound(f"{name.text} may be several things")


def _is_label(b: Binding, ref: Ref) -> bool:
    return b.column(ref) in b.schema.tables[ref.table].labels


def are_each(b: Binding, table: str, other: str) -> bool:
    """Whether rows without a name of their own are each one of another table's: drivers, who are people."""
    keys = [key for key in b.schema.keys_of(table) if key.ref_table == other]
    unique = len(keys) == 1 and b.schema.columns[table, keys[0].column].info.unique
    return unique and not b.schema.tables[table].labels and not b.schema.plays_part(keys[0])


def _belongs(b: Binding, owners: set[str], table: str) -> bool:
    """Whether the owner refers to a table, so that its columns may be said of the owner."""
    return {key.ref_table for key in b.schema.keys if key.table in owners} == {table}


def nearest_one(b: Binding, found: list[tuple[float, Ref]], text: str) -> tuple[Ref, float]:
    if not found:
        raise Unbound(text)
    found.sort(key=lambda pair: pair[0])
    cost, ref = found[0]
    for other, another in found[1:]:
        guessed = cost >= PART and b.column(another).role is not ColumnRole.IDENTIFIER
        if other < cost + (GUESS_CLOSE if guessed else CLOSE) and not same_column(ref, another):
            raise Unbound(f"{text} may be several things")
    return ref, cost


def same_column(one: Ref, other: Ref) -> bool:
    """Whether two columns are the two sides of a join."""
    longer, shorter = (one, other) if len(one.path) > len(other.path) else (other, one)
    if not longer.path or longer.path[:-1] != shorter.path:
        return one == other
    step = longer.path[-1]
    return (step.start_column, step.end_column) == (shorter.column, longer.column)


def is_amount(b: Binding, ref: Ref) -> bool:
    """Whether a column holds quantities, rather than a few whole numbers that rows may share."""
    column = b.column(ref)
    return column.role is ColumnRole.QUANTITY and not is_scale(column.info)


def resolve_table(b: Binding, name: Name, owner: Name | None = None) -> tuple[Path, Table, float]:
    """The table that a name means here, along keys."""
    found = []
    for c in b.joins.reached(name.tables):
        reached = reach(b, Candidate(c.table, "*", via=c.via))
        if reached is not None:
            found.append((c.cost + len(reached[0].path) * (FAR if c.via[0] else HOP), c.table, reached[0].path))
    if not found:
        raise Unbound(name.text)
    found.sort(key=lambda row: row[0])
    if len(found) > 1 and found[1][0] < found[0][0] + CLOSE:
        raise Unbound(f"{name.text} may be several tables")
    cost, table, path = found[0]
    return path, b.schema.tables[table], cost


def says_yes(b: Binding, ref: Ref, negated: bool) -> Compare | None:
    """The condition that a column says yes, or no; None where it holds neither."""
    column, said = b.column(ref), "no" if negated else "yes"
    if codes := yes_and_no(column.info):
        return Compare(ref, "=", (Literal(codes[negated], said),))
    return Compare(ref, said, ()) if column.kind is ColumnKind.FLAG else None


def tells_apart(b: Binding, column: Column) -> bool:
    """Whether hardly two rows of the base have the same."""
    table = b.table
    return column == table.key or (column.info.distinct or 0) > _NEARLY * table.info.row_count
