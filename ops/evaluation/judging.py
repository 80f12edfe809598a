"""What came of a question, and whether it was right."""

from typing import Any, Literal

import msgspec

from ops.client.access import WireObject
from ops.evaluation.comparing import Rows, same_rows
from ops.evaluation.questions import NumberedQuestion, ReferenceQuestion
from ops.render.result_text import StreamResult

Judgement = Literal["right", "wrong", "asked", "refused", "failed", "unjudged"]

VERDICTS: dict[Judgement, str] = {
    "right": "gave the expected rows, or asked back where that was expected",
    "wrong": "gave other rows, or answered where it should have asked back",
    "asked": "asked back although there was an answer",
    "refused": "said something, without a result",
    "failed": "ended with an error, or was stopped",
    "unjudged": "the statement of the question failed itself",
}

SHOWN_ROWS = 20


class JudgedQuestion(msgspec.Struct, frozen=True):
    """What came of one question in one run. `said` is the answer, the question back, or the error; `found` and
    `expected` are first rows, with how many there are in all. Times are seconds, costs US dollars."""

    line: int
    database: str
    question: str
    model: str
    run: int
    verdict: Judgement
    said: str
    sql: str
    right_sql: str
    found: list[list[Any]]
    found_count: int
    expected: list[list[Any]]
    expected_count: int
    seconds: float = 0.0
    model_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0
    estimated: bool = False


class Answered(msgspec.Struct, frozen=True):
    """A job's end: its result, the object that ended its stream, how long it took, and what it has used."""

    result: StreamResult
    end: WireObject
    seconds: float
    usage: dict[str, Any]


def judge(asked: NumberedQuestion, model: str, run: int, expected: Rows | None, answered: Answered) -> JudgedQuestion:
    """Judge an answer; no `expected` rows is that they are not known."""
    question, result = asked.question, answered.result
    usage = {name: int(answered.usage.get(name, 0)) for name in ("model_calls", "input_tokens", "output_tokens")}
    return JudgedQuestion(
        line=asked.line,
        database=question.database,
        question=question.question,
        model=model,
        run=run,
        verdict=verdict(question, expected, answered),
        said=_said(answered),
        sql=result.sql,
        right_sql=question.sql,
        found=result.rows[:SHOWN_ROWS],
        found_count=len(result.rows),
        expected=[list(row) for row in (expected or ())[:SHOWN_ROWS]],
        expected_count=len(expected or ()),
        seconds=round(answered.seconds, 3),
        cost_usd=float(answered.usage.get("cost_usd", 0.0)),
        estimated=bool(answered.usage.get("estimated", False)),
        **usage,
    )


def verdict(question: ReferenceQuestion, expected: Rows | None, answered: Answered) -> Judgement:
    """How an answer is judged; the words are those of VERDICTS."""
    result = answered.result
    if not question.asks and expected is None:
        return "unjudged"
    if answered.end["event"] != "agent_complete":
        return "failed"
    if result.clarification is not None:
        return "right" if question.asks else "asked"
    if not result.columns:
        return "refused"
    return "right" if expected is not None and same_rows(result.rows, expected, question.ordered) else "wrong"


def _said(answered: Answered) -> str:
    data = answered.end["data"]
    match answered.end["event"]:
        case "agent_error":
            return f"{data['error']} ({data['code']})"
        case "agent_killed":
            return f"stopped by {data['by']}: {data['reason']}"
    back = answered.result.clarification
    return str(back["question"]) if back is not None else answered.result.response
