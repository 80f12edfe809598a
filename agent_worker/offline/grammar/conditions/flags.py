"""Columns of yes and no, which are said as adjectives or as what things have."""

from collections.abc import Iterator

from msgspec.structs import replace

from agent_worker.offline.english import lexicon as english
from agent_worker.offline.english.verbs import VERBS
from agent_worker.offline.english.word_forms import kin
from agent_worker.offline.grammar.fragments import Absent, Flagged
from agent_worker.offline.grammar.reader import Found, Reader
from agent_worker.offline.grammar.time.times import when as whens
from agent_worker.offline.lexer.lattice import Name
from agent_worker.offline.schema.lookup import SURE, Candidate
from agent_worker.offline.schema.matching import parts_of
from agent_worker.offline.schema.roles import ColumnKind, yes_and_no

_NEARLY = 0.6
"""What a day's name without its "at" or "on" costs less than: "resolved" of `resolved_at`."""
_LEADING = frozenset(("who", "that", "which", "have", "has"))
_HAVING = frozenset(("with", "have", "has", "had", "having", "without", "offer", "offers", "offering"))


def flagged(reader: Reader, at: int) -> Iterator[Found]:
    """ "active customers", "who are not active", "unpaid", "bikes in service", "with a terrace", "that allow pets"."""
    yield from had(reader, at)
    alone = reader.before(at) is not None or (at > 0 and english.RESTRICTING.issuperset(reader.words[:at]))
    before = at - 1 - (reader.word(at - 1) in ("still", "currently", "already"))
    said = at > 0 and (reader.word(before) in english.BEING or alone)
    denied = reader.word(at) == "not"
    within = reader.word(at + denied) in ("in", "on")
    for name, opposite in (
        (n, reader.names(at + denied + within) == []) for n in _said_of(reader, at + denied + within)
    ):
        if within and not all(parts_of(c.column or "")[:1] == (reader.word(name.start - 1),) for c in name.candidates):
            continue
        noun = any(other.tables for other in reader.names(name.end))
        by = reader.word(name.end) == "by" and reader.is_passive(name.end - 1)  # by whom, or for each of them
        ones = reader.word(name.end) in ("one", "ones") or not reader.names(name.end)
        ends = said and not by and ones and not any(whens(reader, name.end))
        if (noun or ends) and is_flag(reader, name, 0.6 if within else SURE):
            yield name.end, Flagged(name, denied != opposite), name.cost
        elif (noun or ends) and opposite and not denied and reader.is_date(name):
            yield name.end, Absent(name, missing=True), 0.2  # "unresolved"
    if said or at == 0 or reader.word(before) in _LEADING:
        yield from _done(reader, at)


def _done(reader: Reader, at: int) -> Iterator[Found]:
    """ "invoices that were paid", "returned loans", "employees who left": those that have the day of it."""
    name = None if any(ref.whole for value in reader.values(at) for ref in value.refs) else day_of(reader, at)
    if name is not None:
        noun = any(other.tables for other in reader.names(name.end))
        if noun or (reader.ends(name.end) and not any(whens(reader, name.end))):
            yield name.end, Flagged(name, False), 0.2


def day_of(reader: Reader, at: int) -> Name | None:
    """The one day of each table on which what a verb tells of was done, where some rows have none: `return_date` of
    "returned"."""
    verb, columns = reader.word(at), reader.lattice.index.schema.columns.values()
    if verb not in VERBS or any(name.tables and name.cost < SURE for name in reader.names(at)):
        return None
    days = [
        c for c in columns if c.kind is ColumnKind.DATE and c.info.nulls and any(kin(verb, word) for word in c.words)
    ]
    if not days or len({c.table for c in days}) < len(days):
        return None
    return Name(verb, at, at + 1, tuple(Candidate(c.table, c.name, cost=0.1) for c in days))


def _said_of(reader: Reader, at: int) -> list[Name]:
    """The names here; or, of a word with "un" or "in" before it, what it denies: "unpaid", "inactive"."""
    word = reader.word(at)
    denied = ((word[2:],), (word[2:], "date")) if word.startswith(("un", "in")) and len(word) > 5 else ()
    found = [Name(word, at, at + 1, candidates) for said in denied if (candidates := reader.lattice.look_up(said))]
    return reader.names(at) or [name for name in found if name.cost < _NEARLY][:1]


def had(reader: Reader, at: int) -> Iterator[Found]:
    """What things have, or have not, by a column of yes and no: "with a terrace", "have no terrace", "allow pets"."""
    absent = reader.longest(english.ABSENT, at)
    start = absent[0] if absent else at + 1
    has = bool(_HAVING & set(reader.words[at : start + (absent is not None)]))
    start += reader.word(start) in _HAVING
    for name in reader.names(start + (reader.word(start) in english.SOME)) if has else ():
        if is_flag(reader, name):
            yield name.end, Flagged(name, absent is not None), name.cost
            if reader.word(name.end) == "and" and not absent:
                for end, more, cost in _also_had(reader, name.end + 1):
                    yield end, (Flagged(name, False), *more), name.cost + cost
    verb = start if absent else at
    for name in reader.names(verb + 1) if reader.word(verb) in VERBS else ():
        done = tuple(c for c in name.columns if _does(reader, c, reader.word(verb), len(name.text.split())))
        said = Name(name.text, name.start, name.end, tuple(replace(c, cost=0.1) for c in done))
        if done and is_flag(reader, said):
            yield name.end, Flagged(said, absent is not None), 0.1


def _also_had(reader: Reader, at: int) -> Iterator[tuple[int, tuple[Flagged, ...], float]]:
    """ "with parking and a balcony": both."""
    for name in reader.names(at + (reader.word(at) in english.SOME)):
        if is_flag(reader, name):
            yield name.end, (Flagged(name, False),), name.cost


def _does(reader: Reader, place: Candidate, verb: str, size: int) -> bool:
    """Whether a column is called as what is named, and the verb: `pets_allowed` of "allow pets"."""
    words = reader.lattice.index.schema.columns[place.table, place.column or ""].words
    return len(words) == size + 1 and any(kin(verb, word) for word in words)


def is_flag(reader: Reader, name: Name, most: float = SURE) -> bool:
    """Whether a name is surely a column's of yes and no."""
    columns = reader.lattice.index.schema.columns
    near = [c for c in name.candidates if c.cost <= name.cost + 0.5]
    found = [columns[c.table, c.column] for c in near if c.column]
    flags = all(column.kind is ColumnKind.FLAG or yes_and_no(column.info) for column in found)
    return flags and len(found) == len(near) and name.cost < most
