"""Stopping jobs from the command line, and waiting for the proof."""

import asyncio
from dataclasses import dataclass

import msgspec

from bus.contract.vocabulary import ENDED, Rung
from bus.transport.sockets import BusError
from bus.wire.outside import ENDINGS, OutsideJob
from ops.actions.job_selection import select
from ops.client.access import Declined, JobsAccess, WireObject, job_of
from ops.client.connect import connect
from ops.errors import OpsError
from ops.format import MIN_ID_CHARS, clean, one_line
from ops.render.job_table import state_words
from ops.render.sentences import ended_sentence
from ops.target import Filters, Target

PROOF_TIMEOUT_S = 60.0
"""Far beyond any ladder; a job that outlives it is a fault to be looked at."""


@dataclass(frozen=True)
class KillRequest:
    """Which jobs shall be stopped (by the beginnings of their ids, or those that fit the filters), and how.
    `dry_run`: only say which."""

    prefixes: tuple[str, ...]
    filters: Filters
    rung: Rung
    note: str
    dry_run: bool = False


class KillResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one stop. `end` is the object that ended the job's stream."""

    job_id: str
    ok: bool
    sentence: str
    code: str = ""
    end: WireObject | None = None


async def kill(target: Target, request: KillRequest) -> list[KillResult]:
    """Stop the jobs side by side; returns when each is proved dead or could not be stopped."""
    async with connect(target) as jobs:
        if request.prefixes:
            work = [_kill_named(jobs, prefix, request) for prefix in dict.fromkeys(request.prefixes)]
        else:
            work = [_kill_found(jobs, job, request) for job in await select(jobs, request.filters)]
        return await asyncio.gather(*work)


async def _kill_named(jobs: JobsAccess, prefix: str, request: KillRequest) -> KillResult:
    try:
        job = job_of(await jobs.show(prefix))
    except Declined as error:
        return KillResult(prefix, False, f"{prefix}: {error}", code=error.code)
    return await _kill_found(jobs, job, request)


async def _kill_found(jobs: JobsAccess, job: OutsideJob, request: KillRequest) -> KillResult:
    if job.state in ENDED:
        words = f"{short_id(job)} had ended before: {state_words(job)}"
        return KillResult(job.job_id, True, words, code="already_ended")
    if request.dry_run:
        words = f"{short_id(job)} would be stopped: {state_words(job)}, {clean(job.user)}: {one_line(job.query, 60)}"
        return KillResult(job.job_id, True, words, code="dry_run")
    return await kill_job(jobs, job, request.rung, request.note)


async def kill_job(jobs: JobsAccess, job: OutsideJob, rung: Rung, note: str = "") -> KillResult:
    """Stop one job, and wait for the proof."""
    try:
        async with asyncio.timeout(PROOF_TIMEOUT_S):
            return await _stop_and_prove(jobs, job, rung, note)
    except TimeoutError:
        words = f"no proof of its end within {PROOF_TIMEOUT_S:g} s; see `deadstop show {short_id(job)}`"
        return KillResult(job.job_id, False, f"{short_id(job)}: {words}", code="no_proof")
    except (OpsError, BusError) as error:
        return KillResult(job.job_id, False, f"{short_id(job)}: {error}", code=getattr(error, "code", "unavailable"))


async def _stop_and_prove(jobs: JobsAccess, job: OutsideJob, rung: Rung, note: str) -> KillResult:
    try:
        await jobs.stop(job.job_id, rung=rung, note=note)
    except Declined as error:
        if error.code != "already_ended":
            raise
    async for item in jobs.follow(job, max(0, job.seq - 1)):
        if item["event"] in ENDINGS:
            words = ended_sentence(item["event"], item["data"])
            return KillResult(job.job_id, True, f"{short_id(job)} {words}", end=item)
    raise Declined("no_proof", "its stream ended without an end")


def short_id(job: OutsideJob) -> str:
    return job.job_id[:MIN_ID_CHARS]
