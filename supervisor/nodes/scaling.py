"""How many nodes are wanted for the questions that run and wait, and which have had none for long. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from math import ceil


def wanted_nodes(resources: Iterable[str], slots: int, least: int) -> list[str]:
    """What each node that is wanted has to offer, "" for nothing. `resources`: what each question needs that runs or
    waits for room; a node takes `slots` of them, and at least so many nodes are there always."""
    needed = Counter(resources)
    offering = [name for name in sorted(needed) if name for _ in range(ceil(needed[name] / slots))]
    together = max(least, ceil(needed.total() / slots), len(offering))
    return offering + [""] * (together - len(offering))


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
