"""Chooses the chips of a question back: texts are tried, the nearest first, and those that can be planned are offered.

What a chip says is worded in `chip_wording.py` (new questions about the same data) and in `question_rewording.py` (the
person's own question, changed in one place).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from agent_worker.offline.asking_back.chip_wording import (
    about_tables,
    absent,
    by_measure,
    compared,
    figures_for,
    figures_named,
    frequent,
    of_groups,
    of_values,
    over_time,
    rated,
)
from agent_worker.offline.asking_back.question_rewording import (
    codes,
    from_to,
    in_period,
    in_units,
    near_names,
    put_in_place,
    put_in_place_with_codes,
    without_left_over,
)
from agent_worker.offline.asking_back.segments import Segments
from agent_worker.offline.question.single import NotUnderstood, Single

_LEAST, _MOST = 2, 4
_MOST_TRIES, _LAST_TRIES = 36, 6
_TRIED_COLUMNS = 20_000
"""Planning takes longer the more columns there are: of a wide catalog fewer questions are tried."""
_TABLES = "what tables are there"

Proposals = Callable[[Segments], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Chip:
    """A question that works, and its statement; empty where it is answered without one."""

    question: str
    sql: str


def chips_for(single: Single, problem: NotUnderstood, refused: frozenset[str] = frozenset()) -> list[Chip]:
    """Two to four questions, those nearest to what was asked first, whose statements are not among the `refused` ones.
    Bounded: so many are tried and no more."""
    segments = Segments(single, problem.questions[0] if problem.questions else problem.text).translated()
    found: dict[str, Chip] = {}
    tries = max(_LAST_TRIES, min(_MOST_TRIES, _TRIED_COLUMNS // max(len(segments.schema.columns), 1)))
    for proposals in _ways(problem):
        tries -= _try(single, islice(_new(proposals(segments), problem), tries), found, refused)
        if len(found) >= _LEAST or tries <= 0:
            break
    if len(found) < _LEAST:
        _try(single, islice(about_tables(segments), _LAST_TRIES), found, refused)
    chips = list(found.values())
    return chips if len(chips) >= _LEAST else [*chips, Chip(_TABLES, "")]


def _new(questions: Iterator[str], problem: NotUnderstood) -> Iterator[str]:
    for question in questions:
        dated = not problem.within or re.search(r"\d{4}", question)
        if question != problem.text and (dated or not _has_one_of(problem.within, question)):
            yield question if dated else f"{question} {problem.within}"


def _has_one_of(within: str, question: str) -> bool:
    """Is this grouped by the month, within one month, or by the year, within one year? That makes one row."""
    grouped = re.search(r"\bby (month|year)\b", question)
    return grouped is not None and (grouped[1] == "year" or re.fullmatch(r"in [A-Za-z]+ \d{4}", within) is not None)


def _try(single: Single, questions: Iterator[str], found: dict[str, Chip], refused: frozenset[str]) -> int:
    """Plan questions until enough have worked; returns how many were planned."""
    tried = 0
    for question in questions:
        if len(found) == _MOST:
            break
        tried += 1
        plan = single.works(question)
        if plan is not None and plan.sql not in {*found, *refused}:
            found[plan.sql] = Chip(question, plan.sql)
    return tried


def _ways(problem: NotUnderstood) -> list[Proposals]:
    """From what is nearest to the question to what can always be asked."""
    return [
        lambda _: put_in_place(problem),
        lambda segments: put_in_place_with_codes(problem, segments),
        lambda segments: iter([segments.text]),
        *(codes, from_to, in_units, compared, of_values, absent, rated, by_measure, frequent, figures_for, in_period),
        *(over_time, figures_named, near_names, of_groups, without_left_over, about_tables),
    ]
