"""The table of `ps`, in terminals of different width."""

import io

import pytest
from rich.console import Console

from bus.contract.vocabulary import Reason, State
from bus.wire.outside import OutsideJob
from ops.render.job_table import job_table


def job(number: int, state: State, reason: Reason | None, node: str = "") -> OutsideJob:
    return OutsideJob(
        job_id=f"{number:012x}",
        session_id="s1",
        user="supervisor",
        agent="parquet",
        query="select * from a_table_with_a_long_name where something_long = 1",
        conversation_id="",
        state=state,
        reason=reason,
        created_at=1000.0,
        started_at=1000.0,
        ended_at=1010.0,
        pid=1234567,
        seq=3,
        rung=None,
        rows=1_000_000,
        memory_bytes=123 << 20,
        cpu_s=1.0,
        detached=False,
        node=node,
    )


@pytest.mark.parametrize(("width", "shown"), [(80, False), (120, True)])
def test_why_a_job_ended_is_readable_in_any_terminal(width: int, shown: bool) -> None:
    jobs = [job(1, State.CANCELLED, Reason.OPERATOR), job(2, State.FAILED, Reason.AGENT_ERROR)]
    out = io.StringIO()
    Console(file=out, width=width).print(job_table(jobs, 1100.0, width))
    lines = out.getvalue().splitlines()
    assert max(len(line) for line in lines) <= width
    assert "cancelled (operator)" in lines[1]
    assert "failed (agent_error)" in lines[2]
    assert "select" in lines[1]
    assert ("1,000,000" in lines[1], "1234567" in lines[1]) == (shown, shown)


@pytest.mark.parametrize("width", [50, 60, 80, 100])
def test_the_question_is_always_readable(width: int) -> None:
    out = io.StringIO()
    Console(file=out, width=width).print(job_table([job(1, State.CANCELLED, Reason.OPERATOR)], 1100.0, width))
    lines = out.getvalue().splitlines()
    assert max(len(line) for line in lines) <= width
    assert "select *" in lines[1]


@pytest.mark.parametrize(("node", "shown"), [("", False), ("gpu-1", True)])
def test_the_machine_is_shown_where_there_are_others(node: str, shown: bool) -> None:
    out = io.StringIO()
    Console(file=out, width=140).print(job_table([job(1, State.RUNNING, None, node)], 1100.0, 140))
    assert ("NODE" in out.getvalue()) is shown
    assert node in out.getvalue()
