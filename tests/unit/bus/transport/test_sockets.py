"""The channel's own traps."""

import asyncio
import select
from pathlib import Path

import pytest
import zmq

from bus.transport.sockets import Channel, Unroutable, bind_router, connect_dealer, new_context


async def test_a_message_that_came_just_before_a_send_that_fails_is_heard(tmp_path: Path) -> None:
    here, there = new_context(), new_context()
    router = bind_router(here, f"ipc://{tmp_path}/s", 1 << 20)
    heard: asyncio.Queue[bytes] = asyncio.Queue()
    channel = Channel(router, lambda frames: heard.put_nowait(frames[-1]))
    peer = connect_dealer(there, f"ipc://{tmp_path}/s")
    try:
        peer.send(b"first")
        assert await asyncio.wait_for(heard.get(), 30) == b"first"
        for number in range(20):
            await asyncio.sleep(0)
            peer.send(b"%d" % number)
            # The loop stands still meanwhile, as it does in a commit.
            select.select([int(router.getsockopt(zmq.FD))], [], [], 5)
            with pytest.raises(Unroutable):
                channel.send([b"gone", b"anything"])
            assert await asyncio.wait_for(heard.get(), 30) == b"%d" % number
    finally:
        peer.close()
        channel.close()
        there.term()
        here.term()
