"""Which column a condition is about: named, hinted by an adjective, or told by its value."""

from agent_worker.offline.binder.names.binding import EXISTS, FAR, FAR_AWAY, Binding, Doubtful, Unbound
from agent_worker.offline.binder.names.join_choice import any_path, is_told, path_to
from agent_worker.offline.binder.terms.literals import Unfit, literals
from agent_worker.offline.english.verbs import VERBS
from agent_worker.offline.english.vocabulary import ROLE_WORDS
from agent_worker.offline.english.word_forms import kin, stem, stems
from agent_worker.offline.grammar.fragments import Mention, Verb, Where
from agent_worker.offline.lexer.lattice import Number, Value
from agent_worker.offline.schema.guessed.units import unit_of
from agent_worker.offline.schema.model import Column
from agent_worker.offline.schema.ranges import holds_years
from agent_worker.offline.schema.roles import ColumnKind, ColumnRole

_ROLE = 0.3
"""How much nearer a column is that plays the part that "from" or "to" says."""


def joined_sides(b: Binding, one: tuple[str, str], other: tuple[str, str]) -> bool:
    sides = {one, other}
    return any({(k.table, k.column), (k.ref_table, k.ref_column)} == sides for k in b.schema.keys)


def where_options(b: Binding, where: Where) -> list[tuple[float, str, str]]:
    """The columns that a condition may be about, each with its cost."""
    named = _named_columns(b, where)
    found: dict[tuple[str, str], float] = {}
    for (table, name), cost in named.items():
        column = b.schema.columns[table, name]
        if where.name is not None and where.hints and not _tells_time(column):
            continue
        try:
            literals(column, where.operator, where.operands)
        except Unfit:
            continue
        if where.role == "to" and not _is_goal(b, column):
            continue
        if where.role == "from" and ROLE_WORDS["to"] & set(column.words) and not role_bonus(where, column):
            continue
        b.role = role_before(b, where, table, name)
        far = _distance(b, table)
        b.role = ""
        if where.never and where.owner is None and column in naming_columns(b):
            continue
        if far is not None:
            near = 0.2 if where.name is not None and table in b.noun_before(where) else 0.0
            near += role_bonus(where, column)
            found[table, name] = cost + far + _value_cost(b, where, table, name) - near
    return [(cost, table, name) for (table, name), cost in found.items()]


def role_before(b: Binding, where: Where, table: str, column: str) -> str:
    """The part that "from" or "to" says of a thing that is called by its whole name."""
    named = b.schema.columns[table, column] in b.schema.tables[table].labels
    whole = (isinstance(v, Value) and any(r.whole for r in v.by_place.get((table, column), ())) for v in where.operands)
    return where.role if named and all(whole) else ""


def role_bonus(where: Where, column: Column) -> float:
    """What a column costs less for saying the part that stands before the value: "to SFO" is a destination."""
    return _ROLE if ROLE_WORDS.get(where.role, frozenset()) & set(column.words) else 0.0


def _is_goal(b: Binding, column: Column) -> bool:
    """Whether "to" may lead to values of a column: one that says so, or one that a verb tells of."""
    said = any(ROLE_WORDS["to"] & set(c.words) for c in b.schema.columns.values() if c.table == b.base)
    return bool(b.of(Verb)) or said or bool(ROLE_WORDS["to"] & set(column.words))


def _named_columns(b: Binding, where: Where) -> dict[tuple[str, str], float]:
    values = [v for v in where.operands if isinstance(v, Value)]
    refs = {(r.table, r.column) for v in values for r in v.refs if r.whole or not v.quoted}
    found: dict[tuple[str, str], float] = {}
    numbers = {one.text for one in where.operands if isinstance(one, Number)}
    if where.name is not None:
        best = where.name.cost
        for c in where.name.columns:
            if c.column:
                found[c.table, c.column] = c.cost - best
        for c in where.name.tables if where.firm and where.operator not in ("<", "<=", ">", ">=", "between") else ():
            table = b.schema.tables[c.table]
            for column in (*table.labels, *((table.key,) if table.key else ())):
                named = column in table.labels and not (numbers and numbers.isdisjoint(column.info.values))
                if (c.table, column.name) not in found and (refs or named or (not values and column is table.key)):
                    found[c.table, column.name] = c.cost - best + 0.15
            for place in refs:
                if place[0] == c.table:
                    found.setdefault(place, c.cost - best + 0.2)
    elif where.hints:
        for place, column in b.schema.columns.items():
            at = next((i for i, hint in enumerate(where.hints) if hint in column.words), None)
            if (
                at is None
                or column.kind is ColumnKind.OTHER
                or column.role is ColumnRole.IDENTIFIER
                or _undated(b, column)
            ):
                continue
            if where.unit and unit_of(b.schema, column) != where.unit:
                continue
            told = 0.0 if len(column.words) == 1 or is_told(b, column.name) else 0.1
            found[place] = 0.02 * at + told
    elif where.owner is not None and not where.label:
        best = where.owner.cost
        owners = {c.table: c.cost - best for c in where.owner.tables}
        columns = {(c.table, c.column): c.cost - best for c in where.owner.columns if c.column}
        last = stem(where.owner.text.lower().split()[-1])
        for place in refs:
            if place in columns:
                found[place] = columns[place]
            elif last in stems(b.schema.columns[place].all_words):
                found[place] = 0.05  # "a king bed", of `bed_type`
            elif place[0] in owners:
                found[place] = owners[place[0]] + 0.05
    else:
        found = dict.fromkeys(refs, 0.0)
        if where.label:
            whose = {c.table for c in where.owner.tables} if where.owner else set(b.schema.tables)
            labels = {(t.name, c.name) for t in b.schema.tables.values() for c in t.labels if t.name in whose}
            found = {place: 0.0 for place in refs if place in labels}
    return found


