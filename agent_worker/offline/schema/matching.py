"""How well people's words fit a name in the data: "departure delay" and `dep_delay`, "order date" and `o_orderdate`.

General ways only: whole words, plurals, beginnings and consonant skeletons of words, run-together names.
"""

import re
from functools import lru_cache

from agent_worker.offline.english.vocabulary import ABBREVIATIONS
from agent_worker.offline.english.word_forms import stem

_VOWELS = frozenset("aeiou")
_DERIVING = frozenset(("al", "als", "er", "ers", "ed", "ing", "ings", "ion", "ions", "ive", "ally", "ist", "ists", "or",
                       "ors", "an", "ans", "ian", "ians", "ate", "ated", "ation"))  # fmt: skip
"""Endings that make another word of a whole one."""

EXACT, ABBREVIATED, PARTIAL = 0, 2, 5
"""Costs of a fit; costs of a name's parts are not added up, the worst counts."""

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@lru_cache(65536)
def parts_of(name: str) -> tuple[str, ...]:
    """A name's parts in lower case, one at least: `dep_delay` and `depDelay` are dep, delay; `_` is itself."""
    pieces = re.split(r"[\W_]+", _CAMEL.sub("_", name))
    return tuple(piece.lower() for piece in pieces if piece) or (name.lower() or "_",)


def shared_prefix(names: list[tuple[str, ...]]) -> str:
    """The first part when every name of a table begins with it (`l_orderkey`, `l_partkey`, ...), else ""."""
    firsts = {parts[0] for parts in names if parts}
    return firsts.pop() if len(names) > 1 and len(firsts) == 1 and all(len(n) > 1 for n in names) else ""


@lru_cache(16384)
def abbreviates(short: str, word: str) -> bool:
    """Whether `short` stands for `word`: a usual abbreviation, a beginning cut off before a vowel ("dep|arture"), or
    the consonants ("qty"). A word that only has another for its root ("engine", "engineer") is not abbreviated by it.
    """
    if short in ABBREVIATIONS:
        return stem(word) in ABBREVIATIONS[short]
    if len(short) < 3 or len(word) < len(short) + 2 or short[0] != word[0]:
        return False
    if word.startswith(short):
        rest = word[len(short) :]
        return short[-1] not in _VOWELS and rest[0] in _VOWELS and rest not in _DERIVING
    return _is_skeleton(short, stem(word))


def _is_skeleton(short: str, word: str) -> bool:
    """Whether `short` is most of the consonants of `word`, in order, up to its end."""
    word = word.removesuffix("e")
    if short[-1] != word[-1] or any(letter in _VOWELS for letter in short[1:]):
        return False
    letters = iter(word)
    consonants = sum(letter not in _VOWELS for letter in word[1:])
    return all(letter in letters for letter in short) and (len(short) - 1) * 10 >= consonants * 6


@lru_cache(16384)
def fit(words: tuple[str, ...], parts: tuple[str, ...]) -> int | None:
    """The cost of reading `words` as the name with these parts; None when they do not fit."""
    if not words or not parts or not _may_fit(words, parts):
        return None
    joined, spoken = "".join(parts), "".join(words)
    if spoken == joined or stem(spoken) == stem(joined) or spoken == joined + "s":
        return EXACT if spoken == joined else EXACT + 1
    whole = _cover(words, parts)
    if whole is not None:
        return whole
    return _partial(words, parts)


def _may_fit(words: tuple[str, ...], parts: tuple[str, ...]) -> bool:
    """A quick look that leaves out most names: some part begins as the first word does, or ends with the only one."""
    initial = words[0][0]
    return any(part[0] == initial for part in parts) or (len(words) == 1 and parts[-1].endswith(stem(words[0])))


def _cover(words: tuple[str, ...], parts: tuple[str, ...]) -> int | None:
    """Every part is covered by the words, in order."""
    if not words or not parts:
        return EXACT if not words and not parts else None
    best: int | None = None
    for length in range(1, len(words) + 1):
        here = _segments(words[:length], parts[0])
        if here is None:
            continue
        rest = _cover(words[length:], parts[1:])
        if rest is not None:
            cost = max(here, rest)
            best = cost if best is None else min(best, cost)
    return best


def _segments(words: tuple[str, ...], part: str) -> int | None:
    """The cost of reading one part as these words run together: "ship date" for shipdate, "tail number" for tailnum."""
    word = words[0]
    if len(words) == 1:
        return _one(word, part)
    costs = []
    for length in range(1, len(part)):
        here = _one(word, part[:length]) if length > 1 else None
        if here is None:
            continue
        rest = _segments(words[1:], part[length:]) if len(part) - length > 1 else None
        if rest is not None:
            costs.append(max(here, rest))
    if len(words) == 2 and _runs_into(part, words):
        costs.append(ABBREVIATED)
    return min(costs, default=None)


def _one(word: str, part: str) -> int | None:
    if word == part:
        return EXACT
    if stem(word) == stem(part) or word in (part + "s", part + "es"):
        return EXACT + 1
    if abbreviates(part, word) or abbreviates(word, part) or (part.endswith("s") and abbreviates(stem(part), word)):
        return ABBREVIATED
    return None


def _runs_into(part: str, words: tuple[str, ...]) -> bool:
    """Whether a part is the first word and the beginning of the second, as `dewp` is of "dew point"."""
    first, spoken = words[0], "".join(words)
    return len(first) < len(part) < len(spoken) - 1 and spoken.startswith(part) and part != first + "s"


def _partial(words: tuple[str, ...], parts: tuple[str, ...]) -> int | None:
    """The words fit some of the parts, in order, or an end of a run-together name."""
    if len(parts) == 1 and len(words) == 1 and len(words[0]) >= 4 and len(parts[0]) > len(words[0]):
        single = stem(words[0])
        if parts[0].endswith(single) or parts[0].startswith(single):
            return PARTIAL
        return None
    costs: list[int] = []
    for skip in range(len(parts)):
        cost = _cover(words, parts[:skip] + parts[skip + 1 :])
        if cost is not None and len(parts) > 1:
            costs.append(cost + PARTIAL)
    if not costs and len(parts) > 2:
        costs = [c + PARTIAL + 1 for part in parts if (c := _cover(words, (part,))) is not None]
    return min(costs, default=None)
