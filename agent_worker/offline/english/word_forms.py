"""The forms of a word: its stem, its plural, and whether a verb and a noun have one root."""

from collections.abc import Iterable
from functools import lru_cache

_UNCOUNTED = frozenset(
    "weather data staff stock inventory equipment information music traffic people feedback personnel".split()  # noqa: SIM905
)


@lru_cache(4096)
def stem(word: str) -> str:
    """A word without its plural ending, in lower case: enough to compare names with people's words."""
    word = word.lower()
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "xes", "ches", "shes", "zzes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def stems(words: Iterable[str]) -> set[str]:
    """The words of a name, each without its plural ending."""
    return {stem(word) for word in words}


def plural(word: str) -> str:
    """A name's last word as it is said of many; what cannot be counted, and what is a plural already, stays."""
    last = word.rpartition(" ")[2].lower()
    if last in _UNCOUNTED or last.endswith("s"):
        return word
    if last.endswith("y") and last[-2:-1] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}es" if last.endswith(("ch", "sh", "x", "z")) else f"{word}s"


_SAID_OTHERWISE = {"born": ("birth", "birthday", "birthdate", "dob"), "died": ("death", "deceased")}
_ROOTS = {
    form: root
    for root, forms in {
        "lead": "led", "teach": "taught", "write": "wrote written", "drive": "drove driven", "fly": "flew flown",
        "sell": "sold", "buy": "bought", "build": "built", "make": "made", "hold": "held", "send": "sent",
        "win": "won", "lose": "lost", "lend": "lent", "pay": "paid", "give": "gave given", "take": "took taken",
        "keep": "kept", "speak": "spoke spoken", "choose": "chose chosen", "run": "ran", "leave": "left",
    }.items() for form in forms.split()
}  # fmt: skip


def kin(verb: str, part: str) -> bool:
    """Whether a verb and a part of a name have one root: "enrolled", "enrollment"; "written", "writer"; or mean the
    same: "born", "birth"."""
    if part in _SAID_OTHERWISE.get(verb, ()):
        return True
    return _has_root(verb, part) or (verb in _ROOTS and (part == _ROOTS[verb] or _has_root(_ROOTS[verb], part)))


def _has_root(verb: str, part: str) -> bool:
    root = verb
    for ending in ("ing", "ed", "es", "s", "en", "e"):
        if root.endswith(ending) and len(root) - len(ending) >= 4:
            root = root.removesuffix(ending)
            break
    root = root[:-1] if len(root) > 4 and root[-1] == root[-2] else root
    return len(root) >= 4 and (part.startswith(root) or (len(part) >= 4 and stem(root) == stem(part)))
