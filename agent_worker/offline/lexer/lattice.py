"""The lattice: for each token of a question, the names, values and numbers that may begin there."""

from dataclasses import dataclass, field
from functools import cached_property

from agent_worker.offline.english.lexicon import PREPOSITIONS
from agent_worker.offline.english.phrases import words_of
from agent_worker.offline.english.tokens import Token, number_of, tokenize
from agent_worker.offline.english.vocabulary import CODES, MONTHS, PEOPLE
from agent_worker.offline.english.word_forms import stem
from agent_worker.offline.schema.lookup import SURE, Candidate, NameIndex
from agent_worker.offline.schema.model import Schema
from agent_worker.offline.schema.value_index import ValueIndex, ValueRef

_LONGEST_NAME = 5
_COMMON = 0.1
_WHOLE = 0.5
_COLUMN = 0.8
_NOT_FIRST = words_of(
    """the|a|an|and|or|by|per|from|to|in|for|with|is|are|of|each|all|any|that|which|who|what|how|many|much|do|does|did
        |not|no|than|more|less|most|least|at|on|as|it|its|their|this|these|there|be|have|has|had|since"""
)
_NOT_IN = _NOT_FIRST - {"of", "the", "in", "no", "to", "by", "from", "on"}


@dataclass(frozen=True)
class Name:
    """Words that may name tables, columns or measures. `start` and `end` count tokens."""

    text: str
    start: int
    end: int
    candidates: tuple[Candidate, ...] = field(compare=False)

    @property
    def cost(self) -> float:
        return self.candidates[0].cost

    @property
    def declared(self) -> bool:
        """Whether it is a figure that the owner of the data has declared."""
        return self.candidates[0].measure is not None

    @cached_property
    def tables(self) -> tuple[Candidate, ...]:
        """The tables among what it may mean, where nothing fits clearly better."""
        return tuple(c for c in self.candidates if c.is_table and c.cost <= self.cost + 0.5)

    @property
    def is_column(self) -> bool:
        """Whether it names a column surely enough, where it may name a table, too."""
        columns = self.columns
        return bool(columns) and (not self.tables or columns[0].cost < _COLUMN)

    @cached_property
    def columns(self) -> tuple[Candidate, ...]:
        return tuple(c for c in self.candidates if not c.is_table)


@dataclass(frozen=True, slots=True)
class Value:
    """Words that stand in the data, or, with no `refs`, a quotation or a name that may."""

    text: str
    start: int
    end: int
    refs: tuple[ValueRef, ...] = field(default=(), compare=False)
    quoted: bool = False
    by_place: dict[tuple[str, str], list[ValueRef]] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        for ref in self.refs:
            self.by_place.setdefault((ref.table, ref.column), []).append(ref)


@dataclass(frozen=True, slots=True)
class Number:
    """A number, as a figure or in words, or a date; `text` is as it was typed."""

    text: str
    start: int
    end: int
    number: float
    date: bool = False


@dataclass(slots=True)
class Lattice:
    """A question's tokens with the names, values and numbers that may begin at each."""

    question: str
    tokens: list[Token]
    index: NameIndex
    names: list[list[Name]] = field(default_factory=list)
    values: list[list[Value]] = field(default_factory=list)
    numbers: list[list[Number]] = field(default_factory=list)

    @property
    def words(self) -> list[str]:
        return [_word(token, at) for at, token in enumerate(self.tokens)]

    def look_up(self, words: tuple[str, ...]) -> tuple[Candidate, ...]:
        return self.index.find(words)


def _word(token: Token, at: int) -> str:
    """A token as the rules read it. A capital A inside a sentence is a grade or a class, no article."""
    if token.kind == "quoted":
        return '"'
    return token.text if token.text == "A" and at else token.lower


def lattice(question: str, values_of: ValueIndex, index: NameIndex) -> Lattice:
    """Cut a question into tokens and look each run of them up."""
    tokens = tokenize(question, keep_stops=True)
    found = Lattice(question, tokens, index)
    values = _values(question, tokens, values_of, index.schema)
    for start, token in enumerate(tokens):
        found.names.append(_names(question, tokens, start, index))
        known = values.get(start, []) or _kinds(index.schema, token, start, found.names[start])
        guessed = [v for v in _literals(question, tokens, start) if v.quoted or not (known or _is_name(v, index))]
        found.values.append([*known, *guessed])
        found.numbers.append(_numbers(token, start))
    declared = [name for names in found.names for name in names if name.declared]
    declared += [name for names in found.names for name in names if _is_sure(name)]
    found.names = [
        [name for name in names if not _cuts(name, found) and not any(_lies_in(name, other) for other in declared)]
        for names in found.names
    ]
    found.values = [
        [value for value in values if not (value.refs and value.text.islower() and _is_word_of(value, found))]
        for values in found.values
    ]
    return found


def _is_word_of(value: Value, found: Lattice) -> bool:
    """Whether a value is only a word of a longer name: "star" of "star rating"."""
    near = range(max(0, value.start - _LONGEST_NAME), value.start + 1)
    names = [name for at in near for name in found.names[at] if name.end >= value.end and name.cost <= _WHOLE]
    return any(name.end - name.start > value.end - value.start for name in names)


def _is_sure(name: Name) -> bool:
    """Whether several words are a column's name."""
    return name.end - name.start > 1 and name.cost <= _COMMON and not name.tables


def _lies_in(name: Name, declared: Name) -> bool:
    """Whether a name is a piece of a declared one, "order" of "order value", or, being a guess, of any other: "price"
    of "total price"."""
    return (
        (declared.declared or name.cost >= _COLUMN)
        and declared.start <= name.start
        and name.end <= declared.end
        and name != declared
    )


