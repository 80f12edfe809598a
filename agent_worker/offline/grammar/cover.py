"""The cheapest ways to read a whole question: fragments from left to right, so that every word is accounted for."""

from collections.abc import Iterator

from agent_worker.offline.english import lexicon as english
from agent_worker.offline.grammar.asked_for.selecting import selects
from agent_worker.offline.grammar.clauses import CLAUSES, Rule
from agent_worker.offline.grammar.continuing import continued, opening
from agent_worker.offline.grammar.fragments import Everything, Fragment, Group, Mention, Parse, Per, Select, Sort, Verb
from agent_worker.offline.grammar.reader import Found, Reader
from agent_worker.offline.grammar.terse import terse
from agent_worker.offline.lexer.lattice import Lattice

_KEPT = 16
_FRAGMENT = 0.1
"""What each fragment costs: fewer and longer ones say more."""


def parses(lattice: Lattice) -> tuple[list[Parse], int]:
    """The parses of a question, the cheapest first, and how far it could be read at all (in tokens)."""
    return _covers(Reader(lattice), 0, CLAUSES, terse)


def further_parses(lattice: Lattice) -> tuple[list[Parse], bool]:
    """The parses of a text that goes on from an earlier question, and whether it adds to that."""
    reader = Reader(lattice)
    start, adds = opening(reader)
    return _covers(reader, start, (*CLAUSES, continued), _nothing)[0], adds


def _nothing(_reader: Reader, _at: int) -> Iterator[Found]:
    return iter(())


def _covers(reader: Reader, start: int, rules: tuple[Rule, ...], bare: Rule) -> tuple[list[Parse], int]:
    best: list[list[Parse]] = [[] for _ in range(reader.size + 1)]
    best[start] = [Parse((), 0.0)]
    reached = start
    for at in range(start, reader.size):
        if not best[at]:
            continue
        reached = at
        best[at] = _cheapest(best[at])
        steps = [(e, f, c) for rule in rules for e, f, c in rule(reader, at)]
        if bare is not terse and reader.word(at) == "by":
            steps = [step for step in steps if step[1] is not None]  # nothing else tells that groups are meant
        asks = list(selects(reader, at)) if bare is terse or at == start else []
        few = list(bare(reader, at))
        for parse in best[at]:
            for end, fragment, cost in steps:
                _add(best, parse, end, fragment, cost)
            extra = _may_ask(reader, at, parse)
            for end, fragment, cost in asks if extra is not None else ():
                _add(best, parse, end, fragment, cost + (extra or 0.0))
            for end, fragment, cost in few if _is_first(parse) else ():
                _add(best, parse, end, fragment, cost)
    whole = [parse for parse in best[reader.size] if not _is_idle(parse)]
    if not whole:
        return [], reached
    found = _cheapest(whole)
    return [parse for parse in found if bare is not terse or _asks(parse)], reader.size


def _may_ask(reader: Reader, at: int, parse: Parse) -> float | None:
    """What it costs to ask for something here: at the beginning, or once more behind a stop, a comma or an "and"."""
    asked = sum(isinstance(f, (Select, Everything)) for f in parse.fragments)
    if not asked:
        return 0.0 if all(isinstance(f, (Group, Sort, Per)) for f in parse.fragments) else None
    behind = reader.word(at - 1) in (".", "?", ";", ",", "and", "!", "then") or any(
        reader.maybe(english.BESIDE, start) == at for start in range(max(at - 4, 1), at)
    )
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
    """The cheapest of those that ask for something already, and of those that do not yet."""
    kept: tuple[dict[tuple[Fragment, ...], Parse], ...] = ({}, {})
    for parse in sorted(found, key=lambda parse: parse.cost):
        of_kind = kept[_asks(parse)]
        if len(of_kind) < _KEPT:
            of_kind.setdefault(parse.fragments, parse)
    return [*kept[True].values(), *kept[False].values()]


def _is_idle(parse: Parse) -> bool:
    """Whether nothing opens it, and it has no groups that would be counted: its rows are meant."""
    few = [f for f in parse.fragments if isinstance(f, Select) and f.terse and all(item.fn for item in f.items)]
    return bool(few) and not any(isinstance(f, (Group, Per)) for f in parse.fragments)


def _asks(parse: Parse) -> bool:
    return any(isinstance(f, (Select, Everything)) for f in parse.fragments)
