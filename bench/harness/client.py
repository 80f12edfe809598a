"""A WebSocket client that costs as little as a client can: typed decoding, no work per event but counting."""

import itertools
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

import aiohttp

from bus.wire.outside import ENDINGS
from ops.load.wire import WireEvent, decode_events, encode_frame

GIVE_UP_S = 120.0

_sessions = itertools.count(1)


class BenchError(Exception):
    """The system under measurement did not do what it should; the figure would mean nothing."""


class Client:
    """One signed-in connection."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket

    async def send(self, event: str, **data: object) -> None:
        await self._socket.send_str(encode_frame(event, data))

    async def ask(self, agent: str, question: str, *, detached: bool = False) -> str:
        """Returns the session id; the answer to it comes among the events."""
        session_id = f"bench-{time.time_ns()}-{next(_sessions)}"
        await self.send("agent_query_stream", session_id=session_id, query=question, agent=agent, detached=detached)
        return session_id

    async def events(self) -> list[WireEvent]:
        """The events of the next frame."""
        message = await self._socket.receive(GIVE_UP_S)
        if message.type is not aiohttp.WSMsgType.TEXT:
            raise BenchError(f"the connection gave {message!r}")
        return decode_events(message.data)

    async def until(self, wanted: Callable[[WireEvent], bool]) -> WireEvent:
        """The first event that is wanted. Raises `BenchError` when a job fails before."""
        while True:
            for event in await self.events():
                if wanted(event):
                    return event
                if event.event in ("agent_error", "error"):
                    raise BenchError(f"{event.data.session_id}: {event.data.error}")

    async def until_last(self, count: int = 1) -> list[WireEvent]:
        """Take events until `count` jobs have ended; their numbers are checked to be gapless. Returns the ends."""
        following: dict[str, int] = {}
        ends: list[WireEvent] = []
        while len(ends) < count:
            for event in await self.events():
                check_order(following, event)
                if event.event in ENDINGS:
                    ends.append(event)
        return ends


def check_order(following: dict[str, int], event: WireEvent) -> None:
    """Each event of a session comes once, in order."""
    data = event.data
    expected = following.get(data.session_id, 0) + 1
    if data.seq != expected:
        raise BenchError(f"session {data.session_id}: event {data.seq} came, {expected} was due: {data.error}")
    following[data.session_id] = expected


def is_chunk(event: WireEvent) -> bool:
    return event.event == "agent_chunk"


def is_last(event: WireEvent) -> bool:
    return event.event in ENDINGS


def require(events: Iterable[WireEvent], name: str) -> None:
    """Every job has ended with this event. Raises `BenchError`."""
    for event in events:
        if event.event != name:
            raise BenchError(f"a job ended with {event.event}, not {name}: {event.data.error}")


@asynccontextmanager
async def connected(http: aiohttp.ClientSession, url: str, token: str) -> AsyncIterator[Client]:
    async with http.ws_connect(f"{url}/ws", max_msg_size=0) as socket:
        client = Client(socket)
        await client.send("authenticate", token=token, batch=True)
        await client.until(lambda event: event.event == "authenticated")
        yield client
