"""The schema as the planner sees it: tables and columns with their words, roles, labels and keys."""

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

import msgspec
from msgspec.structs import replace

from agent_worker.offline.english.vocabulary import CODES, PEOPLE
from agent_worker.offline.english.word_forms import plural, stem, stems
from agent_worker.offline.schema.keys_by_name import keys_between
from agent_worker.offline.schema.matching import parts_of, shared_prefix
from agent_worker.offline.schema.naming import (
    Words,
    expanded,
    forms_of,
    in_full,
    role_in,
    says,
    with_nouns,
    without_flag,
    without_noun,
    without_prefix,
    without_unit,
)
from agent_worker.offline.schema.ranges import holds_days, is_whole
from agent_worker.offline.schema.roles import COUNTING, NUMERIC, ColumnKind, ColumnRole, kind_of, role_of
from bus.contract.catalog import Catalog, CatalogColumn, CatalogTable, JoinKey

_FINAL = frozenset(
    """end ended finish finished complete completed completion close closed discharge discharged return returned deliver
    delivered delivery paid payment resolved res cleared received settled checkout""".split()  # noqa: SIM905
)
_PLANNED = frozenset(
    """due deadline expected planned scheduled expiry expires birth born dob updated modified""".split()  # noqa: SIM905
)
"""What a date's name says of when something was over, or of what is no part of its course."""
_MOST_VALUES = 5_000
_VALUES = (("value",), ("reading",), ("measurement",), ("measured", "value"))


class Column(msgspec.Struct, frozen=True):
    """One column: `words` is its name without what it shares with its table; `all_words` is the whole name; `forms`
    are its words in each way in which they may be said: a name that is shortened is a word too."""

    table: str
    name: str
    words: Words
    all_words: Words
    kind: ColumnKind
    role: ColumnRole
    info: CatalogColumn
    forms: tuple[Words, ...]

    def __repr__(self) -> str:
        return f"<{self.table}.{self.name} {self.role}>"

    @property
    def spoken(self) -> str:
        """As it is said in a question."""
        return " ".join(self.words or self.all_words)


@dataclass(frozen=True)
class Table:
    """One table with its words, in full and as its name shortens them; `labels` are what names a row for people, `key`
    what other tables refer to."""

    name: str
    words: Words
    short: Words
    columns: tuple[Column, ...]
    key: Column | None
    labels: tuple[Column, ...]
    info: CatalogTable

    @property
    def noun(self) -> str:
        return " ".join(self.words)

    @property
    def plural(self) -> str:
        """Its noun as it is said of many; one that ends in a number is said as it is."""
        return self.noun if self.noun[-1:].isdigit() else plural(self.noun)

    @property
    def singular(self) -> str:
        return " ".join((*self.words[:-1], stem(self.words[-1])))

    @property
    def forms(self) -> tuple[Words, ...]:
        """Its words in each way in which they may be said."""
        return tuple(dict.fromkeys((self.words, self.short)))

    @cached_property
    def span(self) -> tuple[Column, Column] | None:
        """The dates between which what a row tells of lasts, where it has just two of its course."""
        dates = [c for c in self.columns if c.kind is ColumnKind.DATE and _PLANNED.isdisjoint(c.all_words)]
        over = [c for c in dates if not _FINAL.isdisjoint(c.all_words)]
        begun = [c for c in dates if c not in over]
        return (begun[0], over[0]) if len(begun) == len(over) == 1 else None

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


