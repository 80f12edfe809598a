"""The words of chips: new questions about the tables, columns and values that were recognised, not yet planned."""

import re
from collections.abc import Iterator

from agent_worker.offline.asking_back.segments import Segments
from agent_worker.offline.english import senses
from agent_worker.offline.english.word_forms import stems
from agent_worker.offline.question.cut import Segment, SegmentKind
from agent_worker.offline.schema.model import Column, Table
from agent_worker.offline.schema.ranges import numbers_of

_FEW = 4
_TIME = re.compile(r"\b(?:in|since|after|before|until|between) (?:\w+ ){0,3}\d{4}$")
_GOOD = frozenset(("best", "worst", "highest", "lowest", "better", "top", "most"))
_BAD = frozenset(("worst", "lowest", "delay", "late", "wait", "complaints", "errors", "defects"))


def frequent(segments: Segments) -> Iterator[str]:
    """ "busiest", "most popular": that to which most rows of another table refer."""
    if not senses.FREQUENT & _all_words(segments):
        return
    for column in [c for c in segments.columns[:2] if c.role in ("category", "label")]:
        yield f"top 10 {column.spoken} by number of {segments.schema.tables[column.table].plural}"
    for table in segments.tables:
        for events in segments.events(table)[:1]:
            yield from _per_unit(segments, events)
            yield from _most(segments, table, events)
        yield from _per_unit(segments, table)
        yield from _ranked(segments, table, down=True)
        for column in segments.categories(table)[:2]:
            yield f"number of {table.plural} by {column.spoken}"
        yield from _per_time(segments, table)


def compared(segments: Segments) -> Iterator[str]:
    """ "invoices over 10,000": over that in which column."""
    for than, number in zip(segments.all, segments.all[1:], strict=False):
        if than.kind is SegmentKind.COMPARE and number.number is not None:
            amounts = [c for table in segments.tables[:1] for c in segments.amounts(table)]
            for column in [c for c in amounts if _may_be(c, number.number)][:_FEW]:
                before = segments.text[: than.start].removesuffix("with ")
                yield f"{before}with {column.spoken} {segments.text[than.start :]}"


def _may_be(column: Column, number: float) -> bool:
    known = numbers_of(column.info)
    return known is None or known[0] <= number <= known[1]


def rated(segments: Segments) -> Iterator[str]:
    """ "the best rating", "the worst delays": by the average of the figure that is named, or that is one of marks."""
    frequent_ones = {"popular", "common", "busy", "busiest", "frequent"} & segments.words
    word = next((word for word in _in_order(segments) if word in _GOOD and not frequent_ones), "")
    told = [c for c in segments.columns if c in segments.amounts(segments.schema.tables[c.table])]
    events = [other for table in segments.tables for other in (table, *segments.events(table))]
    marks = [c for table in events for c in segments.amounts(table) if senses.MARKS & set(c.all_words)]
    things = [(c.spoken, "") for c in segments.columns if c.role == "category"]
    things += [(table.singular, table.name) for table in segments.tables] if segments.names_a_table else []
    for column in dict.fromkeys(c.name for c in (told or marks)) if word else ():
        table = next(c for c in (told or marks) if c.name == column).table
        figure = segments.schema.columns[table, column].spoken
        down = (word in _BAD) == bool(_BAD & set(figure.split()))
        for thing, name in things:
            if name != table:
                yield f"{thing} with the {'highest' if down else 'lowest'} average {figure}"
                yield f"{thing} with the {'lowest' if down else 'highest'} average {figure}"
                yield f"average {figure} by {thing}"


def _most(segments: Segments, table: Table, events: Table) -> Iterator[str]:
    """Questions for the rows of `table` with the most rows of `events`: one for each key, where there are several."""
    keys = [k.column for k in segments.schema.keys if (k.table, k.ref_table) == (events.name, table.name)]
    if len(keys) == 1:
        yield f"which {table.singular} has the most {events.plural}"
        yield f"top 10 {table.plural} by number of {events.plural}"
    for key in keys if len(keys) > 1 else ():
        column = segments.schema.columns[events.name, key].spoken
        yield f"top 10 {column} by number of {events.plural}"


def _per_unit(segments: Segments, table: Table) -> Iterator[str]:
    """ "busiest day": by the unit of time that is named."""
    for segment in segments.all:
        for date in segments.dates(table) if segment.unit else ():
            yield f"number of {table.plural} by {segment.text}"
            yield f"number of {table.plural} by {segment.text} of {date.spoken}"


def by_measure(segments: Segments) -> Iterator[str]:
    """ "expensive", "how long", "the highest": by a column that may be what is measured."""
    word = next((word for word in _in_order(segments) if word in senses.HINTS), "")
    down = word in senses.DESCENDING
    for table in segments.schema.tables.values() if senses.LASTING & segments.words else ():
        for first, last in [table.span] if table.span else ():
            lasted = f"average time from {first.spoken} to {last.spoken}"
            yield from (f"{lasted} by {thing.singular}" for thing in segments.tables if segments.names_a_table)
            yield lasted
    for table in segments.tables if word else ():
        columns = hinted(segments, table, senses.HINTS[word])
        if {"how", "typical", "average", "usual"} & segments.words:
            yield from _averages(segments, table, columns[:2])
        for column in columns:
            yield from extreme(table, column, down)
        for column in columns:
            yield f"{table.plural} with {column.spoken} {'above' if down else 'below'} the average"
        yield from _ranked(segments, table, down)


