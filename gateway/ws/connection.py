"""One WebSocket: who it is, what it asks for, which jobs it follows."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator

from aiohttp import WSCloseCode, WSMsgType, web

from bus.client import CommandRefused
from bus.contract.settings import agents_for_people
from bus.contract.vocabulary import ENDED, Role, Rung
from bus.transport.sockets import BusError
from bus.wire.commands import Caller, Jobs, JobSummary, ListJobs, Refused, Show, Shown, Stop
from bus.wire.outside import PROTOCOL_VERSION, AgentJobs, AgentJobsData, Outside, outside_job, refused_question
from gateway.app_state import Gateway
from gateway.auth.addresses import address_of
from gateway.auth.rate_limit import Rate, RateLimiter
from gateway.auth.sessions import Identity
from gateway.http_protocol import note_signed_in
from gateway.job_service import ask, stop
from gateway.wire.batch_frames import Form, WireFrame, encode_event
from gateway.wire.client_frames import (
    Authenticate,
    Follow,
    FrameError,
    Incoming,
    Kill,
    ListQuery,
    Query,
    decode_frame,
    submit_command,
)
from gateway.wire.errors import ApiError, error_body
from gateway.wire.server_frames import (
    AgentKillError,
    Authenticated,
    AuthenticatedData,
    KillErrorData,
    WireError,
    WireErrorData,
)
from gateway.ws.send_queue import SendQueue
from gateway.ws.subscriptions import Subscriptions

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.05
ANONYMOUS_FRAMES_PER_S = 10
"""To sign in takes one frame."""


class Connection:
    """Handles the frames of one connection in their order, so that a stop sent right after its question stops it."""

    def __init__(
        self,
        gateway: Gateway,
        request: web.Request,
        socket: web.WebSocketResponse,
        transport: asyncio.Transport,
        identity: Identity | None,
    ) -> None:
        self._gateway = gateway
        self._request = request
        self._transport = transport
        self._socket = socket
        self._identity = identity
        self._listed = False
        self._rate = _frame_rate(gateway.settings.gateway.max_frames_per_s)
        self._anonymous_rate = _frame_rate(ANONYMOUS_FRAMES_PER_S)
        self._send_queue = SendQueue(socket)
        self._subscriptions = Subscriptions(gateway, self._send_queue)

    def __repr__(self) -> str:
        return (
            f"<Connection of {self._identity.caller.user if self._identity else 'nobody yet'}, {self._subscriptions}>"
        )

    async def serve(self) -> None:
        """Until the client or the gateway closes the connection."""
        writer = asyncio.create_task(self._send_queue.run())
        try:
            async for data in self._frames():
                await self._handle(data)
        finally:
            await self._subscriptions.close()
            self._send_queue.close()
            await self._socket.close(drain=False)
            self._transport.abort()  # the handshake is over or overdue; what a silent client left unread is dropped
            await writer

    async def close(self) -> None:
        """The gateway ends: say so, and let the client come back to the next one."""
        await self._socket.close(code=WSCloseCode.GOING_AWAY, message=b"the gateway ends", drain=False)

    async def hand_over(self) -> None:
        """Another gateway serves already: the client shall come back at once."""
        words = b"another gateway serves in this one's place"
        await self._socket.close(code=WSCloseCode.SERVICE_RESTART, message=words, drain=False)

    async def finish(self) -> None:
        """The last job has ended: close once the client has taken what it follows, to the end."""
        await self._subscriptions.delivered()
        while self._transport.get_write_buffer_size():  # noqa: ASYNC110  (only the drain of a writer could tell)
            await asyncio.sleep(LOOK_EVERY_S)
        await self.close()

    async def keepalive(self) -> None:
        """Now and then: keep a quiet connection open, and close one that nobody may use any more."""
        if not await self.close_if_revoked():
            self._send_queue.ping()

    async def _frames(self) -> AsyncIterator[bytes]:
        sign_in_by = time.monotonic() + self._gateway.settings.gateway.sign_in_timeout_s
        while True:
            left = None if self._identity else max(0.001, sign_in_by - time.monotonic())
            try:
                message = await self._socket.receive(left)
            except TimeoutError:
                await self._socket.close(code=WSCloseCode.POLICY_VIOLATION, message=b"sign in first", drain=False)
                return
            if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY, WSMsgType.PING, WSMsgType.PONG):
                return
            # Not refused but handled later: while we wait, the client's next frames stay on its side.
            rate = self._rate if self._identity else self._anonymous_rate
            if wait_s := rate.take(time.monotonic()):
                await asyncio.sleep(wait_s)
            if message.type is WSMsgType.PING:
                await self._send_queue.reply(WireFrame(WSMsgType.PONG, message.data))
            elif message.type is not WSMsgType.PONG:
                yield message.data

    async def close_if_revoked(self) -> bool:
        """Close the connection if its token has been revoked, or its cookie signed out; returns whether that is so."""
        if self._identity is None or self._gateway.identities.still_valid(self._identity):
            return False
        words = b"your token was revoked, or you have signed out"
        await self._socket.close(code=WSCloseCode.POLICY_VIOLATION, message=words, drain=False)
        return True

    async def _handle(self, data: bytes) -> None:
        if await self.close_if_revoked():
            return
        self._gateway.counts["frames_received"] += 1
        session_id = ""
        try:
            incoming = decode_frame(data, self._gateway.settings.gateway.max_frame_bytes)
            session_id = getattr(incoming, "session_id", "")
            await self._dispatch(incoming)
        except FrameError as error:
            await self._error(error.code, str(error), error.session_id or session_id)
        except (ApiError, CommandRefused, BusError) as error:
            body = error_body(error)
            await self._error(body.code, body.error, session_id)
        except Exception:
            # A fault of ours in one frame is no reason to lose everything else on this connection.
            log.exception("A frame could not be handled", extra={"action": "frame"})
            await self._error("internal", "this frame could not be handled; the gateway's log says why", session_id)

    async def _dispatch(self, incoming: Incoming) -> None:
        if isinstance(incoming, Authenticate):
            await self._authenticate(incoming)
            return
        if self._identity is None:
            raise FrameError("unauthorized", "this connection is not signed in; send `authenticate` with a token first")
        caller = self._identity.caller
        match incoming:
            case Query():
                await self._query(caller, incoming)
            case Kill():
                await self._kill(caller, incoming)
            case Follow():
                await self._follow(caller, incoming)
            case ListQuery():
                await self._list(caller, incoming)

    async def _authenticate(self, wanted: Authenticate) -> None:
        identity = self._identity
        if wanted.token:
            address = address_of(self._transport)
            identity = self._gateway.sign_in.by_token(wanted.token, address, "websocket", self._identity)
        if identity is None:
            raise FrameError("unauthorized", "that token is not valid; `deadstop token create` makes one")
        self._identity, self._listed = identity, wanted.batch
        note_signed_in(self._request)
        caller = identity.caller
        data = AuthenticatedData(
            user_id=caller.user,
            role=caller.role,
            agents=agents_for_people(self._gateway.settings, caller.role),
            llm=self._gateway.llm,
            server_version=self._gateway.server_version,
            protocol_version=PROTOCOL_VERSION,
        )
        await self._reply(Authenticated(data))

    async def _query(self, caller: Caller, query: Query) -> None:
        submit = submit_command(query, caller, self._gateway.settings.limits, attached=not query.detached)
        try:
            submitted = await ask(self._gateway.client, caller, submit)
        except (CommandRefused, BusError) as error:
            body = error_body(error)
            await self._reply(refused_question(query.session_id[:64], Refused(body.code, body.error, body.hint)))
            return
        job_id = submitted.job.job_id
        if job_id not in self._subscriptions:
            form = Form(self._listed, query.options is not None and query.options.table_format == "arrow")
            self._subscriptions.start(job_id, query.session_id, 0, form, present=True)

    async def _kill(self, caller: Caller, kill: Kill) -> None:
        rung = Rung.KILL if kill.now else Rung.CANCEL
        try:
            named = _named(caller, kill.session_id, kill.job_id)
            job = await stop(self._gateway.client, Stop(caller, **named, note=kill.reason or "", rung=rung))
        except (CommandRefused, BusError) as error:
            body = error_body(error)
            await self._reply(AgentKillError(KillErrorData(kill.session_id or kill.job_id, body.error, body.code)))
            return
        # Who stops a job shall see the proof: a connection that does not follow it does so from here on.
        if job.job_id not in self._subscriptions:
            form = Form(self._listed, arrow=False)
            self._subscriptions.start(job.job_id, job.session_id, job.seq, form, present=False)

    async def _follow(self, caller: Caller, follow: Follow) -> None:
        summary = await self._find(caller, follow.session_id, follow.job_id)
        form = Form(self._listed, follow.table_format == "arrow")
        present = summary.user == caller.user
        await self._subscriptions.restart(summary.job_id, summary.session_id, follow.after_seq, form, present=present)

    async def _list(self, caller: Caller, wanted: ListQuery) -> None:
        command = ListJobs(caller, state=wanted.state, ended=wanted.state in ENDED)
        listed = await self._gateway.client.request(command, Jobs)
        await self._reply(AgentJobs(AgentJobsData([outside_job(summary) for summary in listed.jobs])))

    async def _find(self, caller: Caller, session_id: str, job_id: str) -> JobSummary:
        """Raises `CommandRefused` (`not_found`), `FrameError`."""
        show = Show(caller, **_named(caller, session_id, job_id))
        return (await self._gateway.client.request(show, Shown)).record.summary

    async def _error(self, code: str, text: str, session_id: str) -> None:
        await self._reply(WireError(WireErrorData(text, code, session_id)))

    async def _reply(self, event: Outside) -> None:
        await self._send_queue.reply(encode_event(event))


def _named(caller: Caller, session_id: str, job_id: str) -> dict[str, str]:
    """How a command names one's own session's job or, for operators, the job of an id. Raises `CommandRefused`
    (`not_found`), `FrameError`."""
    if job_id and caller.role is not Role.OPERATOR:
        raise CommandRefused(Refused("not_found", f"there is no job {job_id[:64]!r} of yours; name its session_id"))
    if not job_id and not session_id:
        raise FrameError("bad_frame", "which job? session_id is missing")
    return {"job_id": job_id} if job_id else {"session_id": session_id}


def _frame_rate(per_s: int) -> RateLimiter:
    return RateLimiter(Rate(per_s, 1 / per_s))