@dataclass
class Schema:
    """All tables of a catalog and the keys between them, declared ones first."""

    catalog: Catalog
    tables: dict[str, Table] = field(default_factory=dict)
    keys: tuple[JoinKey, ...] = ()

    def __post_init__(self) -> None:
        self.keys = keys_between(self.catalog)
        referred: dict[str, dict[str, int]] = {}
        for key in self.keys:
            counts = referred.setdefault(key.ref_table, {})
            counts[key.ref_column] = counts.get(key.ref_column, 0) + 1
        self.own_keys = {place for k in self.keys for place in ((k.table, k.column), (k.ref_table, k.ref_column))}
        self._leaving: dict[str, list[JoinKey]] = {}
        self._arriving: dict[str, list[JoinKey]] = {}
        for key in self.keys:
            self._leaving.setdefault(key.table, []).append(key)
            self._arriving.setdefault(key.ref_table, []).append(key)
        self._key_of = {(key.table, key.column): key for key in reversed(self.keys)}
        for info in self.catalog.tables:
            counts = referred.get(info.name, {})
            once = {column.name for column in info.columns if column.unique}
            names = [column.name for column in info.columns]
            most = sorted(counts, key=lambda name: (name not in once, -counts[name], names.index(name)))
            self.tables[info.name] = self._table(info, most[0] if most else None)

    @cached_property
    def columns(self) -> dict[tuple[str, str], Column]:
        return {(c.table, c.name): c for table in self.tables.values() for c in table.columns}

    @cached_property
    def written_dates(self) -> frozenset[tuple[str, str]]:
        """The columns of dates that are kept as texts."""
        dates = {place: c for place, c in self.columns.items() if c.kind is ColumnKind.DATE}
        return frozenset(place for place, c in dates.items() if kind_of(c.info) is ColumnKind.TEXT)

    @cached_property
    def kinds(self) -> dict[str, list[tuple[str, str, str]]]:
        """By its stem, each word that is a value of a category, with table, column and value: "novel" of books."""
        found: dict[str, list[tuple[str, str, str]]] = {}
        for column in self.columns.values():
            for value in column.info.values if column.role is ColumnRole.CATEGORY else ():
                if value.isalpha() and len(value) > 2:
                    found.setdefault(stem(value.lower()), []).append((column.table, column.name, value))
            people = {"sex", "gender"} & set(column.words) and stem(self.tables[column.table].words[-1]) in PEOPLE
            for word, (_, code) in CODES.items() if people else ():
                for value in column.info.values if code in ("f", "m") else ():
                    if value.lower() == code and len(word) > 2:
                        found.setdefault(stem(word), []).append((column.table, column.name, value))
        return found

    @cached_property
    def measured(self) -> Column | None:
        """The one column that holds what other columns say is measured."""
        found = [c for c in self.columns.values() if c.words in _VALUES and c.role is ColumnRole.QUANTITY]
        return found[0] if len(found) == 1 else None

    @cached_property
    def counting(self) -> dict[Column, set[str]]:
        """The columns that may say how many there are, `no_of_customers`, each with the stems of what is counted; the
        `offer_amount` of offers does not."""
        words = COUNTING | {"no"}
        found = [c for c in self.columns.values() if words & set(c.all_words) and c.role in NUMERIC]
        counted = {c: stems(set(c.all_words) - words - {"of"}) for c in found if is_whole(c.info)}
        return {c: of for c, of in counted.items() if not ("amount" in c.all_words and of <= self._nouns_of(c.table))}

    def _nouns_of(self, table: str) -> set[str]:
        return stems(self.tables[table].words)

    @cached_property
    def begun(self) -> dict[str, list[str]]:
        """By its first word, each table that is called by several."""
        found: dict[str, list[str]] = {}
        for table in self.tables.values():
            if len(table.words) > 1:
                found.setdefault(table.words[0], []).append(table.name)
        return found

    @cached_property
    def full_names(self) -> tuple[tuple[Column, Column], ...]:
        """The first and last name of each table that has both."""
        pairs = [table.labels for table in self.tables.values() if len(table.labels) == 2]
        return tuple((first, last) for first, last in pairs if first.words[-1] == last.words[-1] == "name")

    @property
    def names(self) -> list[Words]:
        """What its tables and columns are called."""
        return [*(table.words for table in self.tables.values()), *(column.words for column in self.columns.values())]

    @cached_property
    def texts(self) -> dict[str, str]:
        """Its names, and the first values of its columns: each as it is written, and in small letters."""
        values = islice((v for t in self.catalog.tables for c in t.columns for v in c.values), _MOST_VALUES)
        return {text: text.lower() for text in (*sorted(" ".join(words) for words in self.names), *values)}

    @cached_property
    def parts(self) -> frozenset[str]:
        """Every word of the schema's names."""
        words = {word for table in self.tables.values() for word in table.words}
        return frozenset(words | {word for column in self.columns.values() for word in column.all_words})

    def keys_of(self, table: str) -> list[JoinKey]:
        """The keys by which a table refers to others."""
        return self._leaving.get(table, [])

    def keys_to(self, table: str) -> list[JoinKey]:
        """The keys by which others refer to a table."""
        return self._arriving.get(table, [])

    def refers(self, table: str, column: str) -> JoinKey | None:
        """The key that a column is, if it refers to another table."""
        return self._key_of.get((table, column))

    def plays_part(self, key: JoinKey) -> bool:
        """Whether a key says which part the other thing plays, rather than only that thing: `home_branch`."""
        return not says(self.columns[key.table, key.column].words, key.ref_table)

    @cached_property
    def key_nouns(self) -> dict[str, Words]:
        """What the key of a table calls its rows, where nothing else is called so: the films of `film_facts` with
        `film_id`."""
        keyed = [(t, t.key) for t in self.tables.values() if t.key is not None and t.key == t.columns[0]]
        keyed = [(t, key) for t, key in keyed if key.all_words[-1] == "id" and not self.refers(t.name, key.name)]
        nouns = {table.name: key.all_words[:-1] for table, key in keyed}
        taken = Counter(stem(word) for table in self.tables.values() for word in set(table.words))
        own = {table.name: stems(table.words) for table, _ in keyed}
        taken.update(word for name, noun in nouns.items() for word in stems(noun) - own[name])
        return {name: noun for name, noun in nouns.items() if noun and all(taken[stem(word)] == 1 for word in noun)}

    def referred_by(self, tables: set[str]) -> set[str]:
        """These tables and all to which they refer, over any number of keys."""
        found, new = set(tables), set(tables)
        while new:
            new = {key.ref_table for key in self.keys if key.table in new} - found
            found |= new
        return found

    def _table(self, info: CatalogTable, referred: str | None) -> Table:
        parts = parts_of(info.name)
        short = without_prefix(parts)
        words = in_full(short)
        split = [parts_of(column.name) for column in info.columns]
        prefix = bool(shared_prefix(split))
        columns = tuple(
            self._column(info.name, words, column, parts[1:] if prefix else parts)
            for column, parts in zip(info.columns, split, strict=True)
        )
        key = next((column for column in columns if column.name == referred), None) or own_key(columns)
        if key is not None and key.name != referred and self.refers(info.name, key.name) and not key.info.unique:
            key = None  # rows of what happened to another thing
        declared = self.catalog.description.labels.get(info.name, ())
        named = tuple(column for name in declared for column in columns if column.name == name)
        referring = {c.name: to.ref_table for c in columns if (to := self.refers(info.name, c.name))}
        own = tuple(c for c in columns if c.name not in referring or not says(c.all_words, referring[c.name]))
        labels = named or labels_of(own) or _namesake(words, own)
        few = [
            c
            for c in columns
            if c.role is ColumnRole.LABEL and c not in labels and (c.info.distinct or 0) < info.row_count
        ]
        columns = tuple(
            replace(c, role=ColumnRole.CATEGORY) if c in few else c for c in columns
        )  # a job's title names nobody
        return Table(info.name, words, short, columns, key, labels, info)

    def _column(self, table: str, table_words: Words, column: CatalogColumn, parts: Words) -> Column:
        kind = kind_of(column)
        if kind is ColumnKind.FLAG and len(parts) > 1:
            parts = without_flag(parts)
        parts = expanded(parts)
        place = (table, column.name)
        key = self._key_of.get(place)
        nouns = (*table_words, *parts_of(key.ref_table)) if key else table_words
        own, is_key = parts, place in self.own_keys
        initials = "".join([noun[0] for noun in nouns])
        if any(part[0] in initials for part in parts):
            parts = with_nouns(parts, nouns)
            own = without_noun(parts, table_words)
            named = len(parts) == 1 and len(table_words) == 1 and stem(parts[0]) == stem(table_words[0])
            is_key = is_key or (named and kind is ColumnKind.NUMBER)
        own = without_unit(own) if kind is ColumnKind.NUMBER else own
        own = role_in(own, parts_of(key.ref_table)) if key and key.ref_table != table else own
        roles = self.catalog.description.roles
        declared = roles.get(f"{table}.{column.name}") if roles else None
        role = ColumnRole(declared) if declared else role_of(column, own, is_key=is_key)
        kind = ColumnKind.DATE if role is ColumnRole.DATE and holds_days(column) else kind
        return Column(table, column.name, own, parts, kind, role, column, forms_of(column.name, own, parts))


