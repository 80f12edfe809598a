"""Several questions in one text: "how many bookings and how many hosts are there"."""

import re
from collections.abc import Sequence

from agent_worker.offline.binder.query_ir import Agg, QueryIR
from agent_worker.plan import SqlPlan

_ASKS = r"(?=(?:how\s+(?:many|much)|what|which|who|when|(?:the\s+)?number\s+of)\b)"
_APART = re.compile(rf"(?:\s*[,;?.]*\s+and\s+|\s*[;?.]\s+){_ASKS}", re.IGNORECASE)
_MOST = 4


def questions_in(text: str) -> list[str]:
    """The questions of a text that has several, else none."""
    parts = [part.strip(" ,;.") for part in _APART.split(text.strip())]
    return parts if 1 < len(parts) <= _MOST and all(parts) else []


def side_by_side(plans: Sequence[SqlPlan], queries: Sequence[QueryIR]) -> SqlPlan | None:
    """One row with the figure of each; None where one is no single figure, or a condition may be of the others too."""
    if len({len(query.conditions) for query in queries}) > 1 or not all(map(_is_figure, queries)):
        return None
    names = [re.sub(r"\W+", "_", plan.title.lower()) for plan in plans]
    if len(set(names)) < len(names):
        names = [f"{name}_{at}" for at, name in enumerate(names, start=1)]
    columns = ",\n  ".join(f"({plan.sql}) AS {name}" for plan, name in zip(plans, names, strict=True))
    reading = " ".join(f"{at}. {plan.reading}" for at, plan in enumerate(plans, start=1))
    return SqlPlan(f"SELECT\n  {columns}", " and ".join(plan.title for plan in plans), reading)


def _is_figure(query: QueryIR) -> bool:
    many = query.groups or query.buckets or query.havings or query.limit or query.over or query.outer
    return not many and len(query.shown) == 1 and isinstance(query.shown[0], Agg)
