"""What names of tables and columns say: their words in full, without what a column shares with its table, and in each
way in which people may say them."""

from agent_worker.offline.english.verbs import VERBS
from agent_worker.offline.english.vocabulary import ABBREVIATIONS, ID_WORDS, NOUNS_TOO
from agent_worker.offline.english.word_forms import plural, stem
from agent_worker.offline.schema.matching import abbreviates, parts_of

Words = tuple[str, ...]
_ASKING, _FLAGS = ("is", "has", "was", "had", "can"), ("flag", "flg", "ind", "yn")
_FIRST, _LAST = ("first", "name"), ("last", "name")
_EXPANDED = {"fname": _FIRST, "firstname": _FIRST, "forename": _FIRST, "lname": _LAST, "lastname": _LAST,
             "surname": _LAST, "dob": ("date", "of", "birth"), "fullname": ("full", "name"),
             "nm": ("name",)}  # fmt: skip
_UNITS = frozenset(
    """km miles kilometers kilometres meters metres feet ft cm mm kg kilos grams lb lbs mg usd eur gbp pct percent
    minutes mins seconds secs hours hrs ms millions billions t tons tonnes kwh kw w v hz c f deg ppm litres liters l
    m m2 m3 sqm""".split()  # noqa: SIM905
)
"""What a number is in, not what it is of: `weight_kg`."""
_PREFIXES = frozenset(("ref", "tbl", "dim", "fact", "fct", "stg", "vw", "lookup", "lkp"))


def without_prefix(parts: Words) -> Words:
    """A table's words without the sort of table it is: `dim_customer`."""
    return parts[1:] if len(parts) > 1 and parts[0] in _PREFIXES else parts


def without_flag(parts: Words) -> Words:
    """A flag's words without those that only say that it is one: `is_active`, `active_flag`."""
    return parts[1:] if parts[0] in _ASKING else parts[:-1] if parts[-1] in _FLAGS else parts


def without_unit(parts: Words) -> Words:
    """A number's words without what it is in."""
    return parts[:-1] if len(parts) > 1 and parts[-1] in _UNITS else parts


def expanded(parts: Words) -> Words:
    """A column's words, those that stand for several put in full: `dob`."""
    if _EXPANDED.keys().isdisjoint(parts):
        return parts
    return tuple(word for part in parts for word in _EXPANDED.get(part, (part,)))


def in_full(words: Words) -> Words:
    """A table's words, the last one not abbreviated: the customers of `custs`."""
    short = stem(words[-1]) if words else ""
    whole = ABBREVIATIONS.get(short, frozenset()) if short not in NOUNS_TOO else ()
    return (*words[:-1], plural(next(iter(whole)))) if len(whole) == 1 and len(words[-1]) > 3 else words


def with_nouns(parts: Words, nouns: Words) -> Words:
    """A column's words with the nouns whole that they cut off: `cust`, `pid`."""
    stems = [(stem(noun), noun) for noun in nouns]
    whole = (next((n for s, n in stems if 3 <= len(p) < len(s) and s.startswith(p)), p) for p in parts)
    return tuple(word for part in whole for word in _initialed(part, nouns))


def without_noun(parts: Words, noun: Words) -> Words:
    """A column's words without its table's: `student_name` of students is "name", `StuID` is "id"."""
    for size in range(len(noun), 0, -1):
        for start in {0, len(noun) - size}:
            head = noun[start : start + size]
            if len(parts) > size and all(_same(a, b) for a, b in zip(parts, head, strict=False)):
                return parts[size:]
    return parts


def forms_of(name: str, words: Words, all_words: Words) -> tuple[Words, ...]:
    """A column's words in each way in which they may be said: a name that is shortened is a word too, a date of birth
    is a birth date, and what is opened on has an opening date."""
    parts = parts_of(name)
    said = (words,) if words == all_words else (words, all_words)
    said = said if _EXPANDED.keys().isdisjoint(parts) else (*said, parts)
    if said[0][-1:] == ("by",) and len(said[0]) == 2:  # the director of what is `directed_by` one
        said = (*said, *((said[0][0].removesuffix("ed") + ending,) for ending in ("or", "er")))
    if said[0][:1] and said[0][0] in VERBS and said[0][-1] in ("date", "year", "time"):
        said = (*said, (said[0][0].removesuffix("e") + "ing", *said[0][1:]))
    cut = [(form[: form.index("of")], form[form.index("of") + 1 :]) for form in said if "of" in form[1:-1]]
    return (*said, *(form for of, what in cut for form in ((*of, *what), (*what, *of))))


def role_in(words: Words, noun: Words) -> Words:
    """The part that another thing plays in a row, where its key says that: "head" of `head_emp_id`."""
    role = tuple(word for word in words if not any(_same(word, part) for part in noun))
    return words if ID_WORDS.issuperset(role) else role


def says(words: Words, table: str) -> bool:
    """Whether a column's words have one of its table's name, or of another's."""
    return any(_same(word, part) for word in words for part in parts_of(table))


def _same(part: str, noun: str) -> bool:
    return stem(part) == stem(noun) or (len(part) > 2 and abbreviates(part, stem(noun)))


def _initialed(part: str, nouns: Words) -> Words:
    """`pid`, `pname` of people: a part that begins with the noun's letter."""
    noun = next((noun for noun in nouns if noun[0] == part[0]), None)
    return (noun, part[1:]) if noun and part[1:] in ("id", "name", "title", "code", "no", "type") else (part,)
