"""One question from the command line: submitted, followed to its end, stopped by Ctrl-C."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field

from bus.address import state_folder
from bus.contract.vocabulary import Rung
from bus.transport.sockets import BusError
from bus.wire.outside import ENDINGS, OutsideJob
from ops.actions.conversation import in_conversation
from ops.actions.interrupts import Interrupted, Interrupts, counted
from ops.actions.kept.saved import filled
from ops.client.access import AskRequest, Declined, JobsAccess, WireObject
from ops.client.connect import connect
from ops.client.over_bus import LocalJobs
from ops.client.served import served_address
from ops.errors import EXIT_ASKS_BACK, EXIT_FAILED, EXIT_STOPPED, OpsError
from ops.format import clean
from ops.render.answer_printer import exit_code_of
from ops.serve.ephemeral import temporary_server
from ops.target import Target, read_settings

Say = Callable[[str], None]

LAST_LINES = 12
STOPPED_BEFORE_START = "stopped before the question was asked"
TO_ANSWER = "answer with: deadstop ask --continue ANSWER"


@dataclass(frozen=True)
class Question:
    """A question for an agent, over a folder of data (None: the data of the server that runs), in the conversation of
    that name or the `latest` of one's own; else it begins one. With the name of a `saved` question it is what that asks
    with these `values`."""

    query: AskRequest
    data: str | None = None
    conversation_id: str | None = None
    latest: bool = False
    saved: str = ""
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def goes_on(self) -> bool:
        return self.latest or self.conversation_id is not None or self.saved != ""


async def ask(target: Target, question: Question, show: Callable[[WireObject], None], say: Say) -> int:
    """Ask and `show` each object of the stream; `say` narrates. Returns the exit code."""
    with counted() as interrupts:
        try:
            async with _server(target, question, interrupts, say) as (jobs, stays):
                asked = await filled(jobs, question.saved, question.values) if question.saved else question.query
                query = await in_conversation(jobs, asked, question.conversation_id, latest=question.latest)
                job = await jobs.submit(query)
                exit_code = await _until_the_end(jobs, job, interrupts, show, say)
                if exit_code == EXIT_FAILED:
                    await _last_words(jobs, job, say)
                if exit_code == EXIT_ASKS_BACK and stays:
                    say(TO_ANSWER)
                return exit_code
        except Interrupted:
            say(STOPPED_BEFORE_START)
            return EXIT_STOPPED


@contextlib.asynccontextmanager
async def _server(
    target: Target, question: Question, interrupts: Interrupts, say: Say
) -> AsyncIterator[tuple[JobsAccess, bool]]:
    """The server that is meant, or one for this question alone; and whether it stays. Raises `Interrupted` while it is
    being started."""
    if target.url:
        if question.data:
            raise OpsError("--data means files of this machine; the server at --url has its own")
        async with connect(target) as jobs:
            yield jobs, True
        return
    settings = read_settings(target.config, {"supervisor.state_dir": target.state_dir, "data.folder": question.data})
    folder = state_folder(settings.supervisor.state_dir)
    if question.data is None and served_address(folder) is not None:
        local = LocalJobs(folder)
        try:
            yield local, True
        finally:
            await local.close()
        return
    if question.goes_on:
        kept = "saved questions" if question.saved else "conversations"
        raise OpsError(f"nothing serves {folder}, and only a server keeps {kept}; start `deadstop serve`")
    async with temporary_server(target.config, settings) as server:
        say("starting a server for this question")
        await interrupts.guard(server.start())
        local = LocalJobs(server.state_dir, patience_s=0)
        try:
            yield local, False
        except BusError as error:
            raise OpsError(f"{error}{server.last_words()}") from error
        finally:
            await local.close()


async def _last_words(jobs: JobsAccess, job: OutsideJob, say: Say) -> None:
    """What the worker wrote to its standard error; a server for one question cannot be asked for it later."""
    lines = str((await jobs.show(job.job_id))["stderr"]).rstrip().splitlines()[-LAST_LINES:]
    if lines:
        say(clean("\n".join(f"  {line}" for line in lines)))


async def _until_the_end(
    jobs: JobsAccess, job: OutsideJob, interrupts: Interrupts, show: Callable[[WireObject], None], say: Say
) -> int:
    following = asyncio.ensure_future(_follow(jobs, job, show))
    stopping = asyncio.ensure_future(_stop_when_interrupted(jobs, job, interrupts, say))
    try:
        await asyncio.wait({following, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not following.done():
            stopping.result()
        return following.result() if following.done() else EXIT_STOPPED
    finally:
        following.cancel()
        stopping.cancel()
        await asyncio.wait({following, stopping})


async def _follow(jobs: JobsAccess, job: OutsideJob, show: Callable[[WireObject], None]) -> int:
    async for item in jobs.follow(job, present=True):
        show(item)
        if item["event"] in ENDINGS:
            return exit_code_of(item)
    raise OpsError(f"the stream of job {job.job_id} ended without an end; see `deadstop show {job.job_id}`")


async def _stop_when_interrupted(jobs: JobsAccess, job: OutsideJob, interrupts: Interrupts, say: Say) -> None:
    """The first Ctrl-C climbs the ladder, the second begins at its top, the third leaves without proof."""
    await interrupts.reached(1)
    say("stopping the job; Ctrl-C once more kills it at once")
    try:
        async with asyncio.TaskGroup() as stops:  # a stop over HTTP is answered when the job is dead
            stops.create_task(_stop(jobs, job, Rung.CANCEL))
            await interrupts.reached(2)
            stops.create_task(_stop(jobs, job, Rung.KILL))
            await interrupts.reached(3)
            raise Interrupted
    except* Interrupted:
        say(f"left without proof that the job has stopped; see `deadstop show {job.job_id}`")
    except* (OpsError, BusError) as group:
        raise group.exceptions[0] from None


async def _stop(jobs: JobsAccess, job: OutsideJob, rung: Rung) -> None:
    with contextlib.suppress(Declined):  # it has ended meanwhile, and its stream says so
        await jobs.stop(job.job_id, rung=rung)