def own_key(columns: tuple[Column, ...]) -> Column | None:
    first = columns[:1]
    return next((c for c in first if c.words[-1:] and c.words[-1] in ("id", "key", "code", "number")), None)


def labels_of(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """The columns that name a row for people: its name or title, or first and last name together."""
    texts = [column for column in columns if column.kind is ColumnKind.TEXT]
    for word in ("name", "title", "label", "fullname"):
        for column in texts:
            if column.words == (word,):
                return (column,)
    first = next((c for c in texts if _is_name(c, ("first", "f"), "fname")), None)
    last = next((c for c in texts if _is_name(c, ("last", "l", "family"), "lname")), None)
    if first is not None and last is not None:
        return (first, last)
    for word in ("name", "title", "label"):
        found = [column for column in texts if word in column.words]
        if found:
            return (found[0],)
    # Where nothing else is told of it, what details say names a thing.
    return tuple(texts) if len(texts) == 1 and texts[0].words[-1] in ("details", "detail") else ()


def _namesake(words: Words, columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """The column of texts that is called as its table: `institution` of institutions names them."""
    nouns = [stem(word) for word in words]
    same = [c for c in columns if c.kind is ColumnKind.TEXT and [stem(word) for word in c.all_words] == nouns]
    return tuple(same[:1])


def _is_name(column: Column, leads: Words, joined: str) -> bool:
    words = column.words
    return words == (joined,) or (len(words) == 2 and words[0] in leads and words[1] == "name")
