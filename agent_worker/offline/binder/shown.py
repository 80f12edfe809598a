"""What is shown: columns, whole rows, counts and other figures."""

from dataclasses import replace

from agent_worker.offline.binder.aggregates.counts import add_count, role_of
from agent_worker.offline.binder.aggregates.functions import add_aggregate, add_shown, add_span, ratio_of
from agent_worker.offline.binder.names.binding import OWN_WORDS, Binding, Doubtful, Unbound
from agent_worker.offline.binder.names.name_resolution import resolve, resolve_table
from agent_worker.offline.binder.query_ir import Agg, Ref
from agent_worker.offline.binder.terms.measures import declared
from agent_worker.offline.english.vocabulary import AMOUNTS, ID_WORDS
from agent_worker.offline.english.word_forms import stem, stems
from agent_worker.offline.grammar.fragments import Everything, Group, Mention, Select, SelectItem
from agent_worker.offline.lexer.lattice import Name
from agent_worker.offline.schema.join_paths import Path, step_of
from agent_worker.offline.schema.lookup import PART
from agent_worker.offline.schema.matching import parts_of
from agent_worker.offline.schema.model import Table
from agent_worker.offline.schema.roles import NUMERIC

_GENERIC = frozenset(
    """name names type types id ids date dates description descriptions code codes details detail number status title
    titles address addresses count location locations""".split()  # noqa: SIM905
)

Thing = tuple[Path, Table]
"""A row of a table, and the way to it."""


def show_everything(b: Binding, everything: Everything) -> None:
    if everything.name is not None and b.base not in {c.table for c in everything.name.tables}:
        raise Unbound("everything of another table")
    b.query.everything = True
    b.entities.append(Ref((), b.base, "*"))


def in_total(b: Binding, item: SelectItem) -> SelectItem:
    """The "total deliveries" are their number, where no figure is called so and they are no money."""
    name = item.name if item.rows else None
    table = next((c.table for c in name.tables if c.cost <= 0.1), "") if name else ""
    called = [c for c in name.columns if c.cost < PART] if name else []
    named = [b.column(c) for c in called if role_of(b, c) in NUMERIC]
    columns = b.schema.tables[table].columns if table else ()
    named += [c for c in columns if {"total", "tot"} & set(c.all_words)]
    plain = table and not named and stem(b.schema.tables[table].words[-1]) not in AMOUNTS
    return replace(item, fn="count", guessed=False) if plain else item


def show_item(b: Binding, item: SelectItem, size: int) -> None:
    item = in_total(b, item) if size == 1 else item
    if item.since is not None:
        add_span(b, item, item.since)
    elif item.name and (figure := declared(b.schema.catalog, b.base, item.name, item.fn)):
        add_shown(b, figure)
    elif item.fn == "per" and item.other:
        add_shown(b, ratio_of(b, item, item.other))
    elif item.fn == "count":
        add_count(b, item)
        b.query.outer = item.over
    elif item.fn:
        assert item.name is not None
        add_aggregate(b, item)
    else:
        assert item.name is not None
        _plain(b, item, size)


def check_items(b: Binding) -> None:
    """Things are counted over their own rows: two kinds of them, over two."""
    counts = [e for e in b.query.aggregates if e.fn == "count"]
    things = [i for i in b.items if i.fn == "count" and i.name and i.name.tables and not i.distinct]
    if len(things) > 1 and len(counts) > 1 and Agg("count") in counts:
        raise Doubtful("counts of two things")
    if len(things) > 1 and b.base not in b.mentioned | {c.table for i in things if i.name for c in i.name.tables}:
        raise Doubtful("all of two things, or those that something else tells of")
    own = [i for i in b.items if i.name and i.name.text.lower() in OWN_WORDS]
    for items in (own, *(select.items for select in b.of(Select))):
        texts = [(i.fn, i.name.text.lower()) for i in items if i.name]
        if len(set(texts)) < len(texts) and len(b.query.shown) < len(b.items):
            raise Unbound("the same twice")


def _plain(b: Binding, item: SelectItem, size: int) -> None:
    assert item.name is not None
    cost, found = one_of_each(b, item.name, item.owner)
    _check_item(b, item, found)
    b.cost += cost - item.name.cost
    if isinstance(found, Ref):
        add_shown(b, found)
        b.entities.append(found)
    else:
        _show_entity(b, *found, alone=size == 1)


