"""The head of a cluster: whom it lets live, whom it counts as dead and by what proof, and what it says to whom. Nodes
speak over the real line; the provider's words are the test's."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from platform import python_version
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from bus.address import make_address
from bus.contract.settings import AuthSettings, ClusterSettings, Settings, TokenEntry
from bus.contract.vocabulary import Proof
from bus.transport.codec import BUS_VERSION, encode
from bus.transport.sockets import Context, connect_line, new_context
from supervisor.nodes import cluster as module
from supervisor.nodes.cluster import Cluster
from supervisor.nodes.data_watch import DataPrint
from supervisor.nodes.line import (
    ASK,
    HELLO,
    REPORT,
    Ask,
    Exited,
    Fenced,
    Granted,
    Hello,
    Leave,
    LineMessage,
    NumberedReport,
    Seen,
    Spawn,
    Welcome,
    decode_to_node,
)
from supervisor.nodes.machine.orders import NodeOrders
from supervisor.nodes.providers.messages import FromProvider, NodeDown, NodeFailed, NodeReaped, NodeUp, Started
from supervisor.places.place import Gone
from tests.harness.servers import eventually
from tests.unit.supervisor.nodes.test_remote_place import Heard

LEASE_S, MARGIN_S = 10.0, 1.0
BEYOND_S = 11.1
"""So long after its last question a node is dead for certain."""

SETTINGS = Settings(
    auth=AuthSettings(tokens=[TokenEntry("0" * 64, "ann", "user")]),
    cluster=ClusterSettings("local", slots=2, lease_s=LEASE_S, margin_s=MARGIN_S, listen="tcp://127.0.0.1:*"),
)
HERE = Hello(BUS_VERSION, python_version(), 2, DataPrint())


class Machines:
    """A provider that does nothing: it keeps what is asked of it."""

    pid = None

    def __init__(self, arguments: list[str], said: Callable[[FromProvider], None], ended: Callable[[], None]) -> None:
        self.says, self.ends = said, ended
        self.started: list[NodeOrders] = []

    def start_node(self, orders: NodeOrders) -> None:
        self.started.append(orders)

    def want(self, resources: list[str]) -> None: ...

    async def close(self) -> None: ...


class Node:
    """A node's end of the line."""

    def __init__(self, context: Context, orders: NodeOrders) -> None:
        self.orders = orders
        self.keys = (orders.public_key, orders.secret_key)
        self.socket = connect_line(context, orders.head, orders.head_key, self.keys)

    def says(self, kind: bytes, said: msgspec.Struct) -> None:
        self.socket.send_multipart([self.orders.node_id.encode(), kind, encode(said)])

    async def hears(self) -> LineMessage:
        await eventually(lambda: self.socket.poll(0), "the head has not answered")
        return decode_to_node(self.socket.recv())

    async def asks(self, asked_at: float) -> LineMessage:
        """Asks for its lease; returns the answer."""
        self.says(ASK, Ask(asked_at))
        return await self.hears()


class Head:
    """A cluster without a supervisor, at a time of its own."""

    def __init__(self, folder: Path) -> None:
        self.now = 100.0
        self.context = new_context()
        self.known_keys: set[str] = set()
        self.heard = Heard()
        self.nodes: list[Node] = []
        bus = (self.context, make_address(folder, str(folder)))
        self.cluster = Cluster(SETTINGS, bus, self.known_keys, self.heard)

    @property
    def machines(self) -> Machines:
        provider: Any = self.cluster._provider
        assert isinstance(provider, Machines)
        return provider

    def node(self, name: str = "gpu-1") -> Node:
        """One that was started on the machine of this name, and has said nothing yet."""
        self.machines.says(NodeUp(name))
        self.nodes.append(Node(self.context, self.machines.started[-1]))
        return self.nodes[-1]

    async def ready(self, name: str = "gpu-1") -> Node:
        """One that takes jobs."""
        node = self.node(name)
        assert await node.asks(1.0) == Welcome(resend=False)
        assert await node.hears() == Granted(1.0)
        node.says(HELLO, HERE)
        await eventually(lambda: name in [place.name for place in self.cluster.ready], f"{name} is not ready")
        return node

    def looks(self) -> bool:
        return self.cluster.look(list)

    async def end(self) -> None:
        await self.cluster.end()
        self.cluster.close()
        for node in self.nodes:
            node.socket.close()
        self.context.term()


