"""One WebSocket: its frames in their order, its sign-in, its end."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator

from aiohttp import WSCloseCode, WSMsgType

from bus.client import CommandRefused
from bus.contract.agents import agents_for_people
from bus.transport.sockets import BusError
from bus.wire.outside import PROTOCOL_VERSION, Outside
from gateway.app_state import Gateway
from gateway.auth.identities import Identity
from gateway.auth.rate_limit import Rate, RateLimiter
from gateway.auth.token_attempts import WRONG_TOKEN, WRONG_TOKEN_HINT
from gateway.wire.client_frames import Authenticate, ClientFrame, FrameError, decode_frame
from gateway.wire.connection_frames import Authenticated, AuthenticatedData
from gateway.wire.errors import ApiError
from gateway.wire.stream_frames import WireFrame, encode_event
from gateway.ws.frame_handlers import FrameHandlers, SignedIn, refusal_event
from gateway.ws.peer import Peer
from gateway.ws.send_queue import SendQueue
from gateway.ws.subscriptions import Subscriptions

log = logging.getLogger(__name__)

ANONYMOUS_FRAMES_PER_S = 10
"""To sign in takes one frame."""


class Connection:
    """Handles the frames of one connection in their order, so that a stop sent right after its question stops it."""

    def __init__(self, gateway: Gateway, peer: Peer, identity: Identity | None) -> None:
        self._gateway = gateway
        self._peer = peer
        self._client = SignedIn(identity) if identity else None
        self._rate = _frame_rate(gateway.settings.gateway.max_frames_per_s)
        self._anonymous_rate = _frame_rate(ANONYMOUS_FRAMES_PER_S)
        self._send_queue = SendQueue(peer)
        self._subscriptions = Subscriptions(gateway, self._send_queue)
        self._handlers = FrameHandlers(gateway, self._subscriptions, self._reply)

    def __repr__(self) -> str:
        user = self._client.caller.user if self._client else "no user yet"
        return f"<Connection of {user}, {self._subscriptions}>"

    async def serve(self) -> None:
        """Serve the connection until the client or the gateway closes it."""
        writer = asyncio.create_task(self._send_queue.run())
        try:
            async for data in self._frames():
                await self._handle(data)
        finally:
            await self._subscriptions.close()
            self._send_queue.close()
            await self._peer.cut()
            await writer

    async def close(self) -> None:
        """The gateway ends: say so, and let the client come back to the next one."""
        await self._peer.close(WSCloseCode.GOING_AWAY, "the gateway ends")

    async def hand_over(self) -> None:
        """Another gateway serves already: the client shall come back at once."""
        await self._peer.close(WSCloseCode.SERVICE_RESTART, "another gateway serves in this one's place")

    async def finish(self) -> None:
        """The last job has ended: close once the client has taken what it follows, to the end."""
        await self._subscriptions.delivered()
        await self._peer.everything_taken()
        await self.close()

    async def keepalive(self) -> None:
        """Keep a quiet connection open, and close one whose token or cookie is not valid any more."""
        if not await self.close_if_revoked():
            self._send_queue.ping()

    async def close_if_revoked(self) -> bool:
        """Close the connection if its token has been revoked, or its cookie signed out; returns whether that is so."""
        if self._client is None or self._gateway.identities.still_valid(self._client.identity):
            return False
        await self._peer.close(WSCloseCode.POLICY_VIOLATION, "your token was revoked, or you have signed out")
        return True

    async def _frames(self) -> AsyncIterator[bytes]:
        sign_in_by = time.monotonic() + self._gateway.settings.gateway.sign_in_timeout_s
        while True:
            left_s = None if self._client else max(0.001, sign_in_by - time.monotonic())
            try:
                message = await self._peer.receive(left_s)
            except TimeoutError:
                await self._peer.close(WSCloseCode.POLICY_VIOLATION, "sign in first")
                return
            if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY, WSMsgType.PING, WSMsgType.PONG):
                return
            await self._keep_rate()
            if message.type is WSMsgType.PING:
                await self._send_queue.reply(WireFrame(WSMsgType.PONG, message.data))
            elif message.type is not WSMsgType.PONG:
                yield message.data

    async def _keep_rate(self) -> None:
        """Wait where the client sends too fast: its frame is handled later, and its next ones stay on its side
        meanwhile."""
        rate = self._rate if self._client else self._anonymous_rate
        if wait_s := rate.take(time.monotonic()):
            await asyncio.sleep(wait_s)

    async def _handle(self, data: bytes) -> None:
        if await self.close_if_revoked():
            return
        self._gateway.counts["frames_received"] += 1
        frame: ClientFrame | None = None
        try:
            frame = decode_frame(data, self._gateway.settings.gateway.max_frame_bytes)
            await self._dispatch(frame)
        except (ApiError, CommandRefused, BusError) as error:
            await self._reply(refusal_event(error, frame))
        except Exception:
            # A fault of ours in one frame is no reason to lose everything else on this connection.
            log.exception("A frame could not be handled", extra={"action": "frame"})
            fault = FrameError("internal", "this frame could not be handled; the gateway's log says why")
            await self._reply(refusal_event(fault, frame))

    async def _dispatch(self, frame: ClientFrame) -> None:
        if isinstance(frame, Authenticate):
            self._client = self._signed_in(frame)
            self._peer.note_signed_in()
            await self._reply(self._welcome(self._client))
        elif self._client is None:
            raise FrameError("unauthorized", "this connection is not signed in; send `authenticate` with a token first")
        else:
            await self._handlers.handle(self._client, frame)

    def _signed_in(self, wanted: Authenticate) -> SignedIn:
        """Who has signed in with this frame: the owner of its token, or without one whoever the connection belongs to
        already. Raises `ApiError`."""
        identity = self._client.identity if self._client else None
        if wanted.token:
            identity = self._gateway.token_attempts.by_token(wanted.token, self._peer.address, "websocket", identity)
        if identity is None:
            raise FrameError("unauthorized", f"{WRONG_TOKEN}; {WRONG_TOKEN_HINT}")
        return SignedIn(identity, wanted.batch)

    def _welcome(self, client: SignedIn) -> Authenticated:
        data = AuthenticatedData(
            user_id=client.caller.user,
            role=client.caller.role,
            agents=agents_for_people(self._gateway.settings, client.caller.role),
            llm=self._gateway.llm,
            models=self._gateway.models,
            server_version=self._gateway.server_version,
            protocol_version=PROTOCOL_VERSION,
            prices=self._gateway.prices,
        )
        return Authenticated(data)

    async def _reply(self, event: Outside) -> None:
        await self._send_queue.reply(encode_event(event))


def _frame_rate(per_s: int) -> RateLimiter:
    return RateLimiter(Rate(per_s, 1 / per_s))
