"""What a client's frames ask for: a question, a stop, a job to follow, the list; and how a refusal of each looks."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from bus.client import CommandRefused
from bus.contract.vocabulary import ENDED, Role, Rung
from bus.transport.sockets import BusError
from bus.wire.commands import Caller, ListJobs, Show, Stop
from bus.wire.outside import AgentJobs, AgentJobsData, Outside, outside_job, refused_question
from bus.wire.replies import Jobs, JobShown, Refused
from gateway.app_state import Gateway
from gateway.auth.identities import Identity
from gateway.job_service import ask, stop
from gateway.wire.client_frames import ClientFrame, Follow, FrameError, Kill, ListQuery, Query, submit_command
from gateway.wire.connection_frames import AgentKillError, KillErrorData, WireError, WireErrorData
from gateway.wire.errors import ApiError, error_body
from gateway.wire.stream_frames import StreamForm
from gateway.ws.subscriptions import Subscription, Subscriptions


class SignedIn(NamedTuple):
    """The identity of a connection, and whether it takes events in lists."""

    identity: Identity
    listed: bool = False

    @property
    def caller(self) -> Caller:
        return self.identity.caller


class FrameHandlers:
    """Carries out the frames of a connection that is signed in. All raise `ApiError`, `CommandRefused`, `BusError`."""

    def __init__(
        self, gateway: Gateway, subscriptions: Subscriptions, reply: Callable[[Outside], Awaitable[None]]
    ) -> None:
        self._gateway = gateway
        self._subscriptions = subscriptions
        self._reply = reply

    async def handle(self, client: SignedIn, frame: ClientFrame) -> None:
        match frame:
            case Query():
                await self._query(client, frame)
            case Kill():
                await self._kill(client, frame)
            case Follow():
                await self._follow(client, frame)
            case ListQuery():
                await self._list(client.caller, frame)

    async def _query(self, client: SignedIn, query: Query) -> None:
        submit = submit_command(query, client.caller, attached=not query.detached)
        job = (await ask(self._gateway.client, submit)).job
        arrow = query.options is not None and query.options.table_format == "arrow"
        self._subscriptions.start(
            Subscription(job.job_id, query.session_id, 0, StreamForm(client.listed, arrow), present=True)
        )

    async def _kill(self, client: SignedIn, kill: Kill) -> None:
        session_id, job_id = _named(client.caller, kill)
        rung = Rung.KILL if kill.now else Rung.CANCEL
        command = Stop(client.caller, job_id=job_id, session_id=session_id, note=kill.reason or "", rung=rung)
        job = await stop(self._gateway.client, command)
        # A client that stops a job shall see the proof: one that does not follow the job does so from here on.
        form = StreamForm(client.listed, arrow=False)
        self._subscriptions.start(Subscription(job.job_id, job.session_id, job.seq, form, present=False))

    async def _follow(self, client: SignedIn, follow: Follow) -> None:
        session_id, job_id = _named(client.caller, follow)
        show = Show(client.caller, job_id=job_id, session_id=session_id)
        job = (await self._gateway.client.request(show, JobShown)).record.summary
        form = StreamForm(client.listed, follow.table_format == "arrow")
        present = job.user == client.caller.user
        await self._subscriptions.restart(Subscription(job.job_id, job.session_id, follow.after_seq, form, present))

    async def _list(self, caller: Caller, wanted: ListQuery) -> None:
        command = ListJobs(caller, state=wanted.state, ended=wanted.state in ENDED)
        listed = await self._gateway.client.request(command, Jobs)
        await self._reply(AgentJobs(AgentJobsData([outside_job(summary) for summary in listed.jobs])))


def refusal_event(error: ApiError | CommandRefused | BusError, frame: ClientFrame | None) -> Outside:
    """What a frame is answered with that was not carried out; `None` for one that could not be read."""
    body = error_body(error)
    match frame:
        case Query() if not isinstance(error, FrameError):
            return refused_question(frame.session_id[:64], Refused(body.code, body.error, body.hint))
        case Kill() if not isinstance(error, FrameError):
            return AgentKillError(KillErrorData(frame.session_id or frame.job_id, body.error, body.code))
    session_id = error.session_id if isinstance(error, FrameError) else ""
    return WireError(WireErrorData(body.error, body.code, session_id or getattr(frame, "session_id", "")))


def _named(caller: Caller, frame: Kill | Follow) -> tuple[str, str]:
    """The session id and the job id by which a command names a job, one of them empty: one's own session or, for
    operators, any job. Raises `CommandRefused` (`not_found`), `FrameError`."""
    if frame.job_id and caller.role is not Role.OPERATOR:
        text = f"there is no job {frame.job_id[:64]!r} of yours; name its session_id"
        raise CommandRefused(Refused("not_found", text))
    if not frame.job_id and not frame.session_id:
        raise FrameError("bad_frame", "which job? session_id is missing")
    return ("", frame.job_id) if frame.job_id else (frame.session_id, "")