@pytest_asyncio.fixture
async def head(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Head]:
    monkeypatch.setattr(module, "Provider", Machines)
    head = Head(tmp_path)
    monkeypatch.setattr(module, "boot_clock", lambda: head.now)
    yield head
    await head.end()


async def test_a_node_takes_jobs_once_it_has_a_lease_and_has_said_what_it_is(head: Head) -> None:
    await head.ready()
    assert head.looks(), "jobs that wait may start now"
    assert not head.looks()
    (summary,) = head.cluster.summaries()
    assert (summary.name, summary.state, summary.slots) == ("gpu-1", "ready", 2)


async def test_its_orders_name_its_own_key_and_nobody_who_signs_in(head: Head) -> None:
    first, second = head.node("a"), head.node("b")
    assert head.known_keys == {first.orders.public_key, second.orders.public_key}
    assert first.orders.folder != second.orders.folder
    assert first.orders.settings.auth.tokens == []


async def test_a_question_is_answered_with_its_own_time_and_an_older_one_not_at_all(head: Head) -> None:
    node = await head.ready()
    assert await node.asks(5.0) == Granted(5.0)
    node.says(ASK, Ask(4.0))
    assert await node.asks(6.0) == Granted(6.0)


async def test_a_node_that_is_not_known_has_to_end(head: Head) -> None:
    node = head.node()
    node.socket.send_multipart([b"another", ASK, encode(Ask(1.0))])
    assert await node.hears() == Fenced()
    node.socket.send_multipart([b"too", b"few"])
    assert await node.asks(1.0) == Welcome(resend=False), "what is no message of the line is passed over"


async def test_one_that_comes_over_another_connection_says_again_what_may_be_lost(head: Head) -> None:
    node = await head.ready()
    (place,) = head.cluster.ready
    place.spawn("w1", "sql", b"token")
    assert isinstance(await node.hears(), Spawn)
    again = Node(head.context, node.orders)
    head.nodes.append(again)
    assert await again.asks(2.0) == Welcome(resend=True)
    assert [type(await again.hears()) for _ in range(2)] == [Spawn, Granted]


async def test_a_silent_node_takes_nothing_new_and_is_dead_only_when_its_lease_has_run_out(head: Head) -> None:
    await head.ready()
    (place,) = head.cluster.ready
    place.spawn("w1", "sql", b"token")
    head.now += LEASE_S / 2 + 0.1
    head.looks()
    assert (head.cluster.ready, [one.state for one in head.cluster.summaries()]) == ([], ["silent"])
    head.now = 100.0 + LEASE_S + MARGIN_S
    head.looks()
    assert head.heard.words == [], "not yet: it may live until then by its own clock"
    head.now = 100.0 + BEYOND_S
    assert head.looks()
    assert head.heard.words[0] == ("exited", "w1")
    assert head.heard.words[1] == (
        "gone",
        "w1",
        Gone(f"its node gpu-1 was silent for {BEYOND_S:.1f} s", Proof.LEASE, with_its_node=True),
    )
    assert (head.cluster.places, head.known_keys) == ([], set())


async def test_a_node_that_is_dead_is_told_so_when_it_comes_back(head: Head) -> None:
    node = await head.ready()
    head.now += BEYOND_S
    head.looks()
    assert await node.asks(2.0) == Fenced()


