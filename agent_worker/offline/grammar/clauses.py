"""What is said beside what is asked for: nouns, verbs and words between, and every rule that may read on."""

from collections.abc import Callable, Iterator

from agent_worker.offline.english import lexicon as english
from agent_worker.offline.english.verbs import FINAL, TELLING, VERBS
from agent_worker.offline.english.word_forms import stem
from agent_worker.offline.grammar.arrangement import groups, ranks, sorts
from agent_worker.offline.grammar.changes import compared, growth
from agent_worker.offline.grammar.conditions.comparisons import (
    having,
    where_containing,
    where_counted,
    where_measured,
    where_named,
    where_ordinal,
    where_relative,
    where_signed,
)
from agent_worker.offline.grammar.conditions.flags import flagged
from agent_worker.offline.grammar.conditions.related import absents, how_many
from agent_worker.offline.grammar.conditions.values import where_full_name, where_trailing, where_value
from agent_worker.offline.grammar.fragments import Fragment, Mention, Or, Verb
from agent_worker.offline.grammar.reader import Found, Reader
from agent_worker.offline.grammar.terse import in_all, missing, on_average, told
from agent_worker.offline.grammar.time.asked import dated, lasted
from agent_worker.offline.grammar.time.times import periods, when
from agent_worker.offline.lexer.lattice import Name

_ASKING = frozenset(("where", "when", "who"))
"""What is asked for, at the beginning of a sentence: no reading drops them there."""
_STANDING = frozenset(("on", "under", "at", "out"))
_OFFERED = frozenset(("sale", "rent", "hire", "lease"))
_DOING = frozenset(("order", "sort", "show", "find", "return", "give"))
_BESIDE = frozenset(("as", "with"))
Rule = Callable[[Reader, int], Iterator[Found]]


def mention(reader: Reader, at: int) -> Iterator[Found]:
    """A noun that the rest is said of; "with a pet" says that there is one."""
    different = reader.maybe(english.DISTINCT, at)
    for end, name in reader.noun(different):
        if name.tables:
            before = _spoken_before(reader, at)
            again = before == "and" and _said_before(reader, name)
            if before == "and" and not again:  # what is asked for beside something else, not what that is said of
                continue
            if before == "by" and reader.word(at) != "the" and not reader.is_passive(_last_before(reader, at) - 1):
                continue  # by each of them
            offered = reader.word(at - 1) == "for" and (
                reader.word(at - 2) in english.BEING or reader.word(at) in _OFFERED
            )
            standing = reader.word(at - 1) in _STANDING or reader.words[max(at - 2, 0) : at] == ["are", "in"] or offered
            if at and standing and reader.ends(end) and stem(name.text) == name.text.lower():
                continue  # "on loan": how something stands
            if before == "with" and reader.word(at) in english.POSSESSIVES:
                continue  # "courses with their teacher": both are asked for
            if different > at and before in ("for", "by", "in"):  # for each of them
                continue
            has = before in ("have", "has", "had", "having", "own", "owns", "with") and reader.word(at) in english.SOME
            yield end, Mention(name, has, before in ("of", "for"), different > at, again), 0.15 + name.cost


def _said_before(reader: Reader, name: Name) -> bool:
    """Whether a noun stands earlier in the question, too, with more to be said of it here."""
    said = [stem(word) for word in reader.words[: name.start]]
    own = [stem(word) for word in reader.words[name.start : name.end]]
    more = reader.word(name.end) in english.LINKS or reader.word(name.end) in english.RELATING
    return more and any(said[at : at + len(own)] == own for at in range(len(said)))


def _last_before(reader: Reader, at: int) -> int:
    """Where the word before a noun's determiners stands, or -1."""
    last = at - 1
    while last >= 0 and reader.word(last) in english.DETERMINING:
        last -= 1
    return last


def _spoken_before(reader: Reader, at: int) -> str:
    last = _last_before(reader, at)
    return reader.word(last) if last >= 0 else ""


def verbs(reader: Reader, at: int) -> Iterator[Found]:
    """A word that ties nouns together."""
    word = reader.word(at)
    if reader.word(at - 1) in ("or", "nor", "both", "either") or reader.word(at + 1) in ("or", "nor"):
        return
    after = at + 1
    while reader.word(after) in english.PREPOSITIONS or reader.word(after) in ("the", "a", "an", "any", "some"):
        after += 1
    last = after >= reader.size or reader.word(after) in ("and", ",", ".", "?", "but", ";")
    leads = english.DETERMINING | (english.PREPOSITIONS - english.BEING)
    noun = any(name.tables for name in reader.names(at)) and reader.word(at - 1) in leads
    many = word.endswith("s") and reader.word(at - 1) in english.DETERMINING  # a noun, "all the tests"
    if noun or many or word.startswith(("un", "non", "dis")):
        return
    led = {"which"} if reader.word(at - 1) in english.BEING else {"which", "where", "whom"}
    asked = any(before in ("do", "does", "did") for before in reader.words[:at])
    asked = asked or (reader.word(0) == "how" and "each" in reader.words[:at])
    asked = asked or reader.word(at - 1) in english.PRONOUNS or bool(led & {*reader.words[max(1, at - 4) : at]})
    stranded = (
        last and after > at + 1 and reader.word(at - 1) in english.BEING and reader.word(at - 2) in english.RELATING
    )
    counted = reader.is_of_measuring(at)
    if stranded or (last and not asked and word not in FINAL and not counted):
        return  # "which are involved in": in what
    ends = [value for value in reader.values(at) if value.end == at + 1]
    states = tuple(dict.fromkeys((ref.table, ref.column) for value in ends for ref in value.refs))
    if word in VERBS:
        cost = 0.05 if word in ("have", "has", "had") else 0.15
        yield at + 1, Verb(word, strict=word in TELLING, states=states), cost
    elif len(word) > 4 and word.endswith(("ed", "ing")) and word.isalpha() and not last:
        yield at + 1, Verb(word, strict=True, states=states), 0.3


def glue(reader: Reader, at: int) -> Iterator[tuple[int, Fragment | None, float]]:
    """Words that say nothing here."""
    if reader.word(at) in _ASKING and (at == 0 or reader.word(at - 1) in english.STOPS):
        return
    of_each = reader.word(at) == "by" and reader.word(at + 1) != "the" and any(reader.noun(at + 1))
    if of_each and not reader.is_passive(at - 1):
        return  # groups, or an order
    doing = reader.word(at) in _DOING
    if doing and reader.word(at - 1) in english.DETERMINING:
        return  # a noun: "the order detail"
    named = [name for name in reader.names(at) if name.cost <= (0.7 if doing else 0.1)]
    coded = reader.word(at - 1) in english.BEING and any(v.text.isupper() and v.refs for v in reader.values(at))
    for end, _ in reader.phrase(english.GLUE, at) if not coded else ():
        if not any(name.end <= end for name in named):
            yield end, None, 0.03
    yield from ((end, None, 0.03) for end, _ in reader.phrase(english.BESIDE, at) if reader.word(end - 1) in _BESIDE)
    if reader.word(at) in ("and", "but", ";", ".", "?", "!", "(", ")"):
        yield at + 1, None, 0.06
    if reader.word(at) == "or":
        yield at + 1, Or(), 0.0


CLAUSES: tuple[Rule, ...] = (
    where_named, where_counted, where_measured, having, where_containing, where_trailing, where_value, where_full_name,
    where_relative, where_signed, where_ordinal, how_many, groups, sorts, ranks, absents, mention, verbs, periods, when,
    missing, flagged, told, dated, lasted, on_average, in_all, compared, growth, glue,
)  # fmt: skip
