"""What is said of time: points and stretches of it as conditions, and its units as groups."""

from collections.abc import Iterator
from dataclasses import replace

from agent_worker.offline.english import lexicon as english
from agent_worker.offline.english.vocabulary import ADVERBS, MONTHS, UNIT_PHRASES, WEEKDAYS
from agent_worker.offline.grammar.fragments import Fragment, Group, Per, TimeExpression, When
from agent_worker.offline.grammar.reader import Found, Reader
from agent_worker.offline.lexer.lattice import Name
from agent_worker.offline.schema.lookup import Candidate
from agent_worker.offline.schema.roles import ColumnKind

_YEARS = range(1900, 2101)
_LONGEST_UNIT = 4
_MOST_GROUPS = 3
_WITHIN = frozenset(("in", "on", "during", "of", "for", "within", "at", "from"))
_SIDES = {"since": ">=", "after": ">", "before": "<", "until": "<=", "till": "<=", "through": "<="}
_QUARTERS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}
_KNOWN = 0.4
"""What a year or a day alone costs: where a column is told otherwise, that is meant."""


def time_expression(reader: Reader, at: int) -> Iterator[tuple[int, TimeExpression]]:
    """ "March", "March 2013", "4 July 2013", "2013-07-04", "the second quarter of 2012", "Mondays", "2013"."""
    at += reader.word(at) == "the"
    at += (reader.word(at) == "year") * (1 + (reader.word(at + 1) == "of"))
    word, number = reader.word(at), _number(reader, at)
    if word in WEEKDAYS:
        yield at + 1, TimeExpression(word, weekday=WEEKDAYS[word])
    elif word in MONTHS:
        day = _number(reader, at + 1)
        if 0 < day < 32:
            yield from _of_year(reader, at + 2, TimeExpression(f"{word} {day}", month=MONTHS[word], day=day))
        else:
            yield from _of_year(reader, at + 1, TimeExpression(word, month=MONTHS[word]))
    elif 0 < number < 32 and (month := reader.word(at + 1 + (reader.word(at + 1) == "of"))) in MONTHS:
        end = at + 2 + (reader.word(at + 1) == "of")
        yield from _of_year(reader, end, TimeExpression(f"{number} {month}", month=MONTHS[month], day=number))
    elif word[:1] == "q" and word[1:] in ("1", "2", "3", "4"):
        yield from _of_year(reader, at + 1, TimeExpression(word, quarter=int(word[1:])))
    elif word in _QUARTERS and reader.word(at + 1) == "quarter":
        yield from _of_year(reader, at + 2, TimeExpression(f"{word} quarter", quarter=_QUARTERS[word]))
    elif written := next((n for n in reader.numbers(at) if n.date), None):
        year, month_of, *rest = (int(piece) for piece in written.text.split("-"))
        if 0 < month_of < 13 and all(0 < one < 32 for one in rest):
            yield at + 1, TimeExpression(written.text, year=year, month=month_of, day=rest[0] if rest else None)
    elif number in _YEARS and len(word) == 4:
        yield at + 1, TimeExpression(word, year=number)


def _number(reader: Reader, at: int) -> int:
    """The whole number here, or -1."""
    numbers = [number.number for number in reader.plain_numbers(at)]
    return int(numbers[0]) if numbers and numbers[0] == int(numbers[0]) else -1


def _of_year(reader: Reader, at: int, said: TimeExpression) -> Iterator[tuple[int, TimeExpression]]:
    place = at + (reader.word(at) in (",", "of", "in"))
    year = _number(reader, place)
    if year in _YEARS:
        yield place + 1, replace(said, text=f"{said.text} {year}", year=year)
    else:
        yield at, said


def when(reader: Reader, at: int) -> Iterator[Found]:
    """ "in March 2013", "born in 2010", "not on Mondays", "since April", "between March and May", "order date before
    1996"."""
    for end, found in _conditions(reader, at):
        yield end, found, 0.05 + (_KNOWN if all(map(_is_told, found.times)) else 0.0)
    yield from _born(reader, at)
    for start, name in reader.noun(at):
        place = reader.maybe(english.COPULAS, start) if reader.word(start) not in _WITHIN else start
        for end, found in _conditions(reader, place) if name.is_column else ():
            yield (end, replace(found, name=name), name.cost + (_KNOWN if all(map(_is_told, found.times)) else 0.0))


def _born(reader: Reader, at: int) -> Iterator[Found]:
    """ "born in 2010": by the date of birth."""
    columns = reader.lattice.index.schema.columns.values() if reader.word(at) == "born" else ()
    dates = tuple(
        Candidate(c.table, c.name) for c in columns if c.kind is ColumnKind.DATE and english.BORN & set(c.all_words)
    )
    for end, found in _conditions(reader, at + 1) if dates else ():
        yield end, replace(found, name=Name("born", at, at + 1, dates)), 0.1


