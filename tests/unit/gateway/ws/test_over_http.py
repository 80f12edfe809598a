"""Frames as server-sent events, and whose connection takes a posted frame."""

import base64
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiohttp import WSMsgType, web
from aiohttp.test_utils import make_mocked_request

from bus.contract.vocabulary import Role
from bus.wire.commands import Caller
from gateway.app_state import CALLER
from gateway.wire.errors import ApiError
from gateway.wire.stream_frames import WireFrame
from gateway.ws.over_http import PEERS, HttpPeer, post_frame, server_sent

ANN, BOB = Caller("ann", Role.USER), Caller("bob", Role.OPERATOR)


def test_each_kind_of_frame_has_its_form() -> None:
    assert server_sent(WireFrame(WSMsgType.TEXT, b'{"event":"x"}')) == b'data: {"event":"x"}\n\n'
    binary = server_sent(WireFrame(WSMsgType.BINARY, b"\x00\n\xff"))
    name, data = binary.removesuffix(b"\n\n").split(b"\n")
    assert (name, base64.b64decode(data.removeprefix(b"data: "))) == (b"event: binary", b"\x00\n\xff")
    assert server_sent(WireFrame(WSMsgType.PING, b"")).startswith(b":")


@pytest.mark.parametrize(("connection_id", "caller"), [("known", BOB), ("unknown", ANN)])
async def test_only_who_opened_a_connection_may_post_to_it(connection_id: str, caller: Caller) -> None:
    app = web.Application()
    app[PEERS] = {"known": cast(HttpPeer, SimpleNamespace(caller=ANN))}
    match_info: Any = {"connection_id": connection_id}
    asked = make_mocked_request("POST", f"/api/connection/{connection_id}", app=app, match_info=match_info)
    asked[CALLER] = caller
    with pytest.raises(ApiError, match="no such connection"):
        await post_frame(asked)
