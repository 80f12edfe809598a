"""The pieces of a question one by one, for spelling, asking back and what is taught: the reading that leaves the fewest
and no word over. What is answered is read by the grammar, from the lattice (`lattice.py`)."""

from collections.abc import Iterator
from dataclasses import replace

from agent_worker.offline.english.spelling import VOCABULARY, corrected
from agent_worker.offline.english.tokens import Token, number_of, stem, tokenize
from agent_worker.offline.english.vocabulary import ABBREVIATIONS, DERIVED, MONTHS, UNIT_PHRASES, WEEKDAYS
from agent_worker.offline.english.word_kinds import LONGEST_PHRASE, PHRASES, Kind
from agent_worker.offline.lexer.lexemes import Lexeme
from agent_worker.offline.schema.lookup import PART, Candidate, NameIndex
from agent_worker.offline.schema.name_index import Names
from agent_worker.offline.schema.value_index import ValueIndex
from bus.contract.catalog import Catalog

_LONGEST_NAME = 5
_COST = {Kind.UNKNOWN: 100.0, Kind.VAGUE: 1.5, Kind.NAME: 1.1, Kind.VALUE: 1.2, Kind.GLUE: 1.05}
_NOT_IN_NAMES = frozenset(("the", "a", "an", "and", "or", "by", "per", "from", "to", "in", "for", "with", "is", "are"))
_ARTICLES = frozenset(("the", "a", "an", "each"))
_QUANTITY = frozenset(("number", "amount", "percentage", "share"))


_SHORT = 2
_WHOLE = 0.1
"""What a name costs that is called just so, or so in the plural."""


class Lexer:
    """Reads questions over one catalog."""

    def __init__(self, catalog: Catalog, index: NameIndex, values: ValueIndex) -> None:
        self.catalog = catalog
        self._read: dict[str, tuple[Lexeme, ...]] = {}
        self.values = values
        self.names = Names(catalog, index)

    def read(self, question: str) -> list[Lexeme]:
        """The question's items, in order, covering every token; what nothing explains is UNKNOWN."""
        if question not in self._read:
            self._read[question] = tuple(self._cut(question))
        return list(self._read[question])

    def _cut(self, question: str) -> list[Lexeme]:
        tokens = tokenize(question)
        options: list[list[tuple[int, Lexeme]]] = [[] for _ in tokens]
        for start, end, item in self._candidates(tokens, question):
            options[start].append((end, item))
        return _cheapest(options)

    def spelled(self, question: str) -> tuple[str, list[Lexeme], list[str]]:
        """The question with slips of the finger put right, its items, and a note on each slip."""
        notes: list[str] = []
        items = self.read(question)
        for item in reversed(items):
            if item.kind is not Kind.UNKNOWN:
                continue
            meant = corrected(item.text.lower(), self._known())
            if meant is not None:
                notes.insert(0, f"“{item.text}” was read as “{meant}”.")
                question = question[: item.start] + meant + question[item.end :]
        return question, self.read(question) if notes else items, notes

    def _known(self) -> set[str]:
        """Words that names are made of, in the singular and in the plural."""
        parts = {part for name in (*self.names.tables.values(), *self.names.columns.values()) for part in name}
        singular = {stem(part) for part in parts} | VOCABULARY
        singular |= {word for part in parts for word in ABBREVIATIONS.get(stem(part), ())}
        return {word for word in singular | parts | {word + "s" for word in singular} if len(word) > _SHORT}

    def _candidates(self, tokens: list[Token], question: str) -> Iterator[tuple[int, int, Lexeme]]:
        values = self.values.find(tokens, question)
        for (start, end), refs in values.items():
            whole = refs[0].whole
            item = _item(Kind.VALUE, tokens, start, end, question)
            if whole or not _is_common(item.text):
                yield start, end, replace(item, values=tuple(refs), word="whole" if whole else "part")
        for start, token in enumerate(tokens):
            yield start, start + 1, _single(token, tokens, start, question)
            yield from self._phrases(tokens, start, question)
            yield from self._names(tokens, start, question)

    def _phrases(self, tokens: list[Token], start: int, question: str) -> Iterator[tuple[int, int, Lexeme]]:
        for end in range(start + 1, min(start + LONGEST_PHRASE, len(tokens)) + 1):
            if any(token.kind == "quoted" for token in tokens[start:end]):
                return
            phrase = " ".join(token.lower for token in tokens[start:end])
            if phrase in PHRASES and self._readable(phrase):
                kind, word = PHRASES[phrase]
                yield start, end, replace(_item(kind, tokens, start, end, question), word=word)

    def _names(self, tokens: list[Token], start: int, question: str) -> Iterator[tuple[int, int, Lexeme]]:
        for end in range(start + 1, min(start + _LONGEST_NAME, len(tokens)) + 1):
            run = tokens[start:end]
            words = [word for token in run for word in token.lower.split("_") if word]
            if any(token.kind not in ("word", "quoted") for token in run):
                return
            unit = UNIT_PHRASES.get(" ".join(token.lower for token in run), "")
            names = tuple(self._named(words, run))
            dated = unit_of_date([token.lower for token in run]) if not unit else None
            if dated is not None and not any(name.cost <= _WHOLE for name in names):
                unit, names = dated[0], tuple(self._dates(dated[1]))
                if names:
                    yield start, end, replace(_item(Kind.NAME, tokens, start, end, question), names=names, unit=unit)
                continue
            if unit:
                # A unit of time is a column only where the column is called just that.
                names = tuple(name for name in names if name.cost <= _WHOLE)
            if names or unit:
                item = _item(Kind.NAME, tokens, start, end, question)
                yield start, end, replace(item, names=names, unit=unit)

    def _named(self, words: list[str], run: list[Token]) -> list[Candidate]:
        own = len(words) == 1 and any(c.cost == 0 for c in self.names.find(words))
        if len(run) == 1 and words and run[0].lower in DERIVED and not own:
            return [c for c in self.names.find([DERIVED[run[0].lower]]) if c.column is None]
        if "of" in words:
            return self._owned(words)
        if _NOT_IN_NAMES & set(words):
            return []
        found = self.names.find(words) or (self._done(words[0]) if len(words) == 1 else [])
        # A word of the planner's own belongs to a name only where the data call something exactly so.
        return [c for c in found if c.cost <= _WHOLE] if any(word in PHRASES for word in words) else found

    def _owned(self, words: list[str]) -> list[Candidate]:
        """ "name of the airline" is "airline name"; "number of flights" is no name."""
        at = words.index("of")
        head, owner = words[:at], [word for word in words[at + 1 :] if word not in _ARTICLES]
        if not head or not owner or _NOT_IN_NAMES & {*head, *owner}:
            return []
        if any(word in PHRASES for word in head) or _QUANTITY.issuperset(head):
            return []
        return self.names.find(owner + head)

    def _dates(self, words: list[str]) -> list[Candidate]:
        """The columns of dates that words name, with "date" left out or not: "ship" in "ship year"."""
        named = self.names.find(words) or self.names.find([*words, "date"])
        return [c for c in [*named, *self.names.find([*words, "date"])] if self.names.is_date(c) and c.cost < PART]

    def _done(self, word: str) -> list[Candidate]:
        """The date on which something was done: "shipped" speaks of `shipdate`, "created" of `created_at`."""
        if not word.endswith("ed") or len(word) < 5:
            return []
        root = word[:-2]
        root = root[:-1] if root[-1] == root[-2] else root
        tries = ([root, "date"], [root + "e", "date"], [word, "at"], [word, "on"], [word, "date"])
        return [c for words in tries for c in self.names.find(words) if self.names.is_date(c) and c.cost <= _WHOLE]

    def _readable(self, phrase: str) -> bool:
        """ "order by" speaks of an order only where the data hold no orders."""
        if not phrase.startswith("order"):
            return True
        return not any(c.column is None for c in self.names.find(["order"]))


