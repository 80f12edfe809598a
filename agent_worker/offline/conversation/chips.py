"""Whole questions to choose from in place of one that is not understood: each was planned before it is offered."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from agent_worker.offline.conversation.pieces import Pieces
from agent_worker.offline.conversation.proposals import (
    about_tables,
    absent,
    by_measure,
    figures_for,
    figures_named,
    frequent,
    of_groups,
    of_values,
    over_time,
)
from agent_worker.offline.conversation.rewording import (
    codes,
    in_period,
    in_units,
    near_names,
    other_words,
    put_in_place,
    without_left_over,
)
from agent_worker.offline.single import NotUnderstood, Single
from agent_worker.plan import SqlPlan

_LEAST, _MOST = 2, 4
_MOST_TRIES = 36
_MANY_COLUMNS = 600

Proposals = Callable[[Pieces], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Chip:
    """A question that works, and its statement."""

    question: str
    plan: SqlPlan


def chips_for(single: Single, problem: NotUnderstood, refused: frozenset[str] = frozenset()) -> list[Chip]:
    """Two to four questions, those nearest to what was asked first, whose statements are not among the `refused` ones.
    Bounded: so many are tried and no more."""
    pieces = Pieces(single, problem.text).translated()
    found: dict[str, Chip] = {}
    tries = _MOST_TRIES if len(pieces.schema.columns) < _MANY_COLUMNS else _MOST_TRIES // 3
    for proposals in _ways(problem):
        for question in proposals(pieces):
            if len(found) == _MOST or tries == 0:
                break
            tries -= 1
            plan = single.works(question) if question != problem.text else None
            if plan is not None and plan.sql not in {*found, *refused}:
                found[plan.sql] = Chip(question, plan)
        if len(found) >= _LEAST:
            break
    return list(found.values())


def _ways(problem: NotUnderstood) -> list[Proposals]:
    """From what is nearest to the question to what can always be asked."""
    return [
        lambda _: put_in_place(problem),
        lambda pieces: iter([pieces.text]),
        *(codes, in_units, in_period, of_values, absent, by_measure, frequent, figures_for, over_time),
        *(other_words, figures_named, near_names, of_groups, without_left_over, about_tables),
    ]
