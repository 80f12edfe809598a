"""Which tables, columns and measures a run of words may name, each with a cost: 0 is the name itself."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

import msgspec
from msgspec.structs import replace

from agent_worker.offline.english.vocabulary import SAME_WORDS
from agent_worker.offline.english.word_forms import stem, stems
from agent_worker.offline.schema.matching import EXACT, PARTIAL, abbreviates, fit, parts_of
from agent_worker.offline.schema.model import Column, Schema, Table
from agent_worker.offline.schema.naming import Words
from agent_worker.offline.schema.ranges import edges_of
from agent_worker.offline.schema.roles import ColumnKind, ColumnRole

SURE = 0.35
"""What costs less is surely meant."""
PART = 0.8
"""Words that are a part of a name: a guess, taken only where nothing fits whole."""
_COSTS = {EXACT: 0.0, EXACT + 1: 0.1, 2: 0.3}
_OPEN = frozenset(("id", "ids", "code", "codes", "number", "numbers", "no", "date", "name", "names"))
_HOW_MUCH = frozenset(("amount", "amounts", "value", "level", "percentage"))
_KINDS = frozenset("type types kind kinds title titles status category categories".split())  # noqa: SIM905
_KIND_ROLES = (ColumnRole.CATEGORY, ColumnRole.FLAG)
_CALLED = frozenset(("phone", "telephone", "fax"))
_NAMES = (("name",), ("names",))
_UNTOLD = frozenset(("id", "key", "in", "of", "the", "code", "s", "at", "on", "cd", "dt", "ts", "amt"))


class Candidate(msgspec.Struct, frozen=True):
    """A table (no column), a column, or a declared measure that words may mean."""

    table: str
    column: str | None = None
    measure: str | None = None
    cost: float = 0.0
    owned: bool = False
    """The words named the column's table too."""
    via: tuple[str, str] = ("", "")
    """The table, or the column of one that refers to others, over which it is reached: "customer nation"."""

    @property
    def is_table(self) -> bool:
        return self.column is None and self.measure is None