def _averages(segments: Segments, table: Table, columns: list[Column]) -> Iterator[str]:
    for column in columns:
        if "year" in column.role:
            yield f"number of {table.plural} by {column.spoken}"
        yield f"average {column.spoken} of {table.plural}"
        for category in segments.categories(table)[:1]:
            yield f"average {column.spoken} by {category.spoken}"


def figures_for(segments: Segments) -> Iterator[str]:
    """A figure in place of a word that may name one: "revenue by month", "average wait"."""
    for segment in segments.unknown[:2]:
        money = segment.text.lower() in senses.MONEY
        told = next((other for other in reversed(segments.all) if other.end <= segment.start), None)
        fn = told.text if told is not None and told.kind is SegmentKind.FIGURE else ""
        if not money and not fn:
            continue
        fn = fn or "total"
        behind = segments.text[segment.end :].strip(" ?.!")
        for column in likely_figures(segments, money)[:_FEW]:
            yield f"{fn} {column.spoken} {behind}".strip()
            dates = segments.dates(segments.schema.tables[column.table])[:2]
            if re.search(r"\b(?:by|per) (?:day|week|month|quarter|year)$", behind):
                yield from (f"{fn} {column.spoken} {behind} of {date.spoken}" for date in dates)
            if time := _TIME.search(behind):
                before = f"{fn} {column.spoken} {behind[: time.start()]}"
                yield from (f"{before}with {date.spoken} {time.group()}" for date in dates)
            for owner in segments.tables if segments.names_a_table else ():
                yield f"{fn} {column.spoken} by {owner.singular}"
            yield f"{fn} {column.spoken}"
            for table in (segments.schema.tables[column.table], *segments.owners(column.table)):
                for category in segments.categories(table)[:1]:
                    yield f"{fn} {column.spoken} by {category.spoken}"


def of_values(segments: Segments) -> Iterator[str]:
    """A value alone, or beside another: "is jazz popular", "members versus casual"."""
    compared = {"vs", "versus", "compare", "compared"} & segments.words
    yield from _side_by_side(segments) if compared else ()
    if not segments.names_a_table or compared:
        yield from of_groups(segments) if segments.values else ()


def _side_by_side(segments: Segments) -> Iterator[str]:
    """Two values of one column, by a figure that is named, or by how many there are of what has them."""
    one, other = [*segments.values, None, None][:2]
    for ref in one.values if one and other else ():
        column = segments.schema.columns[ref.table, ref.column]
        same = other and any((r.table, r.column) == (ref.table, ref.column) for r in other.values)
        if one and other and same and not column.info.unique:
            behind = f"with {column.spoken} {one.text} or {other.text} by {column.spoken}"
            table = segments.schema.tables[ref.table]
            for events in (table, *segments.events(table)[:1]):
                yield from (f"average {c.spoken} of {events.plural} {behind}" for c in segments.columns[:1])
                yield f"number of {events.plural} {behind}"


def figures_named(segments: Segments) -> Iterator[str]:
    """Figures of the columns that are named: on average, by what owns them, the most of all."""
    for column in segments.columns[:2]:
        table = segments.schema.tables[column.table]
        if column in segments.amounts(table):
            for owner in segments.tables:
                if owner.name != table.name:
                    yield f"average {column.spoken} of {table.plural} by {owner.singular}"
            yield from _averages(segments, table, [column])
            yield f"{table.singular} with the highest {column.spoken}"


def of_groups(segments: Segments) -> Iterator[str]:
    """Rows counted by the columns that are named, and those with a value that is named."""
    for value in segments.values[:2]:
        for ref in value.values[:2]:
            table, column = segments.schema.tables[ref.table], segments.schema.columns[ref.table, ref.column]
            yield f"how many {table.plural} with {column.spoken} {value.text}"
            yield f"number of {table.plural} by {column.spoken}"
            yield f"{table.plural} with {column.spoken} {value.text}"
    for named in segments.columns[:2]:
        for column in (named, *(c for c in segments.schema.columns.values() if set(named.words) < set(c.words))):
            if column.role in ("category", "flag", "label") and column.info.values:
                table = segments.schema.tables[column.table]
                yield f"number of {table.plural} by {column.spoken}"


def over_time(segments: Segments) -> Iterator[str]:
    """ "trend", "growth": by month and by year."""
    if not senses.COURSE & _all_words(segments):
        return
    for table in segments.tables:
        if {"weekend", "weekday", "weekdays", "weekends"} & segments.words:
            yield from _per_time(segments, table, ("weekday",))
        yield from _per_time(segments, table)


