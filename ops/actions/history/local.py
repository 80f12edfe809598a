"""Brings the Parquet history of a state folder up to date before it is asked."""

from pathlib import Path

import pyarrow.parquet as pq

from bus.contract.agents import INTERNAL_AGENTS
from bus.log import LOG_NAME, LogReader
from bus.transport.sockets import BusError
from ops.client.history import history_files
from ops.client.over_bus import LocalJobs
from ops.client.served import served_address
from ops.errors import OpsError
from ops.render.sentences import ended_sentence


async def bring_up_to_date(state_dir: Path) -> str:
    """Have the supervisor take what has ended into the history. Returns what people must know if that was not
    possible, or an empty text."""
    if served_address(state_dir) is None:
        return _left_out(state_dir)
    jobs = LocalJobs(state_dir)
    try:
        begun_for_us = False
        while not begun_for_us:
            job, begun_for_us = await jobs.roll_up()
            async for item in jobs.follow(job):
                last = item
        if last["event"] == "agent_complete":
            return ""
        return f"the latest jobs may be missing: {ended_sentence(last['event'], last['data'])}"
    except (OpsError, BusError) as error:
        return f"the latest jobs may be missing: {error}"
    finally:
        await jobs.close()


def _left_out(state_dir: Path) -> str:
    """A remark that jobs that ended since the last roll-up are left out, because no server runs; "" where there are
    none."""
    log = state_dir / LOG_NAME
    if not log.exists():
        return ""
    reader = LogReader(log)
    try:
        ended = [job.record.summary for job in reader.not_rolled_up()]
    finally:
        reader.close()
    # The marks in the log come after the files, and the supervisor may have ended in between.
    known = set().union(
        *(pq.read_table(path, columns=["job_id"])["job_id"].to_pylist() for path in history_files(state_dir))
    )
    jobs = [job for job in ended if job.agent not in INTERNAL_AGENTS and job.job_id not in known]
    if not jobs:
        return ""
    count = f"{len(jobs)} ended job{' is' if len(jobs) == 1 else 's are'}"
    return f"{count} missing: no supervisor runs for {state_dir} that could take them into the history"
