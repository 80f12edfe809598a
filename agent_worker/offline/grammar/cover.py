"""The cheapest ways to read a whole question: fragments from left to right, so that every word is accounted for."""

from agent_worker.offline.grammar.clauses import CLAUSES
from agent_worker.offline.grammar.fragments import Everything, Fragment, Group, Mention, Parse, Per, Select, Sort, Verb
from agent_worker.offline.grammar.reader import Reader
from agent_worker.offline.grammar.selecting import selects
from agent_worker.offline.grammar.terse import terse
from agent_worker.offline.lexer.lattice import Lattice

_KEPT = 14
_FRAGMENT = 0.1
"""What each fragment costs: fewer and longer ones say more."""


def parses(lattice: Lattice) -> tuple[list[Parse], int]:
    """The readings of a question, the cheapest first, and how far it could be read at all (in tokens)."""
    reader = Reader(lattice)
    best: list[list[Parse]] = [[] for _ in range(reader.size + 1)]
    best[0] = [Parse((), 0.0)]
    reached = 0
    for at in range(reader.size):
        if not best[at]:
            continue
        reached = at
        best[at] = _cheapest(best[at])
        steps = [(e, f, c) for rule in CLAUSES for e, f, c in rule(reader, at)]
        asks, bare = list(selects(reader, at)), list(terse(reader, at))
        for parse in best[at]:
            for end, fragment, cost in steps:
                _add(best, parse, end, fragment, cost)
            extra = _may_ask(reader, at, parse)
            for end, fragment, cost in asks if extra is not None else ():
                _add(best, parse, end, fragment, cost + (extra or 0.0))
            for end, fragment, cost in bare if _is_first(parse) else ():
                _add(best, parse, end, fragment, cost)
    if not best[reader.size]:
        return [], reached
    return _cheapest(best[reader.size]), reader.size


def _may_ask(reader: Reader, at: int, parse: Parse) -> float | None:
    """What it costs to ask for something here: at the beginning, or once more behind a stop, a comma or an "and"."""
    asked = sum(isinstance(f, (Select, Everything)) for f in parse.fragments)
    if not asked:
        return 0.0 if all(isinstance(f, (Group, Sort, Per)) for f in parse.fragments) else None
    behind = reader.word(at - 1) in (".", "?", ";", ",", "and", "!", "then")
    return 0.3 if asked == 1 and behind else None


def _is_first(parse: Parse) -> bool:
    """Whether no noun has been named yet: "urgent orders by month"."""
    return not any(isinstance(f, (Select, Everything, Mention, Verb)) for f in parse.fragments)


def _add(best: list[list[Parse]], parse: Parse, end: int, fragment: object, cost: float) -> None:
    if fragment is None:
        best[end].append(Parse(parse.fragments, parse.cost + cost))
        return
    more: tuple[Fragment, ...] = fragment if isinstance(fragment, tuple) else (fragment,)
    best[end].append(Parse(parse.fragments + more, parse.cost + cost + _FRAGMENT))


def _cheapest(found: list[Parse]) -> list[Parse]:
    kept: dict[tuple[Fragment, ...], Parse] = {}
    for parse in sorted(found, key=lambda parse: parse.cost):
        if parse.fragments not in kept:
            kept[parse.fragments] = parse
            if len(kept) == _KEPT:
                break
    return list(kept.values())
