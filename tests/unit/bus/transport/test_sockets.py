"""The channel's own traps."""

import asyncio
import contextlib
import select
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import zmq

from bus.transport.channel import Channel, Unroutable
from bus.transport.sockets import (
    COLLECTOR_HIGH_WATER,
    ROUTER_HIGH_WATER,
    Context,
    Socket,
    bind_collector,
    bind_publisher,
    bind_router,
    connect_dealer,
    connect_subscriber,
    new_context,
)
from bus.transport.zap import admit


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


async def test_who_has_not_the_key_of_the_bus_hears_nothing_of_what_is_published(tmp_path: Path) -> None:
    here, there, endpoint = new_context(), new_context(), f"ipc://{tmp_path}/s"
    admission = admit(here, lambda _: False, b"the key")
    asked: list[bytes] = []
    publisher = Channel(bind_publisher(here, endpoint), lambda frames: asked.append(frames[-1]))
    heard: dict[str, list[bytes]] = {name: [] for name in ("another key", "no key", "the key")}
    plain = there.socket(zmq.SUB)  # as who knows nothing of a key
    plain.setsockopt(zmq.LINGER, 0)
    plain.connect(endpoint)
    sockets = {
        "another key": connect_subscriber(there, endpoint, b"the key of another"),
        "no key": plain,
        "the key": connect_subscriber(there, endpoint, b"the key"),
    }
    followers = [
        Channel(socket, lambda frames, name=name: heard[name].append(frames[-1]))  # type: ignore[misc]
        for name, socket in sockets.items()
    ]
    try:
        for follower in followers:
            follower.subscribe(b"job.")
        while not heard["the key"]:
            publisher.send([b"job.1", b"an answer"])
            await asyncio.sleep(0.01)
        assert asked == [b"\1job."]
        assert {name for name, frames in heard.items() if frames} == {"the key"}
    finally:
        for channel in (*followers, publisher, admission):
            channel.close()
        there.term()
        here.term()


def test_who_says_more_than_is_looked_at_is_read_no_further_and_loses_nothing(tmp_path: Path) -> None:
    with bound_and_connected(bind_router, zmq.DEALER, tmp_path) as (router, peer):
        peer.connect(f"ipc://{tmp_path}/s")
        sent = sent_until_it_waits(peer, 10 * ROUTER_HIGH_WATER)
        assert ROUTER_HIGH_WATER <= sent < 3 * ROUTER_HIGH_WATER
        for number in range(sent):
            assert router.poll(30_000)
            assert int.from_bytes(router.recv_multipart()[-1], "little") == number
        assert peer.poll(30_000, zmq.POLLOUT)


def test_a_worker_that_says_more_than_is_looked_at_is_read_no_further_and_loses_nothing(tmp_path: Path) -> None:
    with bound_and_connected(bind_collector, zmq.XPUB, tmp_path) as (collector, worker):
        worker.setsockopt(zmq.XPUB_NODROP, 1)
        worker.connect(f"ipc://{tmp_path}/s")
        while not worker.poll(50):
            collector.poll(50)  # a socket sees who has come only when it is looked at
        assert worker.recv() == b"\1"
        sent = sent_until_it_waits(worker, 10 * COLLECTOR_HIGH_WATER)
        assert COLLECTOR_HIGH_WATER <= sent < 3 * COLLECTOR_HIGH_WATER
        for number in range(sent):
            assert collector.poll(30_000)
            assert int.from_bytes(collector.recv(), "little") == number


@contextlib.contextmanager
def bound_and_connected(
    bind: Callable[[Context, str, int], Socket], kind: int, folder: Path
) -> Iterator[tuple[Socket, Socket]]:
    """A bound socket, and one in another context that is to connect to it: it keeps little, and waits half a second
    for what it sends to be taken."""
    here, there = new_context(), new_context()
    bound, peer = bind(here, f"ipc://{folder}/s", 1 << 20), there.socket(kind)
    peer.setsockopt(zmq.SNDHWM, 100)
    peer.setsockopt(zmq.SNDTIMEO, 500)
    try:
        yield bound, peer
    finally:
        peer.close(linger=0)
        bound.close()
        there.term()
        here.term()


def sent_until_it_waits(peer: Socket, most: int) -> int:
    """How many numbered messages it could send."""
    for number in range(most):
        try:
            peer.send(number.to_bytes(1_000, "little"))
        except zmq.Again:
            return number
    return most
