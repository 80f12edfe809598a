"""Jobs over HTTP: ask, list, look, stop."""

import asyncio
import secrets
from contextlib import aclosing
from typing import Any

import msgspec
from aiohttp import web

from bus.client import BusClient
from bus.contract.events import Completed, Ending, Failed, Killed
from bus.contract.vocabulary import ENDED, Rung, State
from bus.transport.sockets import BusError
from bus.wire.commands import ListJobs, RateJob, Show, Stop
from bus.wire.job_record import JobRecord, JobSummary
from bus.wire.outside import outside_job, outside_record
from bus.wire.replies import UNAVAILABLE, Changed, Jobs, JobShown
from gateway.app_state import CALLER, GATEWAY, json_response
from gateway.http_api.params import flag, page_size, text
from gateway.job_service import ask, stop
from gateway.wire.client_frames import decode_body, decode_rating, submit_command
from gateway.wire.errors import ApiError
from gateway.wire.responses import AskedJob, JobList, StoppedJob

STOP_WAIT_S = 30.0
"""Far beyond what the ladder takes with its default graces; a stop that lasts longer goes on without the request."""

MAX_NOTE_CHARS = 500
MAX_USER_CHARS = 64
MAX_JOB_ID_CHARS = 64
MAX_PAGE = 1000


async def post_job(request: web.Request) -> web.Response:
    """Ask a question: 202 with the job, which runs on whether it is followed or not."""
    gateway = request.app[GATEWAY]
    query = decode_body(await request.read())
    if not query.session_id:
        query = msgspec.structs.replace(query, session_id=secrets.token_urlsafe(12))
    submit = submit_command(query, request[CALLER], attached=False)
    try:
        submitted = await ask(gateway.client, submit)
    except BusError as error:  # it may have been asked all the same: without a session_id it would be another question
        hint = f"ask again with session_id {query.session_id}, then it is asked once"
        raise ApiError(UNAVAILABLE, str(error), hint) from error
    job = msgspec.structs.asdict(outside_job(submitted.job))
    return json_response(AskedJob(position=submitted.position, **job), 202)


async def list_jobs(request: web.Request) -> web.Response:
    """Jobs, newest first: those that live, with `state` those in it, with `all` the ended ones too."""
    wanted = request.query.get("state")
    if wanted is not None and wanted not in set(State):
        raise ApiError("bad_request", f"there is no state {wanted!r}; states: {', '.join(State)}")
    state = State(wanted) if wanted else None
    ended = flag(request, "all") or state in ENDED
    user, after = text(request, "user", MAX_USER_CHARS), text(request, "after", MAX_JOB_ID_CHARS)
    limit = page_size(request, MAX_PAGE, MAX_PAGE)
    command = ListJobs(request[CALLER], state=state, user=user, ended=ended, limit=limit + 1, after=after)
    listed = (await request.app[GATEWAY].client.request(command, Jobs)).jobs
    page = [outside_job(summary) for summary in listed[:limit]]
    return json_response(JobList(page, page[-1].job_id if len(listed) > limit else None))


async def get_job(request: web.Request) -> web.Response:
    """Everything that is kept about one job beside its stream."""
    return json_response(outside_record(await find_record(request)))


async def delete_job(request: web.Request) -> web.Response:
    """Stop a job; the answer comes when nothing of it lives any more, and says how it ended."""
    client = request.app[GATEWAY].client
    note, rung = text(request, "reason", MAX_NOTE_CHARS), Rung.KILL if flag(request, "now") else Rung.CANCEL
    job = await stop(client, Stop(request[CALLER], job_id=request.match_info["job_id"], note=note, rung=rung))
    try:
        # Not wait_for: before Python 3.12 it forgets a cancellation that comes together with the ending.
        async with asyncio.timeout(STOP_WAIT_S):
            ending = await ending_of(client, job)
    except TimeoutError as error:
        words = f"job {job.job_id} is being stopped, but was not dead after {STOP_WAIT_S:g} s"
        hint = "the ladder goes on; look at the job again, or repeat with now=1"
        raise ApiError("stop_timeout", words, hint) from error
    return json_response(_stopped(job, ending))


async def put_rating(request: web.Request) -> web.Response:
    """Say what the answer of an ended job was worth to the one who asked; null takes it back."""
    rating = decode_rating(await request.read())
    command = RateJob(request[CALLER], request.match_info["job_id"], rating.verdict, rating.comment)
    await request.app[GATEWAY].client.request(command, Changed)
    return web.Response(status=204)


async def find_record(request: web.Request) -> JobRecord:
    """The job that the address names. Raises `CommandRefused` (`not_found`, also for another user's)."""
    command = Show(request[CALLER], job_id=request.match_info["job_id"])
    return (await request.app[GATEWAY].client.request(command, JobShown)).record


async def ending_of(client: BusClient, job: JobSummary) -> Ending:
    """A job's last event, once there is one."""
    async with aclosing(client.follow(job.job_id, job.seq)) as batches:
        async for batch, _ in batches:
            if batch.final:
                event = batch.events()[-1][1]
                assert isinstance(event, Completed | Failed | Killed)
                return event
    raise ApiError("not_found", f"the stream of job {job.job_id} has no end")


def _stopped(job: JobSummary, ending: Ending) -> StoppedJob:
    """What the last event says, beside which job it was."""
    facts: dict[str, Any] = {"state": State.SUCCEEDED}
    if isinstance(ending, Killed):
        facts = {"state": State.CANCELLED, **msgspec.structs.asdict(ending)}
    elif isinstance(ending, Failed):
        stop = msgspec.structs.asdict(ending.stop) if ending.stop else {}
        facts = {"state": State.FAILED, "code": ending.code, "error": ending.error, **stop}
    return StoppedJob(job_id=job.job_id, session_id=job.session_id, **facts)
