"""Any frames at all: each is answered or carried out, and the connection, the gateway and everybody's jobs go on."""

import asyncio
import json
import secrets
from collections.abc import Sequence
from typing import Any

import aiohttp
import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from gateway.wire.client_frames import EVENTS
from tests.harness.gateways import ANSWER_WITHIN_S, RunningGateway, Wire
from tests.harness.zoo import zoo_settings

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTINGS: dict[str, Any] = {
    **{f"agents.{name}": zoo_settings()[f"agents.{name}"] for name in ("echoes", "sleeps")},
    "agent.default": "echoes",
    "limits.max_running": 4,
    "limits.max_queued": 4,
    "gateway.max_frames_per_s": 100_000,
    "supervisor.disconnect_grace_s": 0,
}
bounded = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)

FIELDS = (
    *("session_id", "job_id", "query", "conversation_id", "user_clarification", "agent", "detached", "options"),
    *("after_seq", "table_format", "reason", "now", "state", "token", "batch", "max_rows", "max_runtime_s"),
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([2**53, 2**63, 2**64, -(2**63) - 1, 10**400])
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=40)
    | st.sampled_from(["", "s1", "s2", "echoes", "sleeps", "running", "arrow", "json", "go", "x" * 70, "\x00", "😀"])
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(FIELDS) | st.text(), inner, max_size=5),
    max_leaves=12,
)
data = st.dictionaries(st.sampled_from(FIELDS), values, max_size=8) | values
events = st.sampled_from(sorted(EVENTS)) | st.text(max_size=20)
nearly_right = st.fixed_dictionaries({"event": events, "data": data})
anything = nearly_right | values


@st.composite
def plausible(draw: st.DrawFn) -> dict[str, Any]:
    """A frame as a client would send it, each field of the right type and often with a good value."""
    name = draw(st.sampled_from(["agent_query_stream", "agent_kill", "agent_follow", "agent_list"]))
    session = draw(st.sampled_from(["s1", "s2", "s3"]))
    right: dict[str, st.SearchStrategy[Any]] = {
        "session_id": st.just(session),
        "query": st.sampled_from(["go", "stay"]),
        "agent": st.sampled_from(["echoes", "sleeps", None, "nosuch"]),
        "conversation_id": st.sampled_from([None, "c1", ""]),
        "detached": st.booleans(),
        "after_seq": st.integers(0, 2**53),
        "now": st.booleans(),
        "state": st.sampled_from([None, "running", "failed"]),
        "options": st.fixed_dictionaries({}, optional={"max_rows": st.integers(), "max_runtime_s": st.floats(0, 9)}),
    }
    return {"event": name, "data": draw(st.fixed_dictionaries(right))}


async def still_answers(wire: Wire) -> None:
    """The connection is open, and what is asked on it is answered; whatever streams meanwhile is read past."""
    mark = secrets.token_hex(8)
    await wire.send("agent_kill", session_id=mark)
    async with asyncio.timeout(ANSWER_WITHIN_S):
        while (event := await wire.next())["event"] != "agent_kill_error" or event["data"]["session_id"] != mark:
            assert event["data"].get("code") != "internal", event


async def send_all(gateway: RunningGateway, frames: Sequence[bytes | str], *, user: str | None = "ann") -> None:
    async with gateway.wire(user) as wire:
        for frame in frames:
            if isinstance(frame, bytes):
                await wire.socket.send_bytes(frame)
            else:
                await wire.socket.send_str(frame)
        if user is not None:
            await still_answers(wire)
        else:
            await wire.send("agent_list")
            while "not signed in" not in (event := await wire.next())["data"]["error"]:
                assert event["event"] == "error"
    assert (await gateway.json("GET", "/readyz"))[0] == 200


@pytest.mark.parametrize("user", ["ann", None])
@bounded
@given(frames=st.lists(st.binary(max_size=200) | st.text(max_size=200), max_size=8))
async def test_what_is_no_frame(gateway: RunningGateway, user: str | None, frames: list[bytes | str]) -> None:
    await send_all(gateway, frames, user=user)


@pytest.mark.parametrize("user", ["ann", None])
@bounded
@given(frames=st.lists(anything.map(json.dumps), max_size=8))
async def test_json_of_any_shape(gateway: RunningGateway, user: str | None, frames: list[str]) -> None:
    await send_all(gateway, frames, user=user)


@bounded
@given(frames=st.lists(plausible().map(json.dumps), min_size=1, max_size=15))
async def test_what_a_hasty_client_would_send(gateway: RunningGateway, frames: list[str]) -> None:
    await send_all(gateway, frames)


@pytest.mark.parametrize(
    "frame",
    [
        '{"event": "agent_follow", "data": {"session_id": "s1", "after_seq": 1' + "0" * 400 + "}}",
        '{"event": "agent_query_stream", "data": {"session_id": "s9", "query": "\\ud800"}}',
        '{"event": "agent_query_stream", "data": {"session_id": "s9", "query": "go", "options": {"max_rows": 1e999}}}',
        '{"event": "agent_kill", "data": {"session_id": "\\u0000"}}',
        "[" * 100_000,
        '{"event": "agent_list", "data": ' + '{"a":' * 5_000 + "1" + "}" * 5_001,
        "",
        "\ufeff{}",
    ],
    ids=["long number", "half a character", "infinite", "null character", "deep", "deep data", "empty", "marked"],
)
async def test_known_mischief(gateway: RunningGateway, frame: str) -> None:
    await send_all(gateway, [frame])


async def test_pings_and_fragments_between_frames(gateway: RunningGateway) -> None:
    async with gateway.wire() as wire:
        for payload in (b"", b"x" * 125):
            await wire.socket.ping(payload)
        await wire.socket.pong(b"unasked")
        await still_answers(wire)


async def test_a_frame_that_is_far_too_large_closes_its_own_connection_only(gateway: RunningGateway) -> None:
    async with gateway.wire() as other, gateway.wire() as wire:
        await wire.socket.send_bytes(b"x" * (5 * 256 * 1024))
        assert await wire.closed() == aiohttp.WSCloseCode.MESSAGE_TOO_BIG
        await still_answers(other)
