"""What several plans for one question come to. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from agent_worker.agents.parquet.candidates.same_result import same
from agent_worker.llm.prompts.preview import Preview
from agent_worker.plan import Plan, SqlPlan
from bus.contract.events import Clarification

MOST_TOLD, MAX_TOLD_CHARS = 4, 200


class PlanCandidate(NamedTuple):
    """A plan, and what its statement gives; None where it has none, or it failed."""

    plan: Plan
    result: Preview | None


class ChosenPlan(NamedTuple):
    """Which plan is taken (its place), whether there is no reason to doubt it, and what people are told."""

    chosen: int
    sure: bool
    said: str


def settled(candidates: Sequence[PlanCandidate], wanted: int) -> bool:
    """Whether further plans, up to `wanted` in all, cannot change which result has the majority."""
    most = max(votes(candidates), default=0)
    return most * 2 > wanted or (most + wanted - len(candidates)) * 2 <= wanted


def vote_on(candidates: Sequence[PlanCandidate]) -> ChosenPlan:
    """The first of the plans whose result most plans give. Where there is no majority, that is said in words."""
    counts = votes(candidates)
    chosen = max(range(len(candidates)), key=counts.__getitem__)
    results = [candidate for candidate in candidates if candidate.result is not None]
    others = [one.plan for one in candidates if not _agree(one, candidates[chosen])]
    if not results or len(candidates) == 1:
        return ChosenPlan(chosen, True, "")  # what has failed is repaired, or told, where it is run for people
    if len(results) == 1:
        return ChosenPlan(chosen, False, f"Only one of {len(candidates)} plans gave a result{_otherwise(others)}.")
    if counts[chosen] * 2 > len(results):
        return ChosenPlan(
            chosen, True, f"{counts[chosen]} of {len(candidates)} plans give this result{_otherwise(others)}"
        )
    different = sum(_first_like(one, results) is one for one in results)
    gave = f"{len(results)} plans gave {different} different results, none of them the majority's"
    return ChosenPlan(chosen, False, f"{gave}: check how the question was read{_otherwise(others)}.")


def votes(candidates: Sequence[PlanCandidate]) -> list[int]:
    """How many plans give each plan's result, itself included; none where it has no result."""
    return [sum(_agree(one, other) for other in candidates) for one in candidates]


def _agree(one: PlanCandidate, other: PlanCandidate) -> bool:
    if one.result is None or other.result is None:
        return False
    return one is other or same(one.result, other.result)


def _first_like(one: PlanCandidate, candidates: Sequence[PlanCandidate]) -> PlanCandidate:
    return next(other for other in candidates if _agree(other, one))


def _otherwise(plans: Sequence[Plan]) -> str:
    """What the other plans took the question for."""
    told = dict.fromkeys(words for plan in plans if (words := _in_words(plan)))
    return f" (otherwise: {'; '.join(list(told)[:MOST_TOLD])})" if told else ""


def _in_words(plan: Plan) -> str:
    text = f"asked back, “{plan.question}”" if isinstance(plan, Clarification) else ""
    if isinstance(plan, SqlPlan):
        text = plan.reading or plan.title
    return " ".join(text.split()).rstrip(".")[:MAX_TOLD_CHARS]