def nearest(found: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    """The candidates without those that are guesses, unless all are."""
    return tuple(c for c in found if found[0].cost >= PART or c.cost < PART)


_OTHER, _BY_KEY = 0.2, 0.4
"""What another word of the same meaning costs, and the name of a table's key for the table."""
_SAME = {"ids": "id", "forename": "first_name"}
_FIRST_OR_LAST = {"family": "last", "given": "first", "personal": "first"}
_MEASURING = frozenset(("number", "amount", "count", "total", "sum", "average"))
_MEMBERS = frozenset(("members", "member", "records", "record", "entries", "people"))


class NameIndex:
    """Looks words up among the names of a schema."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self._parts: dict[str, list[Candidate]] = defaultdict(list)
        self._cache: dict[Words, tuple[Candidate, ...]] = {}
        self._fitting: dict[Words, list[Candidate]] = {}
        self._related: dict[str, dict[Candidate, None]] = {}
        for table in schema.tables.values():
            nouns = schema.key_nouns.get(table.name, ())
            for part in dict.fromkeys((*_words_of(table.forms), "".join(table.words), *nouns)):
                self._parts[part].append(Candidate(table.name))
            for column in table.columns:
                candidate = Candidate(table.name, column.name)
                named = ("name",) if table.labels == (column,) else ()
                for part in dict.fromkeys((*_words_of(column.forms), "".join(column.all_words), *named)):
                    self._parts[part].append(candidate)
        self.column_names = {column.name.lower() for column in schema.columns.values()}
        self._stems = stems(self._parts)
        self._described = self._read_description()

    def find(self, words: Words) -> tuple[Candidate, ...]:
        """What a run of words in small letters may name, the best first."""
        words = tuple(_SAME.get(word, word) for word in words)
        if words[1:2] in _NAMES and words[0] not in self._parts:
            words = (_FIRST_OR_LAST.get(words[0], words[0]), *words[1:])
        if words not in self._cache:
            other = tuple(self._same(word) for word in words)
            found = self._find(other) if other != words else []
            found = [replace(c, cost=c.cost + _OTHER) for c in found if c.cost < 0.5] or self._find(words)
            self._cache[words] = tuple(sorted(found, key=lambda c: c.cost))
        return self._cache[words]

    def _same(self, word: str) -> str:
        """The one word of the same meaning by which the schema knows what it does not call as people do."""
        root = stem(word)
        if root in self._stems or root not in SAME_WORDS:
            return word
        known = [other for other in SAME_WORDS[root] if other in self._stems]
        return known[0] if len(known) == 1 else word

    def _find(self, words: Words) -> list[Candidate]:
        described = [c for spoken, c in self._described if fit(words, spoken) in (EXACT, EXACT + 1)]
        if described:
            return described
        found = [*self._plain(words), *self._qualified(words)]
        whole = [c for c in found if c.cost < PART]
        # A part of a name is a guess: it stands only where nothing in its table fits whole.
        sure = {c.table for c in whole if c.column is not None}
        return _cheapest(whole + [c for c in found if c.cost >= PART and c.table not in sure])

    def _plain(self, words: Words) -> list[Candidate]:
        if words not in self._fitting:
            self._fitting[words] = list(self._fits(words))
        return self._fitting[words]

    def _fits(self, words: Words) -> Iterator[Candidate]:
        spoken = tuple(word for word in words if word not in ("of", "the"))
        for candidate in self._near(spoken):
            cost = self._cost(candidate, spoken)
            if cost is None and len(spoken) > 1 and spoken[-1] in _MEMBERS and stem(spoken[-1]) not in self._stems:
                cost = self._cost(candidate, spoken[:-1])
            if "of" in words and cost is None and words[0] not in _MEASURING:
                at = words.index("of")
                cost = self._cost(candidate, tuple(w for w in (*words[at + 1 :], *words[:at]) if w != "the"))
            if (
                cost is not None
                and "of" in words
                and words[0] in _MEASURING
                and not self._measures(candidate, words[0])
            ):
                continue
            if cost is not None and (len(spoken) == len(words) or cost < PART):
                yield Candidate(candidate.table, candidate.column, candidate.measure, cost)

    def _measures(self, candidate: Candidate, word: str) -> bool:
        """Whether a column begins with "number" as "number of employees" does: `num_employees`, not `emp_number`."""
        if candidate.column is None:
            return False
        column = self.schema.columns[candidate.table, candidate.column]
        return fit((word,), column.all_words[:1]) is not None

    def _near(self, words: Words) -> dict[Candidate, None]:
        """Names with a part that has to do with the first word, or with the last where that says nothing."""
        if not words:
            return {}
        return self._relate(words[0]) | self._relate(words[-1]) if len(words) > 1 else self._relate(words[0])

    def _relate(self, word: str) -> dict[Candidate, None]:
        if word not in self._related:
            root = stem(word)
            near = [part for part in self._parts if _related(word, root, part)]
            self._related[word] = {c: None for part in near for c in self._parts[part]}
        return self._related[word]

    def _cost(self, candidate: Candidate, words: Words) -> float | None:
        if candidate.column is None:
            cost = _table_cost(words, self.schema.tables[candidate.table])
            keyed = fit(words, self.schema.key_nouns.get(candidate.table, ())) in (EXACT, EXACT + 1)
            by_key = _BY_KEY if cost is None else 0.1  # the visits of `maintenance_visits` with `visit_id`
            return by_key if keyed and (cost is None or cost > by_key) else cost
        column = self.schema.columns[candidate.table, candidate.column]
        if (
            words
            and words[-1] in ("name", "names")
            and (column.kind is not ColumnKind.TEXT or column.role is ColumnRole.IDENTIFIER or _is_numbers(column))
        ):
            return None
        costs = [_fit_cost(words, parts) for parts in column.forms]
        table = self.schema.tables[candidate.table]
        kind = words[-1] in _KINDS and column.role in _KIND_ROLES and not _called(table, words[-1])
        told = words[-1] in _OPEN and not (words[-1] == "date" and column.role is ColumnRole.IDENTIFIER)
        if len(words) > 1 and (told or kind):
            shorter = [_fit_cost(words[:-1], parts) for parts in column.forms]
            costs += [cost + 0.3 for cost in shorter if cost is not None and (cost < PART or words[0] in _CALLED)]
        if (
            words[-1] in ("name", "names")
            and table.labels == (column,)
            and _table_cost(words[:-1], table) in _COSTS.values()
        ):
            costs.append(0.15)
        if len(words) > 1 and words[-1] in _HOW_MUCH and column.role is ColumnRole.QUANTITY:
            costs += [cost + 0.1 for parts in column.forms if (cost := _fit_cost(words[:-1], parts)) is not None]
        known = [cost for cost in costs if cost is not None]
        return min(known, default=None)

    def _qualified(self, words: Words) -> Iterator[Candidate]:
        """ "student name", "customer's city": a column after what it belongs to."""
        if "of" in words:
            return
        for at in range(1, len(words)):
            owners = [c for c in self._plain(words[:at]) if c.column is None and c.cost < PART]
            owners = owners or self._begun(words[:at])
            columns = [c for c in self._plain(words[at:]) if c.column is not None] if owners else []
            for owner in owners:
                for column in columns:
                    if column.table == owner.table:
                        yield replace(column, cost=max(owner.cost, column.cost) + 0.02, owned=True)
            yield from self._over(words[:at], words[at:])

    def _begun(self, words: Words) -> list[Candidate]:
        """The one table whose name begins so: "maintenance cost" of `maintenance_visits`."""
        known = self.schema.begun.get(words[0], []) if len(words) == 1 else []
        return [Candidate(known[0], cost=0.1)] if len(known) == 1 else []

    def _over(self, first: Words, rest: Words) -> Iterator[Candidate]:
        """ "customer nation", "destination airport names": what the first words refer to."""
        ways = [c for c in self._plain(first) if c.cost < 0.5]
        further = [c for c in self._plain(rest) if c.cost < SURE] if ways else []
        further += [replace(c, cost=c.cost + 0.02) for c in self._qualified(rest) if c.cost < SURE] if ways else []
        for way in ways:
            key = self.schema.refers(way.table, way.column) if way.column else None
            reached = {key.ref_table} if key else self.schema.referred_by({way.table}) if not way.column else set()
            named = not way.column and rest in _NAMES and self.schema.tables[way.table].labels  # has its own
            for c in further if not named else ():
                if c.table in reached - {way.table}:
                    yield replace(c, cost=max(way.cost, c.cost) + 0.05, via=(way.table, way.column or ""))

    def _read_description(self) -> list[tuple[Words, Candidate]]:
        description = self.schema.catalog.description
        measures = {m.name: Candidate(m.table, measure=m.name) for m in description.measures}
        found = [(parts_of(name), candidate) for name, candidate in measures.items()]
        for word, target in description.synonyms.items():
            table, _, column = target.partition(".")
            known = table in self.schema.tables
            found.append((parts_of(word), Candidate(table, column or None) if known else measures[target]))
        return found


def _called(table: Table, word: str) -> bool:
    """Whether a column of this table has a word in its name: the type of an engine is none of a plane with a type."""
    return any(stem(word) == stem(part) for column in table.columns for part in column.all_words)


def _is_numbers(column: Column) -> bool:
    """Whether a column of text holds numbers, which name nothing."""
    edges = edges_of(column.info)
    return "name" not in column.all_words and bool(edges) and all(edge.isdigit() for edge in edges)


def _related(word: str, root: str, part: str) -> bool:
    if part[0] != word[0]:
        return len(root) > 3 and part.endswith(root)
    return part.startswith(root[:3]) or any(
        abbreviates(a, b) for a, b in ((stem(part), root), (part, root), (root, part))
    )


def _fit_cost(words: Words, parts: Words) -> float | None:
    cost = fit(words, parts)
    if cost is None:
        return None
    if cost < PARTIAL:
        return _COSTS[cost]
    if set(words) <= {"number", "count"}:
        return None
    left = len(parts) - len(words)
    done = words[-1].endswith("ed")  # "published" tells `pub_year`, "model" no `model_year`
    told = [part for part in parts if part not in _UNTOLD and not (done and part == "year")]
    if len(told) <= len(words) and fit(words, tuple(told)) in _COSTS:
        return 0.5
    return PART + 0.1 * max(left, 0) + 0.05 * (cost - PARTIAL)


def _words_of(forms: Iterable[Words]) -> dict[str, None]:
    return {word: None for form in forms for word in form}


def _table_cost(words: Words, table: Table) -> float | None:
    costs = (_name_cost(words, parts) for parts in table.forms)
    return min((cost for cost in costs if cost is not None), default=None)


def _name_cost(words: Words, parts: Words) -> float | None:
    cost = fit(words, parts)
    if cost is not None and cost < PARTIAL:
        return _COSTS[cost]
    if len(words) < len(parts) and fit(words, parts[-len(words) :]) in (EXACT, EXACT + 1):
        return 0.6
    return None


def _cheapest(found: list[Candidate]) -> list[Candidate]:
    best: dict[tuple[str, str | None, tuple[str, str]], Candidate] = {}
    for candidate in found:
        place = (candidate.table, candidate.column, candidate.via)
        if place not in best or candidate.cost < best[place].cost:
            best[place] = candidate
    return list(best.values())