def _undated(b: Binding, column: Column) -> bool:
    """Whether a date or year is hardly meant that nothing tells of: its table has another by its owner's word, or
    the base has dates of its own."""
    if (column.kind is not ColumnKind.DATE and column.role is not ColumnRole.YEAR) or is_told(b, column.name):
        return False
    grouped = {bucket.date for bucket in b.query.buckets if bucket.date}
    if grouped and all(date.column != column.name or date.table != column.table for date in grouped):
        return True  # "listed per month in 2024": both are of one day
    date = b.schema.catalog.description.default_dates.get(column.table)
    own = any(c.kind is ColumnKind.DATE for c in b.table.columns)
    return (bool(date) and column.name != date) or (own and column.table != b.base)


def subjects_of(b: Binding) -> set[str]:
    """The tables that the question names, and that a condition may be about."""
    names = [*(mention.name for mention in b.of(Mention)), *b.item_names()]
    return {c.table for name in names for c in name.tables}


def _value_cost(b: Binding, where: Where, table: str, column: str) -> float:
    """How surely the values stand in this column."""
    cost = 0.0
    for value in where.operands:
        if not isinstance(value, Value):
            continue
        refs = value.by_place.get((table, column), [])
        if value.text.isdigit() and where.name is None and where.owner is None:
            cost += 1.0
        keyed = b.schema.columns[table, column].role is ColumnRole.IDENTIFIER
        if keyed and not refs and (" " in value.text or value.refs):
            return 9.0
        if not any(r.whole for r in refs):
            if not refs and value.refs and not value.quoted:
                return 9.0
            short = value.text.islower() or value.end - value.start == 1
            if refs and not value.quoted and short and where.name is None:
                return 9.0
            if refs and not value.quoted:
                named = where.owner is not None and len(refs) == 1
                cost += 0.05 if named else 0.35 + 0.2 * (len(refs) > 1)
            elif where.name is None and not where.label:
                cost += 1.0
            elif b.schema.columns[table, column].info.values and "%" not in where.operator:
                return 9.0
            else:
                cost += (0.15 if value.quoted else 0.3) + (0.4 if value.refs else 0.0)
        elif where.name is None and _is_said_of_names(b, where, value.text, table, column):
            return 9.0
        elif where.name is None and where.owner is None and not value.quoted and value.text.islower():
            dated = where.dated and b.base in b.schema.catalog.description.default_dates
            state = (where.state or dated) and table == b.base
            cost += 9.0 if not state and (value.text in VERBS or value.text.endswith("ed")) else 0.3
    return cost


def _is_said_of_names(b: Binding, where: Where, text: str, table: str, column: str) -> bool:
    """Whether a word is hardly a value, as it is a table's noun ("participant"), the verb of the base ("nominated"
    of nominations) or a word of its column's own name ("star" of `star_rating`)."""
    if not text.islower() or " " in text:
        return False
    nouns = set() if where.owner else {stem(t.words[-1]) for t in b.schema.tables.values()}
    own = stems(b.schema.columns[table, column].all_words)
    done = where.owner is None and text in VERBS and any(kin(text, word) for word in b.table.words)
    return stem(text) in nouns | own or done


def _distance(b: Binding, table: str) -> float | None:
    if table == b.base:
        return 0.0
    path = path_to(b, table)
    if path is not None:
        return len(path) * FAR + (FAR_AWAY if len(path) > 2 else 0.0)
    try:
        path, cost = any_path(b, [table])
    except Unbound:
        return None
    return cost + EXISTS


def check_nearest(b: Binding, where: Where, table: str, column: str) -> None:
    """Refuse a condition on this column right behind another noun that has such a column too."""
    before = b.parse.fragments[: b.parse.fragments.index(where)]
    nouns = [f for f in before[-2:] if isinstance(f, Mention)]
    if not nouns or where.label:
        return
    near = {c.table for c in nouns[-1].name.tables}
    if b.base in near or table in near:
        return
    named = {c.table for c in where.name.columns if c.cost <= where.name.cost + 1.0} if where.name else set()
    refers = {key.ref_table for key in b.schema.keys if key.table in near}
    if named & near or (where.name is None and table in refers):
        raise Unbound(f"{column} of which of two")


def check_values(b: Binding, where: Where) -> None:
    """A value that ends with the name of another column is hardly one where the rest is a value of that column:
    "Orange County" may be the county Orange."""
    for value in where.operands:
        text = value.text.lower() if isinstance(value, Value) else ""
        head, _, last = text.rpartition(" ")
        whole = f"{text} {where.owner.text.lower()}" if text and where.owner else ""
        same = [c for c in b.schema.columns.values() if head and c.words == (last,)]
        if any(_holds(c, head) for c in same) or (whole and any(_holds(c, whole) for c in b.schema.columns.values())):
            raise Doubtful(f"{text}, or {last} {head}")


def naming_columns(b: Binding) -> tuple[Column | None, ...]:
    """The columns that tell the rows of the base apart for people."""
    table = b.table
    return (*table.labels, table.key)


def _holds(column: Column, text: str) -> bool:
    return any(value.lower() == text for value in column.info.values)


def _tells_time(column: Column) -> bool:
    """Whether a column holds years or dates, by its role or as texts."""
    return holds_years(column.info) or column.role in (ColumnRole.YEAR, ColumnRole.DATE)
