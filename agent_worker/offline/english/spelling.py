"""Slips of the finger: swapped letters, a lost vowel, a doubled letter. What may be another English word is left
alone, because a question read wrongly gives a wrong number."""

from collections.abc import Iterable

from rapidfuzz.distance import OSA

from agent_worker.offline.english.lexicon import PHRASES
from agent_worker.offline.english.word_forms import stem

_SHORTEST = 5
_SLIPS = {"wich": "which", "whcih": "which", "hich": "which", "hom": "how", "hwo": "how", "hw": "how", "waht": "what",
          "wat": "what", "teh": "the", "avrage": "average", "nubmer": "number", "numer": "number",
          "mnay": "many", "amny": "many", "shwo": "show", "lits": "list", "adn": "and"}  # fmt: skip
"""Typing slips of question words and what they stand for; the data have no such words to correct them by."""
_LONG = 8
_VOWELS = frozenset("aeiou")

_FREQUENT = (
    "airline customer departure destination arrival distance manufacturer temperature quantity country city state "
    "product category region price amount revenue january february march april august september october november "
    "december monday tuesday wednesday thursday friday saturday sunday"
)
VOCABULARY = frozenset(
    word for phrase in (*PHRASES, _FREQUENT) for word in phrase.split() if len(word) >= _SHORTEST and word.isalpha()
)
"""Words that may be meant whatever the data are called."""


def corrected(word: str, known: Iterable[str]) -> str | None:
    """The one known word of which `word` is a slip, or None. All words in lower case."""
    if word in _SLIPS:
        return _SLIPS[word]
    if len(word) < _SHORTEST - 1 or not word.isalpha():
        return None
    words = set(known)
    if word in words:
        return None
    found = {other for other in words if is_slip(word, other)}
    return found.pop() if len(found) == 1 else None


def is_slip(typed: str, meant: str) -> bool:
    """Whether `typed` is a likely slip of `meant` and hardly another word of its own."""
    if typed[0] != meant[0] or abs(len(typed) - len(meant)) > 1 or typed == meant:
        return False
    if stem(meant) == stem(typed) + "r":
        return False
    if OSA.distance(typed, meant, score_cutoff=1) != 1:
        return False
    if len(meant) >= _LONG:
        return True
    if len(typed) < _SHORTEST:
        return typed[:-1] == meant and typed[-1] == meant[-1]
    if len(typed) == len(meant):
        return sorted(typed) == sorted(meant)
    longer, shorter = (typed, meant) if len(typed) > len(meant) else (meant, typed)
    at = next((i for i, letter in enumerate(shorter) if letter != longer[i]), len(shorter))
    lost = longer[at]
    doubled = at > 0 and longer[at - 1] == lost
    inner_vowel = longer is meant and lost in _VOWELS and len(typed) > _SHORTEST
    return doubled or inner_vowel
