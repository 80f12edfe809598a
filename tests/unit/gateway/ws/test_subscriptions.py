"""The jobs that one connection follows: each comes once, without a gap in who is present, and what breaks is told."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest
import pytest_asyncio
from aiohttp import WSCloseCode, WSMsgType

from bus.client import BusClient
from bus.contract.events import ResponseChunk
from bus.transport.codec import encode
from bus.transport.sockets import BusError
from bus.wire.batch import Batch
from gateway.app_state import Gateway
from gateway.wire.stream_frames import StreamForm, WireFrame
from gateway.ws.peer import ClientMessage
from gateway.ws.send_queue import SendQueue
from gateway.ws.subscriptions import Subscription, Subscriptions


class Client:
    """Takes whatever it is sent."""

    def __init__(self) -> None:
        self.address = "10.0.0.1"
        self.taken: list[dict[str, Any]] = []

    async def receive(self, timeout_s: float | None) -> ClientMessage:
        return ClientMessage(WSMsgType.CLOSED)

    async def send(self, frame: WireFrame) -> None:
        self.taken.append(json.loads(frame.payload))

    def note_signed_in(self) -> None: ...

    async def everything_taken(self) -> None: ...

    async def close(self, code: WSCloseCode, words: str) -> None: ...

    async def cut(self) -> None: ...


class Streams:
    """The streams of the bus. Each holds one event, then waits for `goes_on`; `log` says who follows what, and when."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.goes_on = asyncio.Event()
        self.breaks: Exception | None = None

    async def follow(self, job_id: str, after: int = 0, *, present: bool) -> AsyncIterator[tuple[Batch, int]]:
        self.log.append(f"{job_id} after {after}{', present' if present else ''}")
        try:
            events = [ResponseChunk("response", text) for text in ("one", "two")]
            yield Batch(job_id, 1, 2, 0.0, False, encode(events)), after
            await self.goes_on.wait()
            if self.breaks is not None:
                raise self.breaks
        finally:
            self.log.append(f"{job_id} after {after} ends")


class Followed:
    """Subscriptions over the streams, and the client that they are for."""

    def __init__(self, gateway: Gateway, streams: Streams) -> None:
        self.gateway, self.streams, self.client = gateway, streams, Client()
        self.queue = SendQueue(self.client)
        self.subscriptions = Subscriptions(gateway, self.queue)

    async def turns(self) -> None:
        for _ in range(20):
            await asyncio.sleep(0)


@pytest_asyncio.fixture
async def followed(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Followed]:
    streams = Streams()
    monkeypatch.setattr(gateway, "client", cast(BusClient, streams))
    followed = Followed(gateway, streams)
    writing = asyncio.create_task(followed.queue.run())
    yield followed
    await followed.subscriptions.close()
    followed.queue.close()
    await writing


def job(job_id: str = "j1", after: int = 0, *, present: bool = False) -> Subscription:
    return Subscription(job_id, f"s-{job_id}", after, StreamForm(False, False), present)


async def test_a_job_that_is_followed_already_comes_once(followed: Followed) -> None:
    followed.subscriptions.start(job())
    followed.subscriptions.start(job(after=1))
    await followed.turns()
    assert followed.streams.log == ["j1 after 0"]
    assert [told["data"]["seq"] for told in followed.client.taken] == [1, 2]
    assert followed.gateway.counts["events_sent"] == 2


async def test_what_was_had_before_is_neither_sent_nor_counted(followed: Followed) -> None:
    followed.subscriptions.start(job(after=1))
    await followed.turns()
    assert [told["data"]["seq"] for told in followed.client.taken] == [2]
    assert followed.gateway.counts["events_sent"] == 1


async def test_who_follows_anew_is_present_before_the_earlier_following_ends(followed: Followed) -> None:
    followed.subscriptions.start(job(present=True))
    await followed.turns()
    await followed.subscriptions.restart(job(after=2, present=True))
    await followed.turns()
    assert followed.streams.log == ["j1 after 0, present", "j1 after 2, present", "j1 after 0 ends"]
    followed.subscriptions.start(job())
    await followed.turns()
    assert len(followed.streams.log) == 3, "the one that was started anew is known"


@pytest.mark.parametrize("error", [BusError("the supervisor is gone"), ValueError("an event of an old log")])
async def test_a_stream_that_breaks_off_is_told_to_its_session_and_others_go_on(
    followed: Followed, error: Exception
) -> None:
    followed.subscriptions.start(job("j1"))
    await followed.turns()
    followed.streams.breaks = error
    followed.streams.goes_on.set()
    await followed.turns()
    told = followed.client.taken[-1]
    assert (told["event"], told["data"]["session_id"], told["data"]["code"]) == ("error", "s-j1", "unavailable")
    assert str(error) in told["data"]["error"]
    followed.streams.breaks = None
    followed.subscriptions.start(job("j1", after=1))
    await followed.subscriptions.delivered()
    assert [one["data"].get("seq") for one in followed.client.taken] == [1, 2, None, 2]


async def test_a_lost_connection_is_no_trouble_of_the_stream(followed: Followed) -> None:
    followed.streams.breaks = ConnectionResetError("the client has gone")
    followed.streams.goes_on.set()
    followed.subscriptions.start(job())
    await followed.subscriptions.delivered()
    assert [told["event"] for told in followed.client.taken] == ["agent_chunk"] * 2


async def test_closed_nobody_is_present_any_more(followed: Followed) -> None:
    followed.subscriptions.start(job("j1", present=True))
    followed.subscriptions.start(job("j2", present=True))
    await followed.turns()
    await followed.subscriptions.close()
    assert sorted(followed.streams.log[2:]) == ["j1 after 0 ends", "j2 after 0 ends"]
    await followed.subscriptions.delivered()