def _cuts(name: Name, found: Lattice) -> bool:
    """Whether "ids of tourist" ends inside a longer name: "ids of tourist attractions"."""
    tails = [at + 1 for at in range(name.start, name.end) if found.tokens[at].lower == "of"]
    return any(longer.end > name.end and longer.cost < SURE for at in tails for longer in found.names[at])


def _numbers(token: Token, start: int) -> list[Number]:
    if token.kind == "date":
        return [Number(token.text, start, start + 1, 0.0, date=True)]
    number = number_of(token)
    return [] if number is None else [Number(token.text, start, start + 1, number)]


def _names(question: str, tokens: list[Token], start: int, index: NameIndex) -> list[Name]:
    names: list[Name] = []
    behind = tokens[start + 1].lower if start + 1 < len(tokens) else "."
    alone = start > 0 and (behind in PREPOSITIONS or not behind.isalnum())
    if tokens[start].lower in _NOT_FIRST and not (alone and tokens[start].lower in index.column_names):
        return names
    words: tuple[str, ...] = ()
    for end in range(start + 1, min(start + _LONGEST_NAME, len(tokens)) + 1):
        token = tokens[end - 1]
        if token.lower == "all" and words[-1:] == ("of",):
            continue
        whole = token.lower in ("at", "on") and "_".join((*words, token.lower)) in index.column_names
        if token.kind not in ("word", "number") or (end > start + 1 and token.lower in _NOT_IN and not whole):
            break
        if token.lower == "the" and end > start + 1 and words[-1:] != ("of",):
            break
        words += tuple(piece for piece in token.lower.split("_") if piece)
        small = token.lower in _NOT_IN or token.lower in ("of", "the", "in", "no", "to", "by", "from", "on")
        if not words or (small and not whole):
            continue
        candidates = index.find(words)
        if candidates and ("of" not in words or _is_column_of(candidates, words, index)):
            names.append(Name(question[tokens[start].start : token.end], start, end, candidates))
    return names


def _is_column_of(candidates: tuple[Candidate, ...], words: tuple[str, ...], index: NameIndex) -> bool:
    """Whether "date of birth" names a column as a whole, rather than a column of a table."""
    behind = tuple(word for word in words[words.index("of") + 1 :] if word != "the")
    return candidates[0].cost < SURE and not any(c.is_table and c.cost < SURE for c in index.find(behind))


def _values(question: str, tokens: list[Token], index: ValueIndex, schema: Schema) -> dict[int, list[Value]]:
    found: dict[int, list[Value]] = {}
    for (start, end), refs in index.find(tokens, question).items():
        text = question[tokens[start].start : tokens[end - 1].end]
        quoted = end == start + 1 and tokens[start].kind == "quoted"
        found.setdefault(start, []).append(
            Value(tokens[start].text if quoted else text, start, end, tuple(refs), quoted)
        )
    for start, token in enumerate(tokens):
        if coded := _coded(schema, token.lower):
            same = [value for value in found.get(start, []) if value.end == start + 1]
            others = [value for value in found.get(start, []) if value not in same]
            both = coded + tuple(ref for value in same for ref in value.refs)
            found[start] = [*others, Value(token.text, start, start + 1, both)]
    return found


def _kinds(schema: Schema, token: Token, start: int, names: list[Name]) -> list[Value]:
    """What a word names that is a category's value in the plural, and nothing else: "chefs", "desserts"."""
    if not token.lower.endswith(("s", "men")) or (names and names[0].cost < _COLUMN):
        return []
    refs = tuple(ValueRef(*kind) for kind in schema.kinds.get(stem(token.lower), ()) if kind[2].lower() != token.lower)
    return [Value(token.text, start, start + 1, refs)] if refs else []


def _coded(schema: Schema, word: str) -> tuple[ValueRef, ...]:
    """The code by which a column of sexes, languages or countries has "female", "French" or "Germany"."""
    called, code = CODES.get(word, ("", ""))
    columns = [c for c in schema.columns.values() if not set(called.split()).isdisjoint(c.words)] if code else []
    coded = [c for c in columns if all(len(value) == len(code) for value in c.info.values)]
    if len(code) == 1:  # of what is no person, a third code makes the others no sexes
        people = {t.name for t in schema.tables.values() if stem(t.words[-1]) in PEOPLE}
        coded = [c for c in coded if c.table in people or {value.lower() for value in c.info.values} <= {"f", "m"}]
    return tuple(ValueRef(c.table, c.name, v) for c in coded for v in c.info.values if v.lower() == code)


def _is_name(value: Value, index: NameIndex) -> bool:
    """Whether the last word of a text with capitals is a name of the schema: "Flags", "Panama Flags"."""
    found = index.find((value.text.lower().split()[-1],))
    return bool(found) and found[0].cost <= _COMMON


def _literals(question: str, tokens: list[Token], start: int) -> list[Value]:
    """Texts that need not be known: quotations, and words with a capital inside a sentence."""
    token = tokens[start]
    letter = start > 0 and len(token.text) == 1 and tokens[start - 1].lower in ("letter", "letters")
    if token.kind == "quoted" or letter:
        return [Value(token.text, start, start + 1, (), True)]
    begins = start == 0 or tokens[start - 1].text in (".", "?", "!", ";")
    if token.kind != "word" or not token.text[0].isupper() or begins or token.lower in MONTHS:
        return []
    runs = []
    for end in range(start + 1, min(start + 4, len(tokens)) + 1):
        last = tokens[end - 1]
        if last.kind != "word" or not last.text[0].isupper():
            break
        runs.append(Value(question[token.start : last.end], start, end))
    return runs
