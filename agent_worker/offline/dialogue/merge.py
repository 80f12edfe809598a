"""Follow-ups: what a fragment such as "and by month?" or "only for JFK" changes in the question before it."""

from dataclasses import replace

from agent_worker.offline.grammar.rules.question_ast import Condition, MeasureDraft, QuestionAst, Ranking
from agent_worker.offline.lexer.lexemes import Ambiguous, Lexeme

Place = tuple[str, str]


def is_fragment(draft: QuestionAst) -> bool:
    """Whether a question cannot stand alone, or says that it goes on from an earlier one."""
    if draft.follows:
        return True
    if draft.begins_with_and and not (draft.dims or draft.conditions or draft.asked or draft.nouns or draft.ranking):
        return True
    named = any(measure.item is not None for measure in draft.measures)
    return not (named or draft.nouns or draft.asked or draft.havings)


def merge(before: QuestionAst, new: QuestionAst, keys: frozenset[Place]) -> QuestionAst:
    """The earlier question with what the fragment says put in its place. Raises `Ambiguous` where that is unclear.

    `keys` are the columns (table, column) that others refer to.
    """
    if new.dims and before.ranking is not None and before.ranking.limit is not None:
        item = new.dims[0]
        raise Ambiguous(f"The first {before.ranking.limit} and by {item.text}: please ask the whole question.", item)
    if new.measures and before.ranking is not None and before.ranking.limit is not None:
        told = new.measures[0].item
        raise Ambiguous(f"The first {before.ranking.limit} by which figure? Please ask the whole question.", told)
    grouped = [*before.dims, *new.dims] if new.adds else new.dims or before.dims
    figures, nouns = _figures(before, new)
    return replace(
        before,
        measures=figures,
        nouns=nouns,
        dims=grouped,
        asked=new.asked or (before.asked if not new.dims else []),
        conditions=_conditions(before.conditions, new.conditions, keys),
        havings=new.havings or before.havings,
        ranking=_ranking(before, new),
        share=new.share or before.share,
        listing=before.listing or new.listing,
        notes=[*before.notes, *new.notes],
    )


def _figures(before: QuestionAst, new: QuestionAst) -> tuple[list[MeasureDraft], list[Lexeme]]:
    """ "and the median?" is of what was measured before; "and the arrival delay?" is measured as before."""
    if new.measures:
        item = before.measures[0].item if before.measures else None
        bare = [replace(m, item=item) if m.item is None and m.agg != "count" else m for m in new.measures]
        return bare, new.nouns or before.nouns
    columns = [noun for noun in new.nouns if noun.names and noun.names[0].kind == "number"]
    if columns and before.measures:
        return [replace(m, item=columns[0]) for m in before.measures[:1]], before.nouns
    return before.measures, new.nouns or before.nouns


def _ranking(before: QuestionAst, new: QuestionAst) -> Ranking | None:
    if new.ranking is None or before.ranking is None or new.ranking.measure is not None:
        return new.ranking or before.ranking
    return replace(new.ranking, measure=before.ranking.measure)


def _conditions(before: list[Condition], new: list[Condition], keys: frozenset[Place]) -> list[Condition]:
    """The earlier conditions, those on the same column replaced."""
    kept = list(before)
    for condition in new:
        same = [old for old in kept if _about_the_same(old, condition, keys)]
        if len(same) > 1:
            said = " or ".join(f"“{old.item.text}”" for old in same if old.item)
            raise Ambiguous(f"In place of {said}?", condition.item)
        added = _in_place_of(same[0], condition, keys) if same else condition
        kept = [added if old in same else old for old in kept] if same else [*kept, added]
    return kept


def _in_place_of(old: Condition, new: Condition, keys: frozenset[Place]) -> Condition:
    """The new condition, in the part that the old one played and on the columns that it may have meant."""
    shared = _places(old, keys) & _places(new, keys)
    operands = tuple(
        replace(item, values=tuple(v for v in item.values if (v.table, v.column) in shared)) if item.values else item
        for item in new.operands
    )
    return replace(new, role=new.role or old.role, told=old.told, operands=operands)


def _about_the_same(old: Condition, new: Condition, keys: frozenset[Place]) -> bool:
    if old.moments and new.moments:
        return True
    if old.role and new.role and old.role != new.role:
        return False
    if old.subject and new.subject:
        return old.subject.names == new.subject.names
    return bool(_places(old, keys) & _places(new, keys))


def _places(condition: Condition, keys: frozenset[Place]) -> set[Place]:
    """The columns in which a condition's values stand; a register that many columns refer to tells nothing."""
    places = {(v.table, v.column) for item in condition.operands for v in item.values}
    return places - keys or places
