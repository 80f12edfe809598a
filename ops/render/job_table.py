"""The table of `ps`."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from bus.contract.vocabulary import State
from bus.wire.outside import OutsideJob
from ops.format import ago, clean, one_line, short_ids, size, span
from ops.render.tables import giving_way, keep_whole, plain_table

STYLES = {
    State.QUEUED: "dim",
    State.STARTING: "cyan",
    State.RUNNING: "green",
    State.STOPPING: "yellow",
    State.SUCCEEDED: "",
    State.FAILED: "red",
    State.CANCELLED: "magenta",
}

QUESTION_CHARS = 120
NARROW = ((100, "NODE"), (100, "ROWS"), (100, "PID"), (80, "MEM"), (65, "TIME"), (60, "USER"))
"""A terminal with less than so many characters goes without the column: what was asked, and why a job ended, are worth
more than what these say of it."""


def job_table(jobs: Sequence[OutsideJob], now: float, width: int) -> Table:
    """One row a job, for `width` characters; `now` in Unix seconds. Ids are cut to what tells the jobs of this table
    apart."""
    ids = short_ids(job.job_id for job in jobs)
    rows = [_cells(job, ids[job.job_id], now) for job in jobs]
    left_out = {name for needed, name in NARROW if width < needed}
    left_out |= set() if any(job.node for job in jobs) else {"NODE"}
    columns = [name for name in _COLUMNS if name not in left_out]
    table = plain_table(*columns, numbers=("AGE", "TIME", "ROWS", "MEM", "PID"), flexible=("STATE", "USER", "QUESTION"))
    keep_whole(table, "JOB", max(map(len, ids.values()), default=0))
    keep_whole(table, "STATE", max((len(state_words(job)) for job in jobs), default=0))
    for cells in rows:
        table.add_row(*(cell for name, cell in zip(_COLUMNS, cells, strict=True) if name not in left_out))
    return table


_COLUMNS = ("JOB", "STATE", "USER", "AGE", "TIME", "ROWS", "MEM", "NODE", "PID", "QUESTION")


def _cells(job: OutsideJob, short_id: str, now: float) -> tuple[str | Text, ...]:
    return (
        short_id,
        giving_way(state_words(job), STYLES[job.state]),
        giving_way(clean(job.user)),
        ago(job.created_at, now),
        _run_time(job, now),
        f"{job.rows:,}" if job.rows else "",
        size(job.memory_bytes) if job.memory_bytes else "",
        clean(job.node),
        str(job.pid or ""),
        giving_way(one_line(job.query, QUESTION_CHARS)),
    )


def state_words(job: OutsideJob) -> str:
    """The state, with the rung while a job is being stopped, or the reason why it ended so."""
    detail = job.rung if job.state is State.STOPPING else job.reason
    return f"{job.state} ({detail})" if detail else str(job.state)


def _run_time(job: OutsideJob, now: float) -> str:
    if job.started_at is None:
        return ""
    return span((job.ended_at or now) - job.started_at)
