"""What came of a question, and how models and runs are set side by side."""

from typing import Any

import msgspec
import pytest

from ops.evaluation.judging import Answered, JudgedQuestion, Judgement, judge
from ops.evaluation.page import html
from ops.evaluation.questions import NumberedQuestion, ReferenceQuestion
from ops.evaluation.report import EvaluationReport, differences, scores, text
from ops.render.result_text import StreamResult

COLUMNS = [{"name": "n", "type": "BIGINT"}]
COUNT = ReferenceQuestion("how many", sql="SELECT 1")
ASKS = ReferenceQuestion("how many flurbs", asks=True)
KILLED = {"event": "agent_killed", "data": {"by": "supervisor", "reason": "deadline"}}
FAILED = {"event": "agent_error", "data": {"error": "no server", "code": "llm_unreachable"}}
COMPLETE: dict[str, Any] = {"event": "agent_complete", "data": {}}
BACK = {"question": "Which?", "suggestions": []}


def answered(end: dict[str, Any] = COMPLETE, **result: Any) -> Answered:
    return Answered(StreamResult(**result), end, 1.5, {"model_calls": 2.0, "cost_usd": 0.25})


@pytest.mark.parametrize(
    ("question", "expected", "given", "verdict", "said"),
    [
        (COUNT, [[3]], answered(columns=COLUMNS, rows=[[3]], response="3."), "right", "3."),
        (COUNT, [[3]], answered(columns=COLUMNS, rows=[[4]]), "wrong", ""),
        (COUNT, [[3]], answered(columns=COLUMNS), "wrong", ""),
        (COUNT, [], answered(columns=COLUMNS), "right", ""),
        (COUNT, [], answered(response="None."), "refused", "None."),
        (COUNT, [[3]], answered(clarification=BACK), "asked", "Which?"),
        (COUNT, [[3]], answered(KILLED, columns=COLUMNS, rows=[[3]]), "failed", "stopped by supervisor: deadline"),
        (COUNT, [[3]], answered(FAILED), "failed", "no server (llm_unreachable)"),
        (COUNT, None, answered(columns=COLUMNS, rows=[[3]]), "unjudged", ""),
        (ASKS, None, answered(clarification=BACK), "right", "Which?"),
        (ASKS, None, answered(columns=COLUMNS, rows=[[3]]), "wrong", ""),
        (ASKS, None, answered(response="No."), "refused", "No."),
    ],
)
def test_an_answer_is_judged(
    question: ReferenceQuestion, expected: list[list[int]] | None, given: Answered, verdict: Judgement, said: str
) -> None:
    judged = judge(NumberedQuestion(7, question), "m", 1, expected, given)
    assert (judged.verdict, judged.said, judged.line) == (verdict, said, 7)
    assert (judged.seconds, judged.model_calls, judged.cost_usd) == (1.5, 2, 0.25)


def one(line: int, model: str, run: int, verdict: Judgement) -> JudgedQuestion:
    """An outcome whose texts are hostile to a page and to a terminal."""
    rows = {"right": [[3]], "wrong": [[4]]}.get(verdict, [])
    given = answered(columns=COLUMNS, rows=rows, sql="SELECT '<script>'") if rows else answered(clarification=BACK)
    return judge(NumberedQuestion(line, ReferenceQuestion("<b>how many</b>", sql="SELECT 3")), model, run, [[3]], given)


OUTCOMES = [
    *(one(1, "a", 1, "right"), one(1, "a", 2, "right"), one(1, "b", 1, "right"), one(1, "b", 2, "right")),
    *(one(2, "a", 1, "right"), one(2, "a", 2, "wrong"), one(2, "b", 1, "asked"), one(2, "b", 2, "asked")),
]
REPORT = EvaluationReport("q.jsonl", "data", 0.0, 3.0, True, "", scores(OUTCOMES), differences(OUTCOMES), OUTCOMES)


def test_models_are_scored_and_what_differs_is_listed() -> None:
    a, b = REPORT.models["a"], REPORT.models["b"]
    assert (a.verdicts["right"], a.verdicts["wrong"], a.share_right, a.same_in_all_runs) == (3, 1, 0.75, 1)
    assert (b.verdicts["asked"], b.share_right, b.same_in_all_runs, b.cost_usd) == (2, 0.5, 2, 1.0)
    (differs,) = REPORT.differences
    assert (differs.line, differs.verdicts) == (2, {"a": ["right", "wrong"], "b": ["asked", "asked"]})


def test_the_text_names_the_wrong_answer_with_both_results() -> None:
    said = text(REPORT)
    assert "line 2, a, run 2: wrong: <b>how many</b>" in said
    assert "found:     [4]" in said
    assert "expected:  [3]" in said
    assert "line 2: a right/wrong, b asked/asked" in said
    assert "broken off" not in said
    assert "broken off: stopped" in text(msgspec.structs.replace(REPORT, whole=False, why="stopped"))


def test_the_page_shows_what_came_as_text() -> None:
    page = html(REPORT)
    assert "<b>how" not in page
    assert "<script>" not in page
    assert "&lt;b&gt;how many" in page
    assert page.count("<details>") == 3
