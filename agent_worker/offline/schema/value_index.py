"""Which values of the data a question names: "JFK", "American Airlines", "urgent" for `1-URGENT`."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator

import msgspec

from agent_worker.offline.english.lexicon import SAYS_NOTHING
from agent_worker.offline.english.tokens import Token, atoms, plain
from agent_worker.offline.english.vocabulary import MONTHS
from bus.contract.catalog import Catalog

_LEGAL = frozenset(["inc", "llc", "ltd", "corp", "corporation", "co", "company", "gmbh", "plc", "ag", "sa"])
"""Endings of firms' names that people leave out."""

_TIMES = frozenset(("mon", "tue", "wed", "thu", "fri", "sat", "sun", *MONTHS))
_BETWEEN = frozenset(
    "and or of the in for with without no not never by to from at on is are".split()  # noqa: SIM905
)
"""Words with which no part of a value begins or ends."""
_STOPS = frozenset(".?!;,")
_LONGEST = 8
_SHORT_CODE = 3


class ValueRef(msgspec.Struct, frozen=True):
    """`value` stands in `table.column`; `whole` tells whether the question named all of it or a part."""

    table: str
    column: str
    value: str
    whole: bool = True


TokenRange = tuple[int, int]
Subwords = tuple[str, ...]


class ValueIndex:
    """All values of a catalog as one text of lines, which is searched rather than read."""

    def __init__(self, catalog: Catalog) -> None:
        self._columns: list[tuple[str, str, tuple[str, ...]]] = []
        self._starts: list[int] = []
        texts, size = [], 1
        for table in catalog.tables:
            for column in table.columns:
                if column.values:
                    text = plain(_lines(column.values))
                    self._columns.append((table.name, column.name, column.values))
                    self._starts.append(size)
                    texts.append(text)
                    size += len(text) + 1
        self._found: dict[tuple[str, int], dict[TokenRange, list[ValueRef]]] = {}
        self._text = "\n".join(["", *texts, ""])

    def find(self, tokens: list[Token], question: str) -> dict[TokenRange, list[ValueRef]]:
        """Every run of tokens that names values, with the columns in which they stand. `tokens` are the question's."""
        key = (question, len(tokens))
        if key not in self._found:
            self._found[key] = self._find(tokens, question)
        return self._found[key]

    def _find(self, tokens: list[Token], question: str) -> dict[TokenRange, list[ValueRef]]:
        spans = _Spans(tokens, question)
        words = {piece for pieces in spans.whole for piece in pieces}
        long = {word for word in words if len(word) >= _SHORT_CODE and not word.isdigit() and word not in SAYS_NOTHING}
        found: dict[TokenRange, list[ValueRef]] = defaultdict(list)
        hits = {line for word in long for line in self._with(word, 0)}
        hits |= {line for word in words - long for line in self._with(f"\n{word}\n", 1)}
        numbered = [pieces for pieces in spans.whole if len(pieces) == 2 and all(piece.isdigit() for piece in pieces)]
        hits |= {line for two in numbered for sign in "/-" for line in self._with(f"\n{sign.join(two)}\n", 1)}
        for at, line in sorted(hits):
            table, column, values = self._columns[at]
            for span, whole in spans.told_by(values[line]):
                found[span].append(ValueRef(table, column, values[line], whole))
        return {span: _whole_first(refs) for span, refs in found.items()}

    def _with(self, piece: str, ahead: int) -> Iterator[tuple[int, int]]:
        """The columns and lines where a piece of text stands, `ahead` letters behind its own beginning."""
        text, at = self._text, self._text.find(piece)
        while at >= 0:
            column = bisect_right(self._starts, at + ahead) - 1
            yield column, text.count("\n", self._starts[column], at + ahead)
            at = text.find("\n", at + ahead)
            at = text.find(piece, at) if at >= 0 else -1


def _lines(values: tuple[str, ...]) -> str:
    """One value a line, also where a value has several."""
    text = "\n".join(values)
    return text if text.count("\n") == len(values) - 1 else "\n".join(value.replace("\n", " ") for value in values)


class _Spans:
    """The question's runs of tokens by their letters, ready to be met by values."""

    def __init__(self, tokens: list[Token], question: str) -> None:
        self.tokens = tokens
        self._told: dict[str, list[tuple[TokenRange, bool]]] = {}
        self.whole: dict[Subwords, list[TokenRange]] = defaultdict(list)
        for start in range(len(tokens)):
            for end in range(start + 1, min(start + _LONGEST, len(tokens)) + 1):
                text = question[tokens[start].start : tokens[end - 1].end]
                for said in dict.fromkeys((text, text.removesuffix("'s").removesuffix("\u2019s"))):  # "Novak's"
                    if (pieces := tuple(atoms(said))) and not {tokens[start].text, tokens[end - 1].text} & _STOPS:
                        self.whole[pieces].append((start, end))
        telling = [pieces for pieces in self.whole if _tells(pieces) and not {pieces[0], pieces[-1]} & _BETWEEN]
        self.by_first: dict[str, list[Subwords]] = defaultdict(list)
        for pieces in telling:
            self.by_first[pieces[0]].append(pieces)

    def told_by(self, value: str) -> list[tuple[TokenRange, bool]]:
        """The runs that name a value (True), or a part of it. Without a firm's legal ending or a number that only
        sorts it ("1-URGENT") a value is whole."""
        if value not in self._told:
            self._told[value] = list(self._tell(tuple(atoms(value)), value))
        return self._told[value]

    def _tell(self, pieces: Subwords, value: str) -> Iterator[tuple[TokenRange, bool]]:
        if not pieces:
            return
        for span in self.whole.get(pieces, ()):
            if self._typed_as_code(span, value):
                yield span, True
        sorted_by = len(pieces) > 1 and pieces[0].isdigit() and not all(piece.isdigit() for piece in pieces)
        core = pieces[1:] if sorted_by else pieces
        while len(core) > 1 and core[-1] in _LEGAL:
            core = core[:-1]
        if core != pieces:
            for span in self.whole.get(core, ()):
                yield span, True
        for at, piece in enumerate(core):
            for run in self.by_first.get(piece, ()):
                if len(run) < len(core) and core[at : at + len(run)] == run:
                    for span in self.whole[run]:
                        yield span, False

    def _typed_as_code(self, span: TokenRange, value: str) -> bool:
        """Short codes count only as they are written in the data: "us" and "a" are words, "US" and "A" may be values.
        Codes of three letters may be typed small, unless they are short for a day or a month."""
        if len(value) > _SHORT_CODE:
            return True
        token = self.tokens[span[0]]
        small = len(value) == _SHORT_CODE and token.lower not in _TIMES
        return span[1] - span[0] == 1 and (token.text == value or small or token.kind == "quoted")


def _tells(pieces: Subwords) -> bool:
    """Whether a run is long enough to name a value that it is only a part of."""
    return sum(map(len, pieces)) > _SHORT_CODE and not all(piece.isdigit() for piece in pieces)


def _whole_first(refs: list[ValueRef]) -> list[ValueRef]:
    """The values that are named whole, each once; where there are none, those that are named in part."""
    whole = [ref for ref in refs if ref.whole]
    return list(dict.fromkeys(whole or refs))
