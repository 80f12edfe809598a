"""Shares: which conditions say what a share is of, and which what part is meant."""

from agent_worker.offline.binder.rules.query_ir import Filter, QueryIR
from agent_worker.offline.grammar.rules.question_ast import Condition, QuestionAst
from agent_worker.offline.lexer.lexemes import Ambiguous

_EITHER = frozenset(("=", "in", "!=", "not in", "true", "false"))
"""Conditions that may as well say what is shared out as which part is meant."""


def split_share(draft: QuestionAst, reading: QueryIR, filters: list[tuple[Condition, Filter]]) -> None:
    """Sort conditions into the whole (`filters`) and the part (`part`). Raises `Ambiguous` where both are possible."""
    if len(reading.figures) != 1 or reading.havings or reading.count_groups:
        raise Ambiguous("A share of one figure at a time, please.")
    whole, part = _by_verb(draft, filters)
    if reading.dims and not part:
        reading.filters = [found for _, found in whole]
        return
    if not part:
        raise Ambiguous("The share of which part? Say a condition or “by …”.")
    if len(part) > 1 and not whole and not _all_told(part):
        said = " and ".join(f"“{found.words}”" for _, found in part)
        raise Ambiguous(f"Is the share meant of all rows, or within one of {said}? Put a verb between them.")
    if reading.order is not None:
        raise Ambiguous("Ask for the share by group, without an order.")
    reading.filters = [found for _, found in whole]
    reading.part = [found for _, found in part]


def _all_told(part: list[tuple[Condition, Filter]]) -> bool:
    return all(condition.told for condition, _ in part)


def _by_verb(
    draft: QuestionAst, filters: list[tuple[Condition, Filter]]
) -> tuple[list[tuple[Condition, Filter]], list[tuple[Condition, Filter]]]:
    """What stands before the verb says of what the share is; what stands behind it, which part."""
    told = [entry for entry in filters if entry[0].told]
    untold = [entry for entry in filters if not entry[0].told]
    if told:
        return untold, told
    if not draft.dims and not draft.asked:
        return [], untold
    behind = draft.dims[0].start if draft.dims else -1
    after = [entry for entry in untold if entry[0].item is not None and entry[0].item.start > behind]
    before = [entry for entry in untold if entry not in after]
    plain = [entry for entry in before if entry[0].operator in _EITHER]
    if plain:
        raise Ambiguous(
            f"Is “{plain[0][1].words}” the part of each group whose share is meant, or the whole that is shared out?",
            plain[0][0].item,
        )
    return after, before
