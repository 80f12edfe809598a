"""How many there are: of the rows of the base, of things along its keys, of different values."""

from agent_worker.offline.binder.aggregates.functions import add_shown, money_of
from agent_worker.offline.binder.names.binding import HOP, Binding, Doubtful, Unbound
from agent_worker.offline.binder.names.name_resolution import resolve, resolve_table
from agent_worker.offline.binder.query_ir import Agg, Ref
from agent_worker.offline.english.vocabulary import SPENT
from agent_worker.offline.english.word_forms import stem, stems
from agent_worker.offline.grammar.fragments import Group, Mention, Select, SelectItem, Verb, Where, names_in
from agent_worker.offline.lexer.lattice import Name
from agent_worker.offline.schema.join_paths import Path
from agent_worker.offline.schema.lookup import Candidate
from agent_worker.offline.schema.model import own_key
from agent_worker.offline.schema.roles import COUNTING, NUMERIC, ColumnKind, ColumnRole


def add_count(b: Binding, item: SelectItem) -> None:
    if item.name is None:
        add_shown(b, Agg("count"))
        return
    tables = [c for c in item.name.tables if c.table == b.base]
    best = item.name.cost
    check_known(b, item.name, item.distinct)
    numeric = [c for c in item.name.columns if role_of(b, c) in NUMERIC and c.cost <= best + 0.05]
    same = [b.column(c) for c in item.name.columns if c.table == b.base and c.cost <= best + 0.05]
    if tables and any(c.kind is ColumnKind.NUMBER and c is not b.table.key for c in same):
        raise Unbound(f"{item.name.text} are counted, or added up")
    values = item.distinct and bool(tables) and any(c.table == b.base and c.cost <= best for c in item.name.columns)
    if tables and not values and tables[0].cost <= best + 0.5 and not (numeric and numeric[0].cost < tables[0].cost):
        check_spent(b, item.name)
        linked = len(b.parse.fragments) == 1 and only_joins(b)
        if (item.distinct or linked) and _is_said_of_another(b):
            raise Doubtful(f"{item.name.text}, or what is said of them")
        check_counting_column(b, item.name, _spoken_of(b) - {b.base})
        b.cost += tables[0].cost - best
        b.counted.add(b.base)
        add_shown(b, Agg("count"))
        return
    alone = len(b.items) == 1 and (item.owner is not None or b.of(Mention))
    if numeric and not item.distinct and (item.guessed or alone or _fixed(b)):
        ref, cost = resolve(b, item.name, item.owner, numeric=True)
        b.cost += cost - best + 0.1
        add_shown(b, Agg("sum", ref) if item.guessed else ref)
        if not item.guessed:
            b.entities.append(ref)
            b.told_by.append(ref)
        return
    if item.name.tables and not values:
        path, table, cost = resolve_table(b, item.name)
        if table.key is None or not path:
            raise Unbound("nothing to count by")
        check_counting_column(b, item.name, set())
        b.cost += cost - best + (0.0 if _told_of_base(b, path) else HOP + 0.1) - HOP
        b.counted.add(table.name)
        step = path[-1]
        own = own_key(table.columns)
        if own is not None and own.name != step.end_column:
            raise Doubtful(f"{item.name.text} by {step.end_column}")
        apart = len(b.items) > 1 or b.of(Group)
        if len(path) == 1 and not item.distinct and apart and only_joins(b):
            add_shown(b, Agg("count"))
            return
        add_shown(b, Agg("count", Ref(path[:-1], step.start, step.start_column), distinct=True))
        return
    ref, cost = resolve(b, item.name, item.owner)
    if not ref.path and any(where.name == item.name for where in b.of(Where)):
        add_shown(b, Agg("count"))  # "number of ratings below 3"
        return
    if (b.column(ref).role is ColumnRole.QUANTITY and not item.distinct) or COUNTING & set(b.column(ref).words):
        raise Unbound("a count of quantities")
    b.cost += cost - best + (0.05 if item.distinct else 0.2)
    add_shown(b, Agg("count", ref, distinct=True))


def _spoken_of(b: Binding) -> set[str]:
    """The tables that are named beside what is asked for."""
    names = [name for group in b.of(Group) for name in group.names]
    return b.mentioned | {c.table for name in names for c in name.tables if c.cost <= name.cost + 0.1}


def check_counting_column(b: Binding, name: Name, tables: set[str]) -> None:
    """Refuse to count where a column of these tables, or of any that all the question may be about, says how many there
    are: `no_of_customers` of banks."""
    said = stems(name.text.lower().split())
    for column, words in b.schema.counting.items():
        if not said & words:
            continue
        whole = column.table != b.base and words <= said and column.all_words[0] in (*COUNTING, "no")
        every = (any(c.table == column.table for c in n.candidates) for n in names_in(b.parse.fragments))
        if column.table in tables or (whole and not b.of(Where) and all(every)):
            raise Unbound(f"{column.name} says how many")


def _is_said_of_another(b: Binding) -> bool:
    """Whether the rows of the base are what is said of other things of that noun: `affected_region` of regions."""
    noun = stem(b.table.words[-1])
    things = [b.schema.tables[key.ref_table] for key in b.schema.keys_of(b.base)]
    return any(stem(table.words[-1]) == noun for table in things)


def only_joins(b: Binding) -> bool:
    """Whether a row of the base says only what belongs together, so that it is there once."""
    columns = b.table.columns
    return all((b.base, c.name) in b.schema.own_keys for c in columns)


def _told_of_base(b: Binding, path: Path) -> bool:
    """Whether a verb ties what is counted to the rows of the base, which the question speaks of."""
    spoken = b.base in b.mentioned or b.is_done()
    return bool(b.of(Verb)) and len(path) == 1 and spoken


def check_known(b: Binding, name: Name, distinct: bool = False) -> None:
    """Refuse to count what is not known as a whole: "allergies" are hardly the rows of `has_allergy` where another
    table has them for its key; nor are all of them among those that something refers to."""
    own = [c for c in name.columns if c.column and b.schema.tables[c.table].key == b.column(c)]
    if name.tables and name.cost < name.tables[0].cost >= 0.5 and any(c.cost < 0.5 and c.table != b.base for c in own):
        raise Doubtful(f"{name.text}, or what is said of them")
    keys = [b.schema.refers(c.table, c.column) for c in name.columns if c.column and c.table == b.base]
    said = stems(name.text.lower().split())
    refers = any(key and said & stems(b.schema.tables[key.ref_table].words) for key in keys)
    if distinct and refers and len(b.parse.fragments) == 1:
        raise Unbound(f"{name.text} that something refers to")


def _fixed(b: Binding) -> bool:
    """Whether the question is about rows that it names."""
    return any(w.operator == "=" for w in b.of(Where))


def role_of(b: Binding, c: Candidate) -> ColumnRole | None:
    return b.column(c).role if c.column else None


def check_spent(b: Binding, name: Name) -> None:
    """ "Fees by month" are a number of rows to one person and a sum of money to another."""
    spent = stem(b.schema.tables[b.base].words[-1]) in SPENT
    if spent and money_of(b, name) and any(select.terse for select in b.of(Select)):
        raise Doubtful(f"how many {name.text}, or their sum")
