"""An evaluation from the command line: with a bar that moves, to its end or until it is broken off."""

import asyncio
import contextlib
import time
from pathlib import Path

import msgspec
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bus.transport.sockets import BusError
from ops.errors import EXIT_FAILED, EXIT_STOPPED, OpsError
from ops.evaluation.judging import JudgedQuestion
from ops.evaluation.page import html
from ops.evaluation.report import EvaluationReport, differences, scores
from ops.evaluation.run import EvaluationPlan, evaluate
from ops.render.console import narration

SAY_EVERY_S = 10.0


def evaluation(plan: EvaluationPlan, questions: str, max_cost_usd: float | None) -> tuple[EvaluationReport, int]:
    """Ask all questions; the report, and the exit code. Raises `OpsError` where nothing could be asked."""
    outcomes: list[JudgedQuestion] = []
    began, began_at, why, exit_code = time.monotonic(), time.time(), "", 0
    with _Told(plan.size) as told:

        def tell(one: JudgedQuestion) -> None:
            outcomes.append(one)
            told.add(outcomes)

        def enough() -> bool:
            return max_cost_usd is not None and _cost_usd(outcomes) >= max_cost_usd

        try:
            asyncio.run(evaluate(plan, tell, enough))
        except (OpsError, BusError) as error:
            if not outcomes:
                raise
            why, exit_code = str(error), EXIT_FAILED
        except KeyboardInterrupt:
            why, exit_code = "stopped", EXIT_STOPPED
    if not why and len(outcomes) < plan.size:
        why, exit_code = f"it has cost ${_cost_usd(outcomes):.4f}, and --max-cost is {max_cost_usd:g}", EXIT_FAILED
    outcomes.sort(key=lambda one: (one.line, one.run))
    report = EvaluationReport(
        questions=questions,
        data=str(plan.data or "the data of the settings"),
        began_at=began_at,
        seconds=round(time.monotonic() - began, 1),
        whole=not why,
        why=why,
        models=scores(outcomes),
        differences=differences(outcomes),
        outcomes=outcomes,
    )
    bad = any(one.verdict in ("wrong", "failed", "unjudged") for one in outcomes)
    return report, exit_code or (EXIT_FAILED if bad else 0)


def _cost_usd(outcomes: list[JudgedQuestion]) -> float:
    return sum(one.cost_usd for one in outcomes)


def write_report(report: EvaluationReport, path: Path) -> None:
    """Write the report to a file, as HTML or JSON, by the ending of its name. Raises `OpsError`."""
    page = path.suffix.lower() == ".html"
    content = html(report).encode() if page else msgspec.json.format(msgspec.json.encode(report), indent=1)
    try:
        path.write_bytes(content)
    except OSError as error:
        raise OpsError(f"{path} cannot be written: {error.strerror or error}") from error


class _Told(contextlib.AbstractContextManager["_Told"]):
    """How far it is: a bar on a terminal, else a line now and then."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._console = narration()
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=self._console, transient=True, disable=not self._console.is_terminal)
        self._task = self._bar.add_task("asking", total=size)
        self._said_at = time.monotonic()

    def __enter__(self) -> "_Told":
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def add(self, outcomes: list[JudgedQuestion]) -> None:
        right = sum(one.verdict == "right" for one in outcomes)
        words = f"{right} right"
        self._bar.update(self._task, completed=len(outcomes), description=words)
        if not self._console.is_terminal and time.monotonic() - self._said_at >= SAY_EVERY_S:
            self._said_at = time.monotonic()
            self._console.print(f"{len(outcomes)} of {self._size} asked, {words}")
