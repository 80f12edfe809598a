"""How many nodes are wanted for the questions that run and wait, and which have had none for long. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import ceil
from typing import NamedTuple


class Room(NamedTuple):
    """What a node that there is takes: so many questions, and those that need one of these resources."""

    slots: int
    offers: frozenset[str] = frozenset()


def wanted_nodes(resources: Iterable[str], there: Sequence[Room], slots: int, least: int) -> list[str]:
    """What each node that is wanted has to offer, "" for nothing. `resources`: what each question needs that runs or
    waits for room. Those that are there take their own number of them, any other `slots`, and at least so many nodes
    are there always."""
    needed = Counter(resources)
    offering = [
        name
        for name in sorted(needed)
        if name
        for _ in range(_nodes_for(needed[name], [room.slots for room in there if name in room.offers], slots))
    ]
    together = max(least, _nodes_for(needed.total(), [room.slots for room in there], slots), len(offering))
    return offering + [""] * (together - len(offering))


def _nodes_for(questions: int, there: Iterable[int], slots: int) -> int:
    """How many nodes take so many questions: those that are there first, the largest of them before all."""
    nodes = 0
    for own in sorted(there, reverse=True):
        if questions <= 0:
            break
        questions -= own
        nodes += 1
    return nodes + ceil(max(0, questions) / slots)


def is_wanted(offers: Iterable[str], running: Iterable[Iterable[str]], wanted: list[str]) -> bool:
    """Whether one more node, which offers this, is wanted beside those that there are, each with what it offers."""
    there = [set(node) for node in running]
    short = Counter(wanted)
    return len(there) < len(wanted) or any(
        name and name in short and sum(name in node for node in there) < short[name] for name in offers
    )


class IdleNodes:
    """Since when each node has had no question."""

    def __init__(self, idle_s: float) -> None:
        self._idle_s = idle_s
        self._since: dict[str, float] = {}

    def look(self, jobs: Mapping[str, int], now: float) -> list[str]:
        """`jobs`: how many run on each node, by its id. Returns the ids of those that have been idle for long, the
        longest first."""
        idle = [node for node, count in jobs.items() if count == 0]
        self._since = {node: self._since.get(node, now) for node in idle}
        return sorted((node for node in idle if now - self._since[node] >= self._idle_s), key=self._since.__getitem__)