def one_of_each(b: Binding, name: Name, owner: Name | None = None) -> tuple[float, Ref | Thing]:
    """What there is one of in each row of the base, by that name: a column, or a thing, whichever is nearer."""
    options: list[tuple[float, Ref | Thing]] = []
    try:
        ref, cost = resolve(b, name, owner)
        options.append((cost, ref))
    except Unbound as problem:
        if "several" in str(problem) and not any(c.is_table and c.cost < 0.2 for c in name.candidates):
            raise
    try:
        path, table, cost = resolve_table(b, name)
        options.append((cost + 0.01, (path, table)))
    except Unbound:
        pass
    if not options:
        raise Unbound(name.text)
    cost, found = min(options, key=lambda option: option[0])
    return cost, _named(b, name, found)


def _check_item(b: Binding, item: SelectItem, found: Ref | Thing) -> None:
    """A noun of its own behind "of A and" may be of both; "type" or "name" alone is of what came before."""
    assert item.name is not None
    owned = any(i.owner for i in b.items if i is not item)
    beside = [i.name for i in b.items if i.fn == "count" and i.name and i.name.end + 1 == item.name.start]
    if item.name.tables and any(name.tables for name in beside):
        raise Doubtful(f"how many {item.name.text}, or which")
    if not isinstance(found, Ref) and owned and item.owner is None and b.entities:
        raise Unbound(f"of both, or {item.name.text}")
    if not isinstance(found, Ref) and not b.of(Group) and b.query.aggregates:
        raise Unbound(f"counts of one and of {item.name.text}")
    if b.query.everything:
        raise Unbound(f"all columns, and {item.name.text}")
    keyed = isinstance(found, Ref) and b.column(found).all_words[-1] in ID_WORDS and item.name.tables
    if keyed and not ID_WORDS & stems(item.name.text.lower().split()):
        raise Unbound(f"{item.name.text} by their keys")
    if isinstance(found, Ref) and len(item.name.text.split()) == 1:
        _check_shared(b, found)
    alone = item.owner is None and set(item.name.text.lower().split()) <= _GENERIC
    if alone and b.entities and isinstance(found, Ref) and found.table != b.entities[0].table:
        raise Unbound(f"{item.name.text} of what")


def _check_shared(b: Binding, ref: Ref) -> None:
    """ "The color code and description" may be the color's description, where there is one."""
    before = next((e for e in reversed(b.query.shown) if isinstance(e, Ref)), None)
    head = parts_of(before.column)[:-1] if before else ()
    both = (*head, parts_of(ref.column)[-1])
    if head and any(parts_of(c.name) == both and c.name != ref.column for c in b.schema.columns.values()):
        raise Doubtful(f"{both[-1]}, or that of {' '.join(head)}")


def _named(b: Binding, name: Name, found: Ref | Thing) -> Ref | Thing:
    """A key that is called as the table it refers to, or as the part that plays in its row, stands for that
    table."""
    key = b.schema.refers(found.table, found.column) if isinstance(found, Ref) else None
    words = stems(name.text.lower().split())
    if isinstance(found, Ref) and found.path and not ID_WORDS & words:
        table = b.schema.tables[found.table]
        if table.labels and table.key == b.column(found) and table.key.all_words[-1] in ID_WORDS:
            return (found.path, table)
    if key is None or not isinstance(found, Ref):
        return found
    part = b.column(found).all_words[-1] in ID_WORDS and not ID_WORDS & words
    part = part and bool(b.schema.tables[key.ref_table].labels)
    if not part and key.ref_table not in {c.table for c in name.candidates if c.is_table}:
        return found
    same = [c for c in name.columns if c.table == key.ref_table and c.column and c.cost <= 0.1]
    if same and same[0].column:
        path = (*found.path, step_of(b.schema, key, True))
        return Ref(path, key.ref_table, same[0].column)
    path = (*found.path, step_of(b.schema, key, True))
    b.parts |= {path} if part else set()
    return (path, b.schema.tables[key.ref_table])


def _show_entity(b: Binding, path: Path, table: Table, alone: bool) -> None:
    labels = table.labels or ((table.key,) if table.key else table.columns[:1])
    if alone and not path:
        b.query.everything = True
        b.entities.append(Ref((), table.name, "*"))
        return
    key = (table.key,) if table.key is not None and not asks_distinct(b) else ()
    for column in (*labels, *key):
        if Ref(path, table.name, column.name) not in b.query.shown:
            add_shown(b, Ref(path, table.name, column.name))
    b.entities.append(Ref(path, table.name, "*"))


def asks_distinct(b: Binding) -> bool:
    return any(f.distinct for f in b.parse.fragments if isinstance(f, (Select, Mention)))