def _is_told(one: TimeExpression) -> bool:
    return one.is_year or one.is_written


def _conditions(reader: Reader, at: int) -> Iterator[tuple[int, When]]:
    negated = reader.word(at) == "not"
    word, start = reader.word(at + negated), at + negated + 1
    if word in _SIDES and not negated:
        for end, one in time_expression(reader, start):
            yield end, When(_SIDES[word], (one,))
    if word in ("between", "from"):
        for end, low in time_expression(reader, start):
            if reader.word(end) in (("and", "to") if word == "between" else ("to", "until", "till", "through")):
                for last, high in time_expression(reader, end + 1):
                    same = replace(low, year=high.year) if low.year is None else low
                    yield last, When("not between" if negated else "between", (same, high))
    if word in _WITHIN:
        for end, times in _listed(reader, start):
            of_noun = reader.before(at) or reader.word(at - 1) in UNIT_PHRASES
            if word != "of" or of_noun or not all(one.is_year for one in times):
                yield end, When("not in" if negated else "in", times)


def _listed(reader: Reader, at: int) -> Iterator[tuple[int, tuple[TimeExpression, ...]]]:
    """ "March and April 2013": a year said once, at the end, belongs to all."""
    if reader.word(at + (reader.word(at) == "the")) in ("weekend", "weekends"):
        saturday_and_sunday = (TimeExpression("Saturday", weekday=6), TimeExpression("Sunday", weekday=7))
        yield at + 1 + (reader.word(at) == "the"), saturday_and_sunday
    for end, first in time_expression(reader, at):
        yield end, (first,)
        place = end
        while reader.word(place) in (",", "and", "or"):
            place += 1
        if place > end:
            place += reader.word(place) in ("in", "on")
            for last, others in _listed(reader, place):
                year = others[-1].year
                shared = replace(first, year=year) if first.year is None and first.weekday is None else first
                yield last, (shared, *others)


def periods(reader: Reader, at: int) -> Iterator[Found]:
    """ "by month", "per day of the week", "by carrier and ship year", "monthly"."""
    if reader.word(at) in ADVERBS:
        yield at + 1, Per(UNIT_PHRASES[reader.word(at)]), 0.05
    for start, firm in reader.phrase(english.GROUPS, at):
        if not firm and reader.is_passive(at - 1):
            continue  # "shipped by"
        for end, dims, cost in _dimensions(reader, start, bool(firm), _MOST_GROUPS):
            if any(isinstance(one, Per) for one in dims):
                yield end, dims, cost


def _dimensions(reader: Reader, at: int, firm: bool, most: int) -> Iterator[tuple[int, tuple[Fragment, ...], float]]:
    """Units of time and nouns with commas and "and" between them."""
    for end, one, cost in _dimension(reader, at, firm):
        yield end, (one,), cost
        place = end
        while reader.word(place) in (",", "and", "by"):
            place += 1
        if place > end and most > 1:
            for last, others, more in _dimensions(reader, place, firm, most - 1):
                yield last, (one, *others), cost + more


def _dimension(reader: Reader, at: int, firm: bool) -> Iterator[tuple[int, Fragment, float]]:
    for end, unit in unit_of_time(reader, at):
        yield end, Per(unit), 0.05
        if reader.word(end) in ("of", "in", "from"):
            for last, name in reader.noun(end + 1):
                if name.columns:
                    yield last, Per(unit, name), 0.05 + name.cost
    for end, name in reader.noun(at):
        yield end, Group((name,), firm), name.cost + 0.05
        for last, unit in unit_of_time(reader, end):
            if date := _date_of(reader, name):
                yield last, Per(unit, date), 0.05 + date.cost


def unit_of_time(reader: Reader, at: int) -> Iterator[tuple[int, str]]:
    """A unit of time that begins here: "month", "day of the week"."""
    at += reader.word(at) == "the"
    longest = min(_LONGEST_UNIT, reader.size - at)
    sizes = [n for n in range(longest, 0, -1) if " ".join(reader.words[at : at + n]) in UNIT_PHRASES]
    if sizes:
        yield at + sizes[0], UNIT_PHRASES[" ".join(reader.words[at : at + sizes[0]])]


def _date_of(reader: Reader, name: Name) -> Name | None:
    """ "ship year" is the year of the ship date."""
    words = reader.words[name.start : name.end]
    found = words[-1] == "date" and name.candidates
    candidates = found or reader.lattice.look_up((*words, "date"))
    return replace(name, candidates=candidates) if candidates and candidates[0].column else None
