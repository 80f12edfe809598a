"""The picture of `top`."""

from rich.console import Group
from rich.table import Table
from rich.text import Text

from bus.contract.vocabulary import Rung
from ops.format import ago, clean, one_line, short_ids, size
from ops.render.job_table import STYLES, state_words
from ops.render.stats import figure_lines, troubles
from ops.render.tables import giving_way, keep_whole, plain_table
from ops.top.state import TopState

KEYS = "↑ ↓ select   k stop   K kill at once   q quit"
OTHER_LINES = 6
"""Everything but the rows: two lines of figures, the table's head, an empty line, what was said, the keys."""

_COLUMNS = ("JOB", "STATE", "USER", "AGE", "CPU", "MEM", "ROWS")
_NUMBERS = ("AGE", "CPU", "MEM", "ROWS")


def picture(model: TopState, where: str, now: float, width: int, height: int) -> Group:
    """The whole screen. `where` names the server, `now` is Unix seconds."""
    rows = max(1, height - OTHER_LINES)
    lines = [*_figures(model, where), _table(model, now, rows)]
    if not model.jobs:
        lines.append(Text("no jobs", "dim"))
    return Group(*lines, Text(""), _said(model, width), Text(KEYS, "dim", no_wrap=True, overflow="ellipsis"))


def _figures(model: TopState, where: str) -> list[Text | Table]:
    if model.figures is None:
        return [Text(f"deadstop top   {where}", "bold", no_wrap=True), Text("")]
    facts = dict(figure_lines(model.figures))
    return [
        Text(f"deadstop top   {where}   {facts['jobs']}", "bold", no_wrap=True, overflow="ellipsis"),
        Text(f"workers {facts['workers']}   events {facts['events']}", "dim", no_wrap=True, overflow="ellipsis"),
    ]


def _table(model: TopState, now: float, rows: int) -> Table:
    on_nodes = any(job.node for job in model.jobs)
    columns = (*_COLUMNS, *(["NODE"] if on_nodes else []), "QUESTION")
    table = plain_table(*columns, numbers=_NUMBERS, flexible=("STATE", "USER", "QUESTION"))
    ids = short_ids(job.job_id for job in model.jobs)
    keep_whole(table, "JOB", max(map(len, ids.values()), default=0))
    first = max(0, min(model.selected - rows // 2, len(model.jobs) - rows))
    for index, job in enumerate(model.jobs[first : first + rows], first):
        share = model.cpu_shares.get(job.job_id)
        table.add_row(
            ids[job.job_id],
            giving_way(state_words(job), STYLES[job.state]),
            giving_way(clean(job.user)),
            ago(job.created_at, now),
            "" if share is None else f"{share:.0%}",
            size(job.memory_bytes) if job.memory_bytes else "",
            f"{job.rows:,}" if job.rows else "",
            *([clean(job.node)] if on_nodes else []),
            giving_way(one_line(job.query, 200)),
            style="reverse" if index == model.selected else "",
        )
    return table


def _said(model: TopState, width: int) -> Text:
    """The question that is open, or else trouble, or what was said last."""
    if model.asking is not None:
        how = "kill at once" if model.asking.rung is Rung.KILL else "stop"
        job = model.asking.job
        words = f"{how} {job.job_id[:6]} of {clean(job.user)}? y does it, any other key does not"
        return Text(one_line(words, width), "bold yellow")
    trouble = model.trouble or "; ".join(troubles(model.figures) if model.figures else [])
    return Text(one_line(trouble, width), "red") if trouble else Text(one_line(model.said, width))
