"""What a connection decides before anybody has signed in on it, and when a token is revoked."""

import asyncio
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import WSCloseCode, WSMsgType

from bus.contract.vocabulary import Role
from bus.tokens import create_token, revoke_token
from gateway.app_state import Gateway
from gateway.wire.stream_frames import WireFrame
from gateway.ws.connection import Connection
from gateway.ws.peer import ClientMessage


class Client:
    """Sends what it was made with, then goes; notes what it is sent."""

    def __init__(self, *messages: ClientMessage) -> None:
        self.address = "10.0.0.1"
        self.told: list[dict[str, Any]] = []
        self.opcodes: list[WSMsgType] = []
        self.closed: tuple[WSCloseCode, str] | None = None
        self.signed_in = False
        self._messages = list(messages)
        self.silent = False

    async def receive(self, timeout_s: float | None) -> ClientMessage:
        if self.silent:
            assert timeout_s is not None
            raise TimeoutError
        for _ in range(10):
            await asyncio.sleep(0)  # what was asked before is answered
        return self._messages.pop(0) if self._messages and self.closed is None else ClientMessage(WSMsgType.CLOSED)

    async def send(self, frame: WireFrame) -> None:
        self.opcodes.append(frame.opcode)
        if frame.opcode is WSMsgType.TEXT:
            self.told.append(json.loads(frame.payload))

    def note_signed_in(self) -> None:
        self.signed_in = True

    async def everything_taken(self) -> None: ...

    async def close(self, code: WSCloseCode, words: str) -> None:
        self.closed = (code, words)

    async def cut(self) -> None: ...


def text(event: str, **data: Any) -> ClientMessage:
    return ClientMessage(WSMsgType.TEXT, msgspec.json.encode({"event": event, "data": data}))


async def served(gateway: Gateway, client: Client) -> Client:
    await Connection(gateway, client, None).serve()
    return client


async def test_nothing_is_done_for_who_has_not_signed_in(gateway: Gateway) -> None:
    client = await served(gateway, Client(text("agent_query_stream", session_id="s", query="go"), text("agent_list")))
    assert [told["data"]["code"] for told in client.told] == ["unauthorized"] * 2
    assert not client.signed_in


async def test_a_wrong_token_is_refused_and_a_right_one_may_follow(gateway: Gateway) -> None:
    client = Client(text("authenticate", token="guessed"), text("authenticate", token="made"))
    refused, welcome = (await served(gateway, client)).told
    assert refused["data"]["error"] == "that token is not valid; `deadstop token create` makes one"
    assert (welcome["event"], welcome["data"]["role"]) == ("authenticated", "operator")
    assert client.signed_in
    assert gateway.token_attempts.failures == 1


async def test_an_empty_token_signs_nobody_in(gateway: Gateway) -> None:
    client = await served(gateway, Client(text("authenticate")))
    assert client.told[0]["data"]["code"] == "unauthorized"
    assert not client.signed_in


async def test_who_does_not_sign_in_in_time_is_told_and_closed(gateway: Gateway) -> None:
    client = Client()
    client.silent = True
    await served(gateway, client)
    assert client.closed == (WSCloseCode.POLICY_VIOLATION, "sign in first")


async def test_a_ping_is_answered_and_what_is_no_frame_ends_nothing(gateway: Gateway) -> None:
    client = Client(ClientMessage(WSMsgType.PING, b"x"), ClientMessage(WSMsgType.TEXT, b"{"), text("agent_list"))
    await served(gateway, client)
    assert client.opcodes == [WSMsgType.PONG, WSMsgType.TEXT, WSMsgType.TEXT]
    assert [told["data"]["code"] for told in client.told] == ["bad_frame", "unauthorized"]


@pytest.mark.parametrize("revoked", [False, True])
async def test_a_revoked_token_ends_its_connection_with_the_next_frame(
    gateway: Gateway, tmp_path: Path, revoked: bool
) -> None:
    token = create_token(tmp_path, "laptop", "ann", Role.USER)
    client = Client(text("authenticate", token="guessed"))
    identity = gateway.identities.by_token(token)
    assert identity is not None
    if revoked:
        revoke_token(tmp_path, "laptop")
    await Connection(gateway, client, identity).serve()
    assert (client.closed is not None) == revoked
    assert len(client.told) == (0 if revoked else 1)
