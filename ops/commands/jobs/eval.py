"""`deadstop eval`."""

import sys
from pathlib import Path
from typing import Any

import click

from ops.options import config_option

MAX_AT_ONCE = 64


@click.command()
@click.argument("questions", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--data", type=click.Path(path_type=Path), metavar="DIR", help="The data; each `database` is a folder in it."
)
@click.option("--model", "models", multiple=True, metavar="M", help="Ask this model; give several to compare them.")
@click.option("--runs", default=1, show_default=True, type=click.IntRange(1, 100), help="How often each is asked.")
@click.option(
    "--at-once", default=2, show_default=True, type=click.IntRange(1, MAX_AT_ONCE), help="Questions side by side."
)
@click.option(
    "--max-cost",
    "max_cost_usd",
    type=click.FloatRange(0),
    metavar="USD",
    help="Ask nothing more once it has cost so much.",
)
@click.option(
    "-o",
    "--output",
    "paths",
    multiple=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the whole report to this file, .html or .json.",
)
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object.")
def command(questions: Path, paths: tuple[Path, ...], max_cost_usd: float | None, as_json: bool, **given: Any) -> None:
    """Ask every question of QUESTIONS, a file of JSON lines, and compare the answers with what is right.

    The questions run as jobs of servers of their own, one for each folder of data, which end with them. Ctrl-C stops
    them all; the report then tells what there was until then.

    Exit codes: 0 nothing was wrong or failed, 1 something was, 2 questions or settings are wrong, 130 stopped.
    """
    from ops.evaluation.entry import evaluation, write_report
    from ops.evaluation.questions import read_questions
    from ops.evaluation.report import text
    from ops.evaluation.run import EvaluationPlan
    from ops.format import clean
    from ops.render.console import print_json

    for path in paths:
        if path.suffix.lower() not in (".html", ".json"):
            raise click.UsageError(f"the name {path.name} does not say its format; end it in .html or .json")
    models = given.pop("models") or (None,)
    plan = EvaluationPlan(read_questions(questions), models=models, **given)
    report, exit_code = evaluation(plan, str(questions), max_cost_usd)
    for path in paths:
        write_report(report, path)
    if as_json:
        print_json(report)
    else:
        click.echo(clean(text(report)))
    sys.exit(exit_code)