def unit_of_date(words: list[str]) -> tuple[str, list[str]] | None:
    """A unit of time and the words of the date it is of, when a run of words may be such: "month of order date"."""
    if len(words) > 2 and words[0] in UNIT_PHRASES and words[1] == "of":
        return UNIT_PHRASES[words[0]], [word for word in words[2:] if word != "the"]
    if len(words) > 1 and words[-1] in UNIT_PHRASES and words[-1] not in ("date", "dates"):
        return UNIT_PHRASES[words[-1]], words[:-1]
    return None


def _single(token: Token, tokens: list[Token], at: int, question: str) -> Lexeme:
    """What a token is by itself, whatever the data."""
    item = _item(Kind.UNKNOWN, tokens, at, at + 1, question)
    number = number_of(token)
    if number is not None:
        return replace(item, kind=Kind.NUMBER, number=number)
    if token.kind == "date":
        return replace(item, kind=Kind.DATE, word=token.text)
    if token.kind == "quoted":
        return replace(item, kind=Kind.QUOTED, word=token.text)
    if token.lower in MONTHS and _is_month(token, tokens, at):
        return replace(item, kind=Kind.MONTH, number=float(MONTHS[token.lower]))
    if token.lower in WEEKDAYS:
        return replace(item, kind=Kind.WEEKDAY, number=float(WEEKDAYS[token.lower]))
    return item


def _is_month(token: Token, tokens: list[Token], at: int) -> bool:
    """ "may", "mar" and "dec" are months when written with a capital or after a word like "in"."""
    if len(token.lower) > 4 or token.text[0].isupper() or token.lower in ("june", "july"):
        return True
    return at > 0 and tokens[at - 1].lower in {"in", "since", "before", "after", "during", "until", "and", "between"}


def _is_common(text: str) -> bool:
    return text.lower() in PHRASES or stem(text) in PHRASES or text.lower() in UNIT_PHRASES


def _item(kind: Kind, tokens: list[Token], start: int, end: int, question: str) -> Lexeme:
    first, last = tokens[start].start, tokens[end - 1].end
    return Lexeme(kind, question[first:last], first, last)


def _cheapest(options: list[list[tuple[int, Lexeme]]]) -> list[Lexeme]:
    """The cover of all tokens with the lowest cost: fewest pieces, unknown words last."""
    size = len(options)
    best: list[tuple[float, int, Lexeme | None]] = [(0.0, size, None)] * (size + 1)
    for start in range(size - 1, -1, -1):
        best[start] = min(
            ((_cost(item) + best[end][0], end, item) for end, item in options[start]), key=lambda entry: entry[0]
        )
    items, at = [], 0
    while at < size:
        _, at, item = best[at]
        if item is not None:
            items.append(item)
    return items


def _cost(item: Lexeme) -> float:
    cost = _COST.get(item.kind, 1.0)
    if item.kind is Kind.NAME and item.names:
        return cost + item.names[0].cost * 0.6
    if item.kind is Kind.VALUE and item.word == "part":
        return cost + 0.6
    return cost
