"""Asks a server for its jobs, and selects those that the filters of a command mean (`ops/options.py` parses them)."""

import time

from bus.contract.vocabulary import ENDED, State
from bus.wire.outside import OutsideJob
from ops.client.access import JobsAccess
from ops.target import Filters


async def select(jobs: JobsAccess, filters: Filters, *, ended: bool = False) -> list[OutsideJob]:
    """The jobs that fit, newest first; ended ones if asked for, or if the state is one of theirs."""
    state = State(filters.state) if filters.state else None
    found = await jobs.list(user=filters.user, state=state, ended=ended or state in ENDED)
    now = time.time()
    return [job for job in found if fits(job, filters, now)]


def fits(job: OutsideJob, filters: Filters, now: float) -> bool:
    """Whether a job has the wanted agent and age; `now` in Unix seconds. The server sees to user and state."""
    old_enough = filters.older_than_s is None or now - job.created_at >= filters.older_than_s
    return old_enough and filters.agent in ("", job.agent)
