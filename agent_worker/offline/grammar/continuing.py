"""What only a text says that goes on from an earlier question: "and the median?", "top 3", "2024?", "in percent"."""

import re
from collections.abc import Iterator
from itertools import pairwise

from agent_worker.offline.english import lexicon as english
from agent_worker.offline.english.tokens import words_in
from agent_worker.offline.grammar.conditions.comparisons import numbered
from agent_worker.offline.grammar.fragments import Fragment, Rank, Select, SelectItem, Share, When, Where
from agent_worker.offline.grammar.reader import Found, Reader
from agent_worker.offline.grammar.time.times import time_expression

_STOP = re.compile(r"[.?!;]\s")
_FIRST = {"top": True, "bottom": False, "first": True, "best": True, "worst": False}
_PERCENT = ("percent", "percentage", "percentages", "%", "share", "shares")
_LEADING = frozenset(("of", "for", "among", "in", "from", "within", "at", "on", "with"))
_OF_THOSE = (("of", "those"), ("of", "these"), ("of", "them"))


def goes_on(question: str) -> bool:
    """Whether a text says itself that it goes on from an earlier one."""
    words = words_in(question)
    behind = any(end == len(words) for at in range(1, len(words)) for end, _ in english.GOES_ON_BEHIND.at(words, at))
    return bool(english.GOES_ON.at(words, 0)) or (behind and words[-1:] != ["please"]) or points_back(question)


def points_back(question: str) -> bool:
    """Whether it asks of "those" that an earlier question was about."""
    words = words_in(_STOP.split(question.strip())[0])
    return any(pair in _OF_THOSE and words[at - 1 : at] != ["each"] for at, pair in enumerate(pairwise(words)))


def led_by(question: str) -> bool:
    """Whether a text begins with a preposition, and nothing in it asks: "of chefs", "in Berlin"."""
    words = words_in(question)
    asks = any(english.opens(words, at) for at in range(len(words)))
    return words[:1] != [] and words[0] in _LEADING and not asks


def is_figure_alone(parts: tuple[Fragment, ...]) -> bool:
    """Whether only a figure of a column is asked for, of nothing that is named."""
    items = parts[0].items if len(parts) == 1 and isinstance(parts[0], Select) else ()
    return bool(items) and all(i.fn and i.name and i.name.is_column and i.owner is None for i in items)


def asks_whole(question: str) -> bool:
    """Whether behind such words a whole question opens: "and how many customers are there"."""
    words = words_in(question)
    at = 0
    while found := english.GOES_ON.at(words, at):
        at = found[0][0]
    return english.opens(words, at) and not points_back(question)


def opening(reader: Reader) -> tuple[int, bool]:
    """Behind the words that say so at the beginning, and whether something is added."""
    at, adds = 0, False
    while found := reader.longest(english.GOES_ON, at):
        at, adds = found[0], adds or found[1] == "also"
    return at, adds or reader.words[-1:] in (["too"], ["also"]) or reader.words[-2:] == ["as", "well"]


def continued(reader: Reader, at: int) -> Iterator[Found]:
    """What may stand alone behind an earlier question."""
    start = reader.skip(english.DETERMINERS, at)
    yield from _figure_alone(reader, at, start)
    for end, descending in ((at + 1, _FIRST[reader.word(at)]),) if reader.word(at) in _FIRST else ():
        for number in reader.plain_numbers(end):
            if number.number >= 1:
                yield number.end, Rank(descending, int(number.number)), 0.0
    for end, one in time_expression(reader, at):
        yield end, When("in", (one,)), 0.1
    for end in (at + 1, at + 2) if reader.word(at) in ("as", "in") else ():
        if reader.word(end) in _PERCENT:
            yield end + 1, Share(True), 0.0
    yield from _denied(reader, at)
    yield from _compared(reader, at)
    yield from numbered(reader, at)
    yield from _in_second_place(reader, at)
    for end, operands, _ in reader.known_values(start):
        if reader.word(end) not in english.INVOLVING:
            yield end, Where(None, "=", operands, state=True), 0.1
    for end, _ in reader.phrase(english.GOES_ON_BEHIND, at):
        if end == reader.size:
            yield end, None, 0.0


def _in_second_place(reader: Reader, at: int) -> Iterator[Found]:
    """ "who is second": behind the first by the same figure."""
    place = reader.skip(english.DETERMINERS, reader.maybe(english.OPENERS, at))
    place += reader.word(place) in ("is", "was", "came", "in", "comes")
    place = reader.skip(english.DETERMINERS, place)
    if nth := english.ORDINALS.get(reader.word(place)):
        yield place + 1 + (reader.word(place + 1) in ("one", "place", "best")), Rank(True, 1, nth=nth), 0.0


def _figure_alone(reader: Reader, at: int, start: int) -> Iterator[Found]:
    """ "the average", "how many": of what was measured before."""
    for end, fn in reader.phrase(english.AGGREGATES, start):
        yield end, Select((SelectItem(fn),)), 0.2
    for end, descending in reader.phrase(english.EXTREMES, at) if not reader.phrase(english.AGGREGATES, start) else ():
        yield end, Rank(descending, 0), 0.2
    for end, _ in (*reader.phrase(english.COUNT, at), *reader.phrase(english.BARE_COUNT, at)):
        yield end, Select((SelectItem("count"),)), 0.2


def _denied(reader: Reader, at: int) -> Iterator[Found]:
    """ "except Delta", "without 2013", "not on Mondays"."""
    without = [(at + 1, None)] if reader.word(at) == "without" else []
    for start, _ in (*reader.phrase(english.EXCEPT, at), *without):
        place = start + (reader.word(start) in english.PREPOSITIONS)
        for end, one in time_expression(reader, place):
            yield end, When("not in", (one,)), 0.1
        for end, operands, _ in reader.known_values(place):
            yield end, Where(None, "!=", operands), 0.0


def _compared(reader: Reader, at: int) -> Iterator[Found]:
    """ "over 50": of what was compared before."""
    for start, operator in reader.phrase(english.COMPARE, at) if reader.word(at) not in english.TIMELY else ():
        for number in reader.plain_numbers(start) if operator in english.ORDERING else ():
            yield number.end, Where(None, operator, (number,)), 0.1
