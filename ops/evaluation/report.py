"""What an evaluation has found: as figures, as text, as one JSON object."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from ops.evaluation.judging import SHOWN_ROWS, VERDICTS, JudgedQuestion, Judgement

MAX_TOLD = 20
MAX_TOLD_CHARS = 300
MAX_TOLD_ROWS = 3


class Score(msgspec.Struct, frozen=True):
    """How one model did. `share_right` is of all that was judged; `same_in_all_runs` counts the questions that had one
    verdict in all runs. Seconds are those of one question; tokens and costs of all."""

    asked: int
    verdicts: dict[Judgement, int]
    share_right: float
    same_in_all_runs: int
    questions: int
    median_s: float
    p95_s: float
    model_calls: int
    input_tokens: int
    output_tokens: int
    cost_usd: float
    estimated: bool


class VerdictDifference(msgspec.Struct, frozen=True):
    """A question that had several verdicts, by model and in the order of runs."""

    line: int
    database: str
    question: str
    verdicts: dict[str, list[Judgement]]


class EvaluationReport(msgspec.Struct, frozen=True):
    """`whole` is false where it was broken off, and `why` then says why."""

    questions: str
    data: str
    began_at: float
    seconds: float
    whole: bool
    why: str
    models: dict[str, Score]
    differences: list[VerdictDifference]
    outcomes: list[JudgedQuestion]


def score(outcomes: Sequence[JudgedQuestion]) -> Score:
    """The figures of one model's outcomes, of which there is one at least."""
    counts = Counter(one.verdict for one in outcomes)
    judged = len(outcomes) - counts["unjudged"]
    took = sorted(one.seconds for one in outcomes)
    by_line: dict[int, set[Judgement]] = defaultdict(set)
    for one in outcomes:
        by_line[one.line].add(one.verdict)
    return Score(
        asked=len(outcomes),
        verdicts={verdict: counts[verdict] for verdict in VERDICTS},
        share_right=round(counts["right"] / judged, 4) if judged else 0.0,
        same_in_all_runs=sum(len(verdicts) == 1 for verdicts in by_line.values()),
        questions=len(by_line),
        median_s=took[len(took) // 2],
        p95_s=took[min(len(took) - 1, int(len(took) * 0.95))],
        model_calls=sum(one.model_calls for one in outcomes),
        input_tokens=sum(one.input_tokens for one in outcomes),
        output_tokens=sum(one.output_tokens for one in outcomes),
        cost_usd=round(sum(one.cost_usd for one in outcomes), 6),
        estimated=any(one.estimated for one in outcomes),
    )


def scores(outcomes: Iterable[JudgedQuestion]) -> dict[str, Score]:
    """The score of each model, in the order in which the models came."""
    by_model: dict[str, list[JudgedQuestion]] = defaultdict(list)
    for one in outcomes:
        by_model[one.model].append(one)
    return {model: score(some) for model, some in by_model.items()}


def differences(outcomes: Iterable[JudgedQuestion]) -> list[VerdictDifference]:
    """The questions whose verdict depends on the model or on the run, by line."""
    by_line: dict[int, list[JudgedQuestion]] = defaultdict(list)
    for one in outcomes:
        by_line[one.line].append(one)
    found = []
    for line, some in sorted(by_line.items()):
        verdicts: dict[str, list[Judgement]] = defaultdict(list)
        for one in sorted(some, key=lambda one: one.run):
            verdicts[one.model].append(one.verdict)
        if len({verdict for each in verdicts.values() for verdict in each}) > 1:
            found.append(VerdictDifference(line, some[0].database, some[0].question, dict(verdicts)))
    return found


def text(report: EvaluationReport) -> str:
    """The report as lines for a terminal."""
    words = [verdict for verdict in VERDICTS if any(score.verdicts[verdict] for score in report.models.values())]
    width = max([5, *map(len, report.models)])
    header = f"{'model':{width}}" + "".join(f"{word:>10}" for word in words)
    lines = [f"{header}{'right of':>10}{'median s':>10}{'p95 s':>9}{'calls':>8}{'cost':>12}"]
    lines += [_line(model, found, words, width) for model, found in report.models.items()]
    wrong = [one for one in report.outcomes if one.verdict in ("wrong", "failed", "unjudged")]
    for one in wrong[:MAX_TOLD]:
        lines += ["", *told(one)]
    if len(wrong) > MAX_TOLD:
        lines += ["", f"and {len(wrong) - MAX_TOLD} more; --output writes them all"]
    if report.differences:
        lines += ["", f"{len(report.differences)} questions had several verdicts:"]
        lines += [f"  line {one.line}: {_verdicts(one)}: {one.question}" for one in report.differences[:MAX_TOLD]]
    return "\n".join([*lines, *([f"\nbroken off: {report.why}"] if not report.whole else [])])


def _line(model: str, found: Score, words: Sequence[Judgement], width: int) -> str:
    counts = "".join(f"{found.verdicts[word]:>10}" for word in words)
    cost = f"{'about ' if found.estimated else ''}${found.cost_usd:.4f}"
    times = f"{found.median_s:>10.2f}{found.p95_s:>9.2f}"
    return f"{model:{width}}{counts}{found.share_right:>10.1%}{times}{found.model_calls:>8}{cost:>12}"


def told(one: JudgedQuestion) -> list[str]:
    """An answer in a few lines: what was asked, what came, what was expected."""
    where = f"[{one.database}] " if one.database else ""
    facts = {
        "sql": one.sql,
        "found": _rows(one.found, one.found_count) if one.sql else "",
        "said": one.said if one.verdict != "wrong" or not one.sql else "",
        "right sql": one.right_sql,
        "expected": _rows(one.expected, one.expected_count) if one.verdict != "unjudged" else "",
    }
    short = {name: " ".join(text.split())[:MAX_TOLD_CHARS] for name, text in facts.items() if text}
    head = f"line {one.line}, {one.model}, run {one.run}: {one.verdict}: {where}{one.question}"
    return [head, *(f"  {name + ':':10} {text}" for name, text in short.items())]


def _rows(rows: Sequence[Sequence[object]], count: int) -> str:
    shown = ", ".join(str(list(row)) for row in rows[:MAX_TOLD_ROWS])
    return shown if count <= min(MAX_TOLD_ROWS, SHOWN_ROWS) else f"{shown}, … ({count} rows)"


def _verdicts(one: VerdictDifference) -> str:
    return ", ".join(f"{model} {'/'.join(verdicts)}" for model, verdicts in one.verdicts.items())
