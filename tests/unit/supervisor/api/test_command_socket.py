"""A command is carried out for clients with the key, of this protocol, that still wait; else it is refused."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bus.contract.vocabulary import Role
from bus.transport.channel import Channel
from bus.transport.codec import BUS_VERSION, Decoder, encode
from bus.transport.sockets import connect_dealer, new_context
from bus.wire.commands import AnyCommand, Caller, ListSaved, RenameConversation
from bus.wire.replies import AnyReply, Changed, Refused, SavedQuestions
from supervisor.api.command_socket import CommandSocket
from supervisor.storage.journal import Journal
from supervisor.storage.store import Store
from tests.harness.servers import eventually

KEY = b"the key"
VERSION = BUS_VERSION.encode()
ANN = Caller("ann", Role.USER)
LIST = encode(ListSaved(ANN))
_decode: Decoder[AnyReply] = Decoder(AnyReply)


class Client:
    """A client, and the supervisor's end over a real log."""

    def __init__(self, folder: Path) -> None:
        self.context = new_context()
        self.store = Store(folder)
        self.journal = Journal(self.store, lambda _: None)
        self.carried_out: list[AnyCommand] = []
        self.replies: list[AnyReply] = []
        endpoint = f"ipc://{folder}/commands"
        self.served = CommandSocket((self.context, endpoint), KEY, self.journal, self.answer)
        self.channel = Channel(connect_dealer(self.context, endpoint), self.heard)

    def answer(self, command: AnyCommand) -> AnyReply:
        self.carried_out.append(command)
        if isinstance(command, RenameConversation):
            if not command.title:
                raise ValueError("a fault")
            return Changed()
        return SavedQuestions([])

    def heard(self, frames: list[bytes]) -> None:
        self.replies.append(_decode(frames[1]))

    async def ask(
        self, payload: bytes = LIST, *, key: bytes = KEY, version: bytes = VERSION, until: bytes = b""
    ) -> AnyReply:
        self.channel.send([b"1", version, key, until or f"{time.monotonic() + 10}".encode(), payload])
        await eventually(lambda: self.replies, "it is answered")
        return self.replies.pop()


@pytest_asyncio.fixture
async def client(tmp_path: Path) -> AsyncIterator[Client]:
    client = Client(tmp_path)
    yield client
    client.channel.close()
    client.served.close()
    client.context.term()
    client.store.close()


async def test_a_command_is_carried_out_and_answered(client: Client) -> None:
    assert await client.ask() == SavedQuestions([])
    assert client.carried_out == [ListSaved(ANN)]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"key": b"another"}, "unauthorized"),
        ({"key": b""}, "unauthorized"),
        ({"version": b"0.1"}, "protocol"),
        ({"version": b"\xff"}, "protocol"),
        ({"until": b"1.0"}, "unavailable"),
        ({"until": b"soon"}, "bad_request"),
        ({"payload": b"garbage"}, "bad_request"),
    ],
)
async def test_what_is_not_in_order_is_refused_and_not_carried_out(
    client: Client, changes: dict[str, bytes], code: str
) -> None:
    reply = await client.ask(**changes)
    assert isinstance(reply, Refused)
    assert reply.code == code
    assert client.carried_out == []


async def test_a_fault_is_answered_too(client: Client) -> None:
    reply = await client.ask(encode(RenameConversation(ANN, "c", "")))
    assert isinstance(reply, Refused)
    assert (reply.code, reply.error) == (
        "internal",
        "the supervisor could not handle RenameConversation: ValueError('a fault')",
    )


async def test_a_change_is_answered_once_it_is_on_disk(client: Client) -> None:
    asked = asyncio.create_task(client.ask(encode(RenameConversation(ANN, "c", "new"))))
    await eventually(lambda: client.carried_out, "it is carried out")
    await asyncio.sleep(0.05)
    assert not asked.done()
    client.journal.flush()
    assert await asked == Changed()