def absent(segments: Segments) -> Iterator[str]:
    """ "never ordered", "unused": things to which nothing refers; rows that say no, or lack a value."""
    words = _all_words(segments)
    denied = bool(senses.ABSENCE & words) or any(word.endswith("n't") for word in words)
    for table in segments.tables if denied else ():
        for events in segments.events(table):
            yield f"{table.plural} without {events.plural}"
        for key in segments.schema.keys_of(table.name):
            yield f"{segments.schema.tables[key.ref_table].plural} without {table.plural}"
    for table in segments.tables if denied or senses.MISSING & words else ():
        yield from _lacking(table, senses.MISSING & words)


def _lacking(table: Table, missing: frozenset[str]) -> Iterator[str]:
    for column in table.columns:
        if column.info.nulls and missing:
            yield f"how many {table.plural} with missing {column.spoken}"
        if column.kind == "flag":
            yield f"{table.plural} that are not {column.spoken}"
            yield f"how many {table.plural} that are not {column.spoken}"
            yield f"number of {table.plural} by {column.spoken}"


def about_tables(segments: Segments) -> Iterator[str]:
    """What can be asked of the tables that the question names."""
    for table in segments.tables[:2]:
        yield f"how many {table.plural}"
        for column in segments.categories(table)[:1]:
            yield f"number of {table.plural} by {column.spoken}"
        for events in segments.events(table)[:1]:
            yield f"which {table.singular} has the most {events.plural}"
        yield from list(_ranked(segments, table, down=True))[:1]
        yield f"list {table.plural}"
    for table in segments.tables[:1]:
        yield f"list {table.name}"
        yield f"how many {table.name}"


def _all_words(segments: Segments) -> set[str]:
    return segments.words | {part for word in segments.words for part in re.split(r"[-\s]", word)}


def _in_order(segments: Segments) -> list[str]:
    """The words of the question in small letters, but for names: the "New" of "New York"."""
    first, *words = re.findall(r"\w+", segments.text) or [""]
    return [first.lower(), *(word.lower() for word in words if not word[:1].isupper())]


def extreme(table: Table, column: Column, down: bool) -> Iterator[str]:
    """The first and the first ten of a table by a column; of a date also how its rows lie over the years."""
    if column.kind == "date":
        yield f"{table.plural} sorted by {column.spoken}{' descending' if down else ''}"
        yield f"{'latest' if down else 'earliest'} {column.spoken}"
        yield f"number of {table.plural} by year of {column.spoken}"
        return
    yield f"{table.singular} with the {'highest' if down else 'lowest'} {column.spoken}"
    yield f"top 10 {table.plural} by {column.spoken}" if down else f"bottom 10 {table.plural} by {column.spoken}"


def _ranked(segments: Segments, table: Table, down: bool) -> Iterator[str]:
    for column in segments.amounts(table)[:3]:
        yield f"which {table.singular} has the {'highest' if down else 'lowest'} {column.spoken}"
    for events in segments.events(table)[:1]:
        for column in segments.amounts(events)[:2]:
            yield f"average {column.spoken} of {events.plural} by {table.singular}"
            yield f"total {column.spoken} by {table.singular}"


def _per_time(segments: Segments, table: Table, units: tuple[str, ...] = ("month", "year")) -> Iterator[str]:
    dates = segments.dates(table)
    for events in () if dates else segments.events(table)[:1]:
        yield from _per_time(segments, events, units)
    for unit in units if dates else ():
        yield f"number of {table.plural} by {unit}"
        if len(dates) > 1:
            yield f"number of {table.plural} by {unit} of {dates[0].spoken}"


def hinted(segments: Segments, table: Table, hints: tuple[str, ...]) -> list[Column]:
    found = [c for c in table.columns if set(hints) & set(c.all_words) and c.kind in ("number", "date")]
    found = [c for c in found if c in segments.amounts(table) or c.kind == "date" or "year" in c.role]
    return sorted(found, key=lambda c: min(hints.index(w) for w in c.all_words if w in hints))


def likely_figures(segments: Segments, money: bool) -> list[Column]:
    """The figures of the tables that are named and of those that refer to them; of money first, where it is meant."""
    near_by = [*segments.tables, *(events for table in segments.tables for events in segments.events(table))]
    near_by = near_by if not money else [*near_by, *segments.schema.tables.values()]
    found = [
        c for table in dict.fromkeys(t.name for t in near_by) for c in segments.amounts(segments.schema.tables[table])
    ]
    if money:
        found = [c for c in found if set(senses.MONEY_COLUMNS) & stems(c.all_words) or
                 set(senses.MONEY_COLUMNS) & set(c.all_words)]  # fmt: skip
    if senses.INCOME & segments.words:
        found.sort(key=lambda column: bool(senses.SPENDING & stems(column.all_words)))
    return found


def _spoken_before(segments: Segments, segment: Segment) -> bool:
    """Whether a figure is already summed or averaged: "average speed"."""
    before = [other for other in segments.all if other.end <= segment.start]
    return bool(before) and before[-1].kind is SegmentKind.FIGURE
