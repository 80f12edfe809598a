"""What a text says of the picture of its answer: "as a bar chart", "plot it"."""

import re

import msgspec

from agent_worker.plan import ChartKind, SqlPlan

_DRAWN = r"(?:chart|graph|plot|diagram)"
_BEHIND = re.compile(
    rf"[\s,]*\b(?:as|in|on|with|into)\s+(?:an?\s+|the\s+)?(?P<kind>[a-z]+\s+)?{_DRAWN}s?(?:\s+please)?[\s?.!]*$",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    rf"^\s*(?:please\s+)?(?:(?:plot|chart|graph|visuali[sz]e)\b|draw\b(?=\s+(?:it|that|this|these|them)\b)|(?:draw|make|show(?:\s+me)?|give\s+me)\s+(?:an?\s+)?"
    rf"(?P<kind>[a-z]+\s+)?{_DRAWN}\b)\s*(?:of\b|for\b)?\s*(?=\S)",
    re.IGNORECASE,
)
_THAT = re.compile(
    r"^\s*(?:and|now|please|then|ok)?\s*(?:(?:show|draw|plot|give|make|do|put)?\s*(?:me\s+)?"
    r"(?:it|that|this|them|those|these|the\s+same)?)?[\s?.!]*$",
    re.IGNORECASE,
)
_KINDS: dict[str, ChartKind] = {"bar": "bar", "column": "bar", "line": "line", "scatter": "scatter"}
NO_KIND = "Pictures are bars, lines or points here: please ask for one of those."
NO_CHART = "A picture needs figures by something: please say by what, as in “by month”."


def drawn(question: str) -> tuple[str, str | None]:
    """The question without what it says of a picture, and which kind is asked for: "" for any, None for none."""
    for pattern in (_BEHIND, _BEFORE):
        if found := pattern.search(question):
            rest = question[: found.start()] + question[found.end() :]
            return rest.strip(), (found["kind"] or "").strip().lower()
    return question, None


def is_that(text: str) -> bool:
    """Whether nothing is said but "that"."""
    return bool(_THAT.fullmatch(text))


def with_chart(plan: SqlPlan, kind: str) -> SqlPlan | str:
    """The plan with such a picture, or why there is none."""
    if kind not in ("", *_KINDS):
        return NO_KIND
    if plan.chart is None:
        return NO_CHART
    if not kind or (_KINDS[kind] == "scatter") != (plan.chart.kind == "scatter"):
        return plan if not kind else NO_KIND
    return msgspec.structs.replace(plan, chart=msgspec.structs.replace(plan.chart, kind=_KINDS[kind]))
