"""An evaluation's report as one page."""

from collections.abc import Iterable, Sequence
from html import escape

from ops.evaluation.judging import VERDICTS, JudgedQuestion
from ops.evaluation.report import EvaluationReport, Score
from ops.html_page import document


def html(report: EvaluationReport) -> str:
    """The whole page: the table by model, what differs, and every question that was not answered rightly."""
    broken = f'<p class="broken">Broken off: {escape(report.why)}</p>' if not report.whole else ""
    facts = f"<p>{escape(report.questions)} over {escape(report.data)}, {report.seconds:,.0f} s</p>"
    legend = "".join(f"<dt>{word}</dt><dd>{escape(means)}</dd>" for word, means in VERDICTS.items())
    rest = [one for one in report.outcomes if one.verdict != "right"]
    return document(
        "Evaluation",
        f"{broken}{facts}{_by_model(report)}{_differences(report)}"
        f"<h2>Not right ({len(rest)})</h2>{''.join(map(_outcome, rest))}"
        f"<h2>What the words mean</h2><dl>{legend}</dl>",
    )


def _by_model(report: EvaluationReport) -> str:
    names = [
        "model",
        *VERDICTS,
        "right of",
        "same in all runs",
        "median s",
        "p95 s",
        "calls",
        "tokens in",
        "out",
        "cost",
    ]
    return _table(names, (_cells(model, score) for model, score in report.models.items()))


def _cells(model: str, score: Score) -> list[str]:
    cost = f"{'about ' if score.estimated else ''}${score.cost_usd:.4f}"
    counts = [str(score.verdicts[verdict]) for verdict in VERDICTS]
    times = [f"{score.median_s:.2f}", f"{score.p95_s:.2f}"]
    tokens = [f"{number:,}" for number in (score.model_calls, score.input_tokens, score.output_tokens)]
    same = f"{score.same_in_all_runs} of {score.questions}"
    return [model, *counts, f"{score.share_right:.1%}", same, *times, *tokens, cost]


def _differences(report: EvaluationReport) -> str:
    if not report.differences:
        return ""
    models = list(report.models)
    rows = (
        [f"{one.line}: {one.question}", *("/".join(one.verdicts.get(model, [])) for model in models)]
        for one in report.differences
    )
    return f"<h2>Several verdicts ({len(report.differences)})</h2>{_table(['question', *models], rows)}"


def _table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    header = "".join(f"<th>{escape(name)}</th>" for name in names)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><tr>{header}</tr>{body}</table>"


def _outcome(one: JudgedQuestion) -> str:
    where = f"{one.database}, " if one.database else ""
    head = f"{where}line {one.line}, {one.model}, run {one.run}: "
    facts = {
        "said": one.said,
        "statement": one.sql,
        "its rows": _rows(one.found, one.found_count),
        "right statement": one.right_sql,
        "expected rows": _rows(one.expected, one.expected_count),
    }
    parts = "".join(f"<dt>{name}</dt><dd><pre>{escape(text)}</pre></dd>" for name, text in facts.items() if text)
    return (
        f'<details><summary><span class="{one.verdict}">{one.verdict}</span> {escape(head + one.question)}</summary>'
        f"<dl>{parts}</dl></details>\n"
    )


def _rows(rows: Sequence[Sequence[object]], count: int) -> str:
    more = [f"… {count} rows in all"] if count > len(rows) else []
    return "\n".join([*(str(list(row)) for row in rows), *more])
