"""Jobs over HTTP: ask, list, look, stop."""

import asyncio
import secrets
from contextlib import aclosing
from typing import Any

import msgspec
from aiohttp import web

from bus.client import BusClient
from bus.commands import UNAVAILABLE, JobRecord, Jobs, ListJobs, Show, Shown
from bus.events import Completed, Ending, Failed, Killed
from bus.outside import outside_job, outside_record
from bus.sockets import BusError
from bus.vocabulary import ENDED, State
from gateway.asking import ask, stop
from gateway.bodies import AskedJob, JobList, StoppedJob
from gateway.context import CALLER, GATEWAY, json_response
from gateway.errors import ApiError
from gateway.incoming import FrameError, decode_body, submit_command

STOP_WAIT_S = 30.0
"""Far beyond what the ladder takes with its default graces; a stop that lasts longer goes on without the request."""

MAX_NOTE_CHARS = 500
MAX_USER_CHARS = 64
MAX_JOB_ID_CHARS = 64
MAX_PAGE = 1000

_FLAGS = {"": True, "1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


async def post_job(request: web.Request) -> web.Response:
    """Ask a question: 202 with the job, which runs on whether anybody follows it or not."""
    gateway = request.app[GATEWAY]
    try:
        query = decode_body(await request.read())
    except FrameError as error:
        raise ApiError(error.code, str(error)) from error
    if not query.session_id:
        query = msgspec.structs.replace(query, session_id=secrets.token_urlsafe(12))
    submit = submit_command(query, request[CALLER], gateway.settings.limits, attached=False)
    try:
        submitted = await ask(gateway.client, request[CALLER], submit)
        record = await _show(request, submitted.job_id)
    except BusError as error:  # it may have been asked all the same: without a session_id it would be another question
        hint = f"ask again with session_id {query.session_id}, then it is asked once"
        raise ApiError(UNAVAILABLE, str(error), hint) from error
    job = msgspec.structs.asdict(outside_job(record.summary))
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
    caller, client = request[CALLER], request.app[GATEWAY].client
    summary = (await find_record(request)).summary
    await stop(client, caller, summary, note=text(request, "reason", MAX_NOTE_CHARS), now=flag(request, "now"))
    try:
        # Not wait_for: before Python 3.12 it forgets a cancellation that comes together with the ending.
        async with asyncio.timeout(STOP_WAIT_S):
            ending = await _ending(client, summary.job_id, summary.seq)
    except TimeoutError as error:
        words = f"job {summary.job_id} is being stopped, but was not dead after {STOP_WAIT_S:g} s"
        hint = "the ladder goes on; look at the job again, or repeat with now=1"
        raise ApiError("stop_timeout", words, hint) from error
    return json_response(_stopped(summary.job_id, summary.session_id, ending))


async def find_record(request: web.Request) -> JobRecord:
    """The job that the address names. Raises `CommandRefused` (`not_found`, also for another user's)."""
    return await _show(request, request.match_info["job_id"])


def flag(request: web.Request, name: str) -> bool:
    """Whether a parameter of the query says yes. Raises `ApiError` for one that says neither yes nor no."""
    given = request.query.get(name, "no").lower()
    if given not in _FLAGS:
        raise ApiError("bad_request", f"{name} is {given[:32]!r}", f"it is one of {', '.join(filter(None, _FLAGS))}")
    return _FLAGS[given]


def text(request: web.Request, name: str, max_chars: int) -> str:
    """A parameter of the query, empty where it is missing. Raises `ApiError` for one that is too long."""
    given = request.query.get(name, "")
    if len(given) > max_chars:
        raise ApiError("bad_request", f"{name} has {len(given)} characters, the limit is {max_chars}", "shorten it")
    return given


def page_size(request: web.Request, usual: int, most: int) -> int:
    """The parameter `limit`. Raises `ApiError` for what is no number from 1 to `most`."""
    given = request.query.get("limit", str(usual))
    if not (given.isascii() and given.isdigit() and len(given) <= len(str(most)) and 1 <= int(given) <= most):
        raise ApiError("bad_request", f"limit is {given[:32]!r}", f"it is a number from 1 to {most}")
    return int(given)


async def _show(request: web.Request, job_id: str) -> JobRecord:
    command = Show(request[CALLER], job_id=job_id)
    return (await request.app[GATEWAY].client.request(command, Shown)).record


async def _ending(client: BusClient, job_id: str, after: int) -> Ending:
    async with aclosing(client.follow(job_id, max(0, after - 1))) as batches:
        async for batch, _ in batches:
            if batch.final:
                event = batch.events()[-1][1]
                assert isinstance(event, Completed | Failed | Killed)
                return event
    raise ApiError("not_found", f"the stream of job {job_id} has no end")


def _stopped(job_id: str, session_id: str, ending: Ending) -> StoppedJob:
    """What the last event says, beside which job it was."""
    facts: dict[str, Any] = {"state": State.SUCCEEDED}
    if isinstance(ending, Killed):
        facts = {"state": State.CANCELLED, **msgspec.structs.asdict(ending)}
    elif isinstance(ending, Failed):
        stop = msgspec.structs.asdict(ending.stop) if ending.stop else {}
        facts = {"state": State.FAILED, "code": ending.code, "error": ending.error, **stop}
    return StoppedJob(job_id=job_id, session_id=session_id, **facts)