async def test_a_reaped_node_is_dead_at_once(head: Head) -> None:
    node = await head.ready()
    (place,) = head.cluster.ready
    place.spawn("w1", "sql", b"token")
    head.machines.says(NodeReaped(node.orders.node_id))
    gone = Gone("its node gpu-1 has ended", Proof.NODE_REAPED, with_its_node=True)
    assert head.heard.words == [("exited", "w1"), ("gone", "w1", gone)]
    assert head.known_keys == set()


async def test_a_hint_that_a_node_is_dead_is_no_proof(head: Head) -> None:
    node = await head.ready()
    (place,) = head.cluster.ready
    place.spawn("w1", "sql", b"token")
    head.machines.says(NodeDown(node.orders.node_id, "the machine does not answer"))
    head.looks()
    assert (head.cluster.ready, head.heard.words) == ([], [])
    assert isinstance(await node.hears(), Spawn)
    node.says(ASK, Ask(9.0))  # it is granted nothing any more
    node.says(REPORT, NumberedReport(1, Exited("w1")))
    assert await node.hears() == Seen(1)
    head.now += BEYOND_S
    head.looks()
    assert head.heard.words[-1][:2] == ("gone", "w1")  # type: ignore[index]


async def test_what_never_had_a_lease_is_forgotten_at_once(head: Head) -> None:
    node = head.node()
    head.machines.says(NodeFailed(node.orders.node_id, "no namespaces there"))
    assert (head.cluster.places, head.known_keys) == ([], set())
    assert [(one.name, one.why) for one in head.cluster.summaries()] == [("gpu-1", "no namespaces there")]
    again = head.node()
    head.machines.says(Started(again.orders.node_id, 1, 2))
    assert "nothing was heard of it" in head.cluster.summaries()[0].why


async def test_with_the_provider_every_node_may_end_and_none_is_granted_more(head: Head) -> None:
    node = await head.ready()
    head.machines.ends()
    assert head.cluster.ready == []
    assert len(head.cluster.places) == 1, "its end is not proven"
    node.says(ASK, Ask(2.0))
    head.now += BEYOND_S
    head.looks()
    assert head.cluster.places == []


async def test_a_drained_node_leaves_after_its_last_worker_and_is_not_called_back_while_it_goes(head: Head) -> None:
    node = await head.ready()
    (place,) = head.cluster.ready
    place.spawn("w1", "sql", b"token")
    assert isinstance(await node.hears(), Spawn)
    assert head.cluster.drain("gpu-1", undo=False)
    assert (head.cluster.ready, len(head.cluster.draining)) == ([], 1)
    assert await node.asks(2.0) == Granted(2.0), "what runs there is finished"
    place.lost(Proof.NODE_REAPED, "it has ended")
    assert await node.asks(3.0) == Leave()
    assert head.cluster.drain("gpu-1", undo=True)
    assert head.cluster.ready == [], "it was told to leave: nothing is begun there"


async def test_a_machine_that_nobody_knows_cannot_be_drained(head: Head) -> None:
    assert not head.cluster.drain("gpu-9", undo=False)


@pytest.mark.parametrize(
    ("hello", "why"),
    [
        (msgspec.structs.replace(HERE, version="9.0"), "it speaks protocol 9.0"),
        (msgspec.structs.replace(HERE, python="3.1.0"), "it runs Python 3.1.0"),
        (msgspec.structs.replace(HERE, data=DataPrint(1, 2, "x")), "its data differ"),
    ],
)
async def test_one_that_is_another_is_not_used_and_says_why(head: Head, hello: Hello, why: str) -> None:
    node = head.node()
    await node.asks(1.0)
    node.says(HELLO, hello)
    await eventually(lambda: why in head.cluster.summaries()[0].why, f"it is not said that {why}")
    assert head.cluster.ready == []


async def test_what_cannot_be_read_ends_nothing(head: Head, caplog: pytest.LogCaptureFixture) -> None:
    node = await head.ready()
    node.socket.send_multipart([node.orders.node_id.encode(), HELLO, b"\xc1"])
    assert await node.asks(2.0) == Granted(2.0)
    assert "what cannot be read" in caplog.text
