"""The order in which waiting frames are written, and who waits while a client takes nothing."""

import asyncio
from contextlib import suppress

import pytest
from aiohttp import WSCloseCode, WSMsgType

from gateway.wire.stream_frames import WireFrame
from gateway.ws.peer import ClientMessage
from gateway.ws.send_queue import MAX_REPLIES, SendQueue


def frame(text: str) -> WireFrame:
    return WireFrame(WSMsgType.TEXT, text.encode())


class Client:
    """Takes frames while `takes` is set, and notes them."""

    def __init__(self) -> None:
        self.address = "10.0.0.1"
        self.taken: list[str] = []
        self.takes = asyncio.Event()
        self.takes.set()

    async def receive(self, timeout_s: float | None) -> ClientMessage:
        return ClientMessage(WSMsgType.CLOSED)

    async def send(self, frame: WireFrame) -> None:
        await self.takes.wait()
        self.taken.append(frame.payload.decode() or frame.opcode.name)

    def note_signed_in(self) -> None: ...

    async def everything_taken(self) -> None: ...

    async def close(self, code: WSCloseCode, words: str) -> None: ...

    async def cut(self) -> None: ...


async def turns() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_reply_comes_before_what_is_left_of_a_stream() -> None:
    client = Client()
    queue = SendQueue(client)
    client.takes.clear()
    streaming = asyncio.create_task(queue.stream([frame("1"), frame("2"), frame("3")]))
    writing = asyncio.create_task(queue.run())
    await turns()
    await queue.reply(frame("reply"))
    client.takes.set()
    await streaming
    assert client.taken == ["1", "reply", "2", "3"]
    queue.close()
    await writing


async def test_a_stream_waits_until_its_frames_are_written() -> None:
    client = Client()
    queue = SendQueue(client)
    client.takes.clear()
    streaming = asyncio.create_task(queue.stream([frame("1")]))
    writing = asyncio.create_task(queue.run())
    await turns()
    assert not streaming.done()
    client.takes.set()
    await streaming
    queue.close()
    await writing


async def test_a_stream_that_was_given_up_before_its_turn_is_not_written() -> None:
    client = Client()
    queue = SendQueue(client)
    given_up = asyncio.create_task(queue.stream([frame("given up")]))
    kept = asyncio.create_task(queue.stream([frame("kept")]))
    await turns()
    given_up.cancel()
    with suppress(asyncio.CancelledError):
        await given_up
    writing = asyncio.create_task(queue.run())
    await kept
    assert client.taken == ["kept"]
    queue.close()
    await writing


async def test_the_reader_waits_while_very_many_replies_do() -> None:
    client = Client()
    queue = SendQueue(client)
    for number in range(MAX_REPLIES):
        await queue.reply(frame(str(number)))
    one_more = asyncio.create_task(queue.reply(frame("one more")))
    await turns()
    assert not one_more.done()
    writing = asyncio.create_task(queue.run())
    await one_more
    queue.close()
    await writing


async def test_a_quiet_connection_is_pinged_and_one_that_is_written_to_is_not() -> None:
    client = Client()
    queue = SendQueue(client)
    await queue.reply(frame("reply"))
    queue.ping()
    writing = asyncio.create_task(queue.run())
    await turns()
    assert client.taken == ["reply"]
    queue.ping()
    await turns()
    assert client.taken == ["reply", "PING"]
    queue.close()
    await writing


async def test_the_end_cancels_what_waits_and_takes_nothing_more() -> None:
    queue = SendQueue(Client())
    waiting = asyncio.create_task(queue.stream([frame("1")]))
    await turns()
    queue.close()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    with pytest.raises(ConnectionResetError):
        await queue.stream([frame("2")])
