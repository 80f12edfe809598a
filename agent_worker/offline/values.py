"""Which values of the data a question names: "JFK", "American Airlines", "urgent" for `1-URGENT`."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from agent_worker.offline.words import Token, atoms
from bus.catalog import Catalog

_LEGAL = frozenset(["inc", "llc", "ltd", "corp", "corporation", "co", "company", "gmbh", "plc", "ag", "sa"])
"""Endings of firms' names that people leave out."""

_LONGEST = 8
_SHORT_CODE = 3


@dataclass(frozen=True, slots=True)
class ValueRef:
    """`value` stands in `table.column`; `whole` tells whether the question named all of it or a part."""

    table: str
    column: str
    value: str
    whole: bool = True


Span = tuple[int, int]


def find_values(catalog: Catalog, tokens: list[Token], question: str) -> dict[Span, list[ValueRef]]:
    """Every run of tokens that names values, with all the columns in which they stand."""
    spans = _spans(tokens, question)
    first = {pieces[0] for pieces in spans if pieces}
    heads = {piece[:2] for piece in first}
    found: dict[Span, list[ValueRef]] = defaultdict(list)
    words = {piece for pieces in spans for piece in pieces if len(piece) > _SHORT_CODE and not piece.isdigit()}
    for table, column, value in _all_values(catalog):
        lower = value.lower()
        if lower[:2] not in heads and not any(word in lower for word in words):
            continue
        pieces = tuple(atoms(value))
        for span in spans.get(pieces, ()):
            if _typed_as_code(tokens, span, value):
                found[span].append(ValueRef(table, column, value))
        _parts_of_value(spans, pieces, ValueRef(table, column, value, whole=False), found)
    return {span: _whole_first(refs) for span, refs in found.items()}


def _all_values(catalog: Catalog) -> Iterator[tuple[str, str, str]]:
    for table in catalog.tables:
        for column in table.columns:
            for value in column.values:
                yield table.name, column.name, value


def _spans(tokens: list[Token], question: str) -> dict[tuple[str, ...], list[Span]]:
    spans: dict[tuple[str, ...], list[Span]] = defaultdict(list)
    for start in range(len(tokens)):
        for end in range(start + 1, min(start + _LONGEST, len(tokens)) + 1):
            pieces = tuple(atoms(question[tokens[start].start : tokens[end - 1].end]))
            if pieces:
                spans[pieces].append((start, end))
    return spans


def _typed_as_code(tokens: list[Token], span: Span, value: str) -> bool:
    """Short codes count only as they are written in the data: "us" and "a" are words, "US" and "A" may be values."""
    if len(value) > _SHORT_CODE:
        return True
    typed = tokens[span[0]].text
    return span[1] - span[0] == 1 and (typed == value or len(value) == _SHORT_CODE or tokens[span[0]].kind == "quoted")


def _parts_of_value(
    spans: dict[tuple[str, ...], list[Span]],
    pieces: tuple[str, ...],
    ref: ValueRef,
    found: dict[Span, list[ValueRef]],
) -> None:
    """The beginning or the end of a longer value names it too; without a firm's legal ending it is whole."""
    core = pieces
    while len(core) > 1 and core[-1] in _LEGAL:
        core = core[:-1]
    if core != pieces:
        for span in spans.get(core, ()):
            found[span].append(ValueRef(ref.table, ref.column, ref.value))
    shorter = {core[:size] for size in range(1, len(core))} | {core[size:] for size in range(1, len(core))}
    for part in shorter:
        if sum(map(len, part)) > _SHORT_CODE and not all(piece.isdigit() for piece in part):
            for span in spans.get(part, ()):
                found[span].append(ref)


def _whole_first(refs: list[ValueRef]) -> list[ValueRef]:
    """Where a value is named whole, values that it is only a part of are not meant."""
    whole = [ref for ref in refs if ref.whole]
    return list(dict.fromkeys(whole or refs))
