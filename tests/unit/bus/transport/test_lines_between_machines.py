"""The encrypted line between machines: who has a known key is heard, nobody else."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest_asyncio

from bus.transport.channel import Channel
from bus.transport.sockets import bind_line, connect_dealer, connect_line, endpoint_of, new_context, new_keys
from bus.transport.zap import admit
from tests.harness.servers import eventually


@dataclass
class Head:
    """One end, and what it has heard; `asked_for` are the keys that somebody came with."""

    endpoint: str
    key: str
    known: set[str] = field(default_factory=set)
    asked_for: list[str] = field(default_factory=list)
    heard: list[bytes] = field(default_factory=list)

    def lets_in(self, key: str) -> bool:
        self.asked_for.append(key)
        return key in self.known


@pytest_asyncio.fixture
async def head() -> AsyncIterator[Head]:
    context, (public, secret) = new_context(), new_keys()
    head = Head("", public)
    admission = admit(context, head.lets_in)
    socket = bind_line(context, "tcp://127.0.0.1:*", secret, 1000)
    head.endpoint = endpoint_of(socket)

    def on_message(frames: list[bytes]) -> None:
        head.heard.append(frames[-1])
        line.send([frames[0], b"heard " + frames[-1]])

    line = Channel(socket, on_message)
    yield head
    line.close()
    admission.close()
    context.term()


async def test_who_has_a_known_key_is_heard_and_answered(head: Head) -> None:
    context, keys, answers = new_context(), new_keys(), list[bytes]()
    head.known.add(keys[0])
    node = Channel(connect_line(context, head.endpoint, head.key, keys), lambda frames: answers.append(frames[-1]))
    node.send([b"hello"])
    await eventually(lambda: answers == [b"heard hello"], "it is answered")
    node.close()
    context.term()


async def test_who_has_no_known_key_is_not_heard_whatever_key_it_has_or_has_not(head: Head) -> None:
    context, keys, strange = new_context(), new_keys(), new_keys()
    head.known.add(keys[0])
    lines = [
        Channel(connect_line(context, head.endpoint, head.key, strange), lambda _: None),
        Channel(connect_dealer(context, head.endpoint), lambda _: None),
        Channel(connect_line(context, head.endpoint, new_keys()[0], keys), lambda _: None),  # not this head's key
    ]
    for number, line in enumerate(lines):
        line.send([b"outsider %d" % number])
    await eventually(lambda: strange[0] in head.asked_for, "the outsider has asked to be let in")
    lines.append(Channel(connect_line(context, head.endpoint, head.key, keys), lambda _: None))
    lines[-1].send([b"known"])
    await eventually(lambda: head.heard, "the known one is heard")
    assert head.heard == [b"known"]
    for line in lines:
        line.close()
    context.term()


async def test_what_is_too_long_is_not_heard(head: Head) -> None:
    context, keys = new_context(), new_keys()
    head.known.add(keys[0])
    node = Channel(connect_line(context, head.endpoint, head.key, keys), lambda _: None)
    node.send([b"x" * 2000])
    node.send([b"short"])
    await eventually(lambda: len(head.asked_for) > 1, "it was disconnected, and comes again")
    assert b"x" * 2000 not in head.heard
    node.close()
    context.term()
