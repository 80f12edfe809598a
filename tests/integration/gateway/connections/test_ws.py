"""The WebSocket of a real gateway over a real supervisor."""

import asyncio
import contextlib
import os
import select
import socket

import aiohttp
import pyarrow as pa
import pytest

from bus.wire.outside import ENDINGS
from tests.harness.gateways import TOKENS, RunningGateway, running_gateway
from tests.harness.servers import Supervisor
from tests.harness.zoo import FLIGHTS, zoo_settings

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTINGS = {**zoo_settings(), **FLIGHTS, "supervisor.disconnect_grace_s": 0.3}


async def test_an_answer_streams_from_its_acceptance_to_its_end(gateway: RunningGateway, session: str) -> None:
    async with gateway.wire() as wire:
        await wire.ask(session, "select carrier, count(*) as n from flights group by all order by n desc")
        stream = await wire.stream()
    accepted, *chunks, complete = stream
    assert accepted["event"] == "agent_accepted"
    assert {event["event"] for event in chunks} == {"agent_chunk"}
    assert complete["event"] == "agent_complete"
    assert complete["data"]["result"]["final_output"]["raw_table"]["rows"][0] == ["UA", 58665]
    rows = [row for event in chunks if event["data"]["chunk"]["type"] == "table_rows" for row in _rows(event)]
    assert rows[0] == ["UA", 58665]
    assert len(rows) == 16


async def test_rows_as_arrow_are_the_rows_as_json(gateway: RunningGateway, session: str) -> None:
    sql = "select carrier, count(*) as n from flights group by all order by n desc"
    async with gateway.wire() as wire:
        await wire.ask(session, sql, options={"table_format": "arrow"})
        stream = await wire.stream()
        await wire.send("agent_follow", session_id=session, after_seq=0)
        again = await wire.stream()
    arrow = [event["data"]["chunk"] for event in stream if "arrow" in event["data"].get("chunk", {})]
    assert {key: arrow[0][key] for key in ("type", "encoding")} == {"type": "table_rows", "encoding": "arrow"}
    table = pa.concat_tables(pa.ipc.open_stream(chunk["arrow"]).read_all() for chunk in arrow)
    rows = [row for event in again for row in _rows(event)]
    assert [list(row.values()) for row in table.to_pylist()] == rows


async def test_lists_come_only_to_who_asked_for_them(gateway: RunningGateway, session: str) -> None:
    async with gateway.wire() as single, gateway.wire(batch=True) as many:
        await single.ask(session, "20000", "counts", detached=True)
        alone = await single.stream()
        await many.send("agent_follow", session_id=session, after_seq=0)
        together = await many.stream()
    assert alone == together
    assert single.longest_list == 0
    assert many.longest_list > 1
    assert many.frames < single.frames / 10


async def test_a_mistake_in_one_frame_does_not_close_the_connection(gateway: RunningGateway, session: str) -> None:
    async with gateway.wire() as wire:
        for text in ("", "hello", "[]", '{"event": "dance"}', '{"event": "agent_kill", "data": {"session_id": 5}}'):
            await wire.socket.send_str(text)
            assert (await wire.next())["event"] == "error"
        await wire.socket.send_bytes(b"\xff\xfe")
        assert (await wire.next())["data"]["code"] == "bad_frame"
        await wire.send("agent_query_stream", session_id=session)
        error = await wire.next()
        assert (error["event"], error["data"]["code"], error["data"]["session_id"]) == ("error", "bad_frame", session)
        await wire.socket.send_str('{"event": "agent_list", "x": "' + "y" * 300_000 + '"}')
        assert "the limit is 262144" in (await wire.next())["data"]["error"]
        await wire.ask(session, "3", "counts")
        assert (await wire.stream())[-1]["event"] == "agent_complete"


async def test_a_refused_question_has_no_number(gateway: RunningGateway, session: str) -> None:
    async with gateway.wire() as wire:
        await wire.ask(session, "x" * 20_001)
        refused = await wire.next()
        assert refused["event"] == "agent_error"
        assert refused["data"]["code"] == "bad_request"
        assert "20,001 characters; the limit is 20,000" in refused["data"]["error"]
        assert "seq" not in refused["data"]
        await wire.ask("a b", "hello")
        assert (await wire.next())["data"]["code"] == "bad_request"
        await wire.ask(session, "hello", "nobody")
        assert (await wire.next())["data"]["code"] == "bad_request"


async def test_a_stop_right_after_its_question_stops_it(gateway: RunningGateway, session: str) -> None:
    async with gateway.wire() as wire:
        await wire.ask(session, "go", "sleeps")
        await wire.send("agent_kill", session_id=session)
        killed = (await wire.stream())[-1]
    assert killed["event"] == "agent_killed"
    assert (killed["data"]["by"], killed["data"]["reason"]) == ("ann", "user")


@pytest.mark.parametrize(("now", "rungs"), [(False, ["cancel", "terminate", "kill"]), (True, ["kill"])])
async def test_a_stop_shows_each_rung_and_then_the_proof(
    gateway: RunningGateway, now: bool, rungs: list[str], session: str
) -> None:
    async with gateway.wire() as wire:
        await wire.ask(session, "go", "ignores_signals")
        before = await wire.until_chunk("status")
        await wire.send("agent_kill", session_id=session, now=now)
        stream = await wire.stream(after=before[-1]["data"]["seq"])
        await wire.send("agent_kill", session_id=session)
        again = await wire.next()
    assert [event["data"]["chunk"]["rung"] for event in stream[:-1]] == rungs
    assert stream[-1]["data"]["rung"] == "kill"
    assert (again["event"], again["data"]["code"]) == ("agent_kill_error", "already_ended")


async def test_who_stops_a_job_from_elsewhere_sees_the_proof(gateway: RunningGateway, session: str) -> None:
    async with gateway.wire() as asker, gateway.wire() as stopper:
        await asker.ask(session, "go", "sleeps")
        await asker.until_chunk("status")
        await stopper.send("agent_kill", session_id=session, reason="enough")
        assert (await stopper.until(*ENDINGS))[-1]["event"] == "agent_killed"
        assert (await asker.until(*ENDINGS))[-1]["event"] == "agent_killed"


async def test_the_same_session_attaches_and_another_question_is_refused(gateway: RunningGateway, session: str) -> None:
    async with gateway.wire() as wire, gateway.wire() as other:
        await wire.ask(session, "5", "counts")
        stream = await wire.stream()
        await other.ask(session, "5", "counts")
        assert await other.stream() == stream
        await other.ask(session, "6", "counts")
        refused = await other.next()
    assert (refused["event"], refused["data"]["code"]) == ("agent_error", "session_conflict")


async def test_asking_again_while_following_brings_nothing_twice(gateway: RunningGateway, session: str) -> None:
    async with gateway.wire() as wire:
        await wire.ask(session, "go", "sleeps")
        await wire.until_chunk("status")
        await wire.ask(session, "go", "sleeps")
        await wire.send("agent_kill", session_id=session)
        rest = await wire.stream(after=2)
    assert [event["event"] for event in rest] == ["agent_chunk", "agent_killed"]


async def test_following_goes_on_after_any_number(gateway: RunningGateway, session: str) -> None:
    async with gateway.wire() as wire, gateway.wire(batch=True) as late:
        await wire.ask(session, "2000", "counts")
        stream = await wire.stream()
        for after in (0, 1, 999, 2000, 2001):
            await late.send("agent_follow", session_id=session, after_seq=after)
            assert await late.stream(after=after) == stream[after:]
        await late.send("agent_follow", session_id="nobody", after_seq=0)
        assert (await late.next())["data"]["code"] == "not_found"
        await late.send("agent_follow", session_id=session, after_seq=-1)
        assert (await late.next())["data"]["code"] == "bad_frame"


async def test_another_users_job_is_not_found_anywhere(gateway: RunningGateway, session: str) -> None:
    async with gateway.wire("ann") as ann, gateway.wire("bob") as bob:
        await ann.ask(session, "go", "sleeps")
        job_id = await ann.first_word()
        await bob.send("agent_follow", session_id=session, after_seq=0)
        assert (await bob.next())["data"]["code"] == "not_found"
        await bob.send("agent_kill", session_id=session)
        unknown = await bob.next()
        assert (unknown["event"], unknown["data"]["code"]) == ("agent_kill_error", "not_found")
        await bob.send("agent_kill", job_id=job_id)
        assert (await bob.next())["data"]["code"] == "not_found"
        await bob.send("agent_list")
        assert (await bob.next())["data"]["jobs"] == []
        await ann.send("agent_list")
        jobs = (await ann.next())["data"]["jobs"]
        assert [(job["job_id"], job["query"], job["state"]) for job in jobs] == [(job_id, "go", "running")]
        # Both may use the same name for a session.
        await bob.ask(session, "2", "counts")
        assert (await bob.stream())[-1]["event"] == "agent_complete"


async def test_an_operator_follows_and_stops_anybodys_job(gateway: RunningGateway, session: str) -> None:
    async with gateway.wire("ann") as ann, gateway.wire("ops") as ops:
        await ann.ask(session, "go", "sleeps")
        job_id = await ann.first_word()
        await ops.send("agent_follow", job_id=job_id, after_seq=0)
        await ops.until_chunk("status")
        await ops.send("agent_kill", job_id=job_id)
        killed = (await ann.until(*ENDINGS))[-1]
        assert (killed["data"]["by"], killed["data"]["reason"]) == ("ops", "operator")
        assert (await ops.until(*ENDINGS))[-1]["data"]["session_id"] == session


async def test_nobody_gets_past_the_sign_in(gateway: RunningGateway, session: str) -> None:
    async with gateway.wire(None) as wire:
        await wire.ask(session, "3", "counts")
        assert (await wire.next())["data"]["code"] == "unauthorized"
        await wire.send("authenticate")
        assert (await wire.next())["data"]["code"] == "unauthorized"
        await wire.send("authenticate", token="ann's tokem")
        assert (await wire.next())["data"]["code"] == "unauthorized"
        await wire.send("authenticate", token=TOKENS["ann"])
        authenticated = (await wire.next())["data"]
        assert (authenticated["user_id"], authenticated["role"]) == ("ann", "user")
        assert "counts" in authenticated["agents"]
        assert (authenticated["models"], authenticated["prices"]) == ([], {}), "there is no model to choose"
        assert not {"catalog", "history"} & set(authenticated["agents"])
        await wire.send("authenticate", token=TOKENS["ops"])
        assert "somebody else" in (await wire.next())["data"]["error"]


async def test_a_page_from_elsewhere_may_not_connect(gateway: RunningGateway) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        async with gateway.wire(None, headers={"Origin": "http://evil.example"}):
            pass
    assert refused.value.status == 403


async def test_who_does_not_sign_in_in_time_is_shown_out(supervisor: Supervisor) -> None:
    settings = {"gateway.sign_in_timeout_s": 0.2}
    async with running_gateway(supervisor.state_dir, settings) as gateway, gateway.wire(None) as wire:
        with contextlib.suppress(ConnectionError):  # it may be too late for that
            await wire.send("agent_list")
        assert await wire.closed() == 1008


async def test_connections_are_bounded(supervisor: Supervisor) -> None:
    settings = {"gateway.max_connections": 1}
    async with running_gateway(supervisor.state_dir, settings) as gateway:
        async with gateway.wire():
            status, error = await gateway.json("GET", "/ws", headers=_UPGRADE)
            assert (status, error["code"]) == (503, "too_many_connections")
        async with gateway.wire():
            pass


async def test_connections_of_one_address_are_bounded(supervisor: Supervisor, session: str) -> None:
    settings = {**zoo_settings(), "gateway.max_connections_per_address": 2}
    async with running_gateway(supervisor.state_dir, settings) as gateway, gateway.wire() as wire:
        await wire.ask(session, "go", "sleeps")
        job_id = await wire.first_word()
        async with gateway.request("GET", f"/api/jobs/{job_id}/events"):
            for path, headers in (("/ws", _UPGRADE), (f"/api/jobs/{job_id}/events", {})):
                status, error = await gateway.json("GET", path, headers=headers)
                assert (status, error["code"]) == (503, "too_many_connections"), path
                assert error["error"] == "2 connections from 127.0.0.1 are open, the limit is 2"
        await wire.send("agent_kill", session_id=session)
        await wire.until("agent_killed")


async def test_frames_beyond_the_rate_wait_their_turn(supervisor: Supervisor) -> None:
    settings = {"gateway.max_frames_per_s": 20}
    async with running_gateway(supervisor.state_dir, settings) as gateway, gateway.wire() as wire:
        started = asyncio.get_running_loop().time()
        for _ in range(40):
            await wire.send("agent_list")
        for _ in range(40):
            assert (await wire.next())["event"] == "agent_jobs"
        assert asyncio.get_running_loop().time() - started > 0.9


async def test_pings_wait_their_turn_too(supervisor: Supervisor) -> None:
    settings = {"gateway.max_frames_per_s": 20}
    async with running_gateway(supervisor.state_dir, settings) as gateway, gateway.wire() as wire:
        started = asyncio.get_running_loop().time()
        for _ in range(39):
            await wire.socket.ping()
        await wire.send("agent_list")
        assert (await wire.next())["event"] == "agent_jobs"
        assert asyncio.get_running_loop().time() - started > 0.9


async def test_who_pings_and_does_not_read_the_pongs_is_not_read_either(supervisor: Supervisor) -> None:
    settings = {"gateway.max_frames_per_s": 10_000_000}
    async with running_gateway(supervisor.state_dir, settings) as gateway, gateway.wire() as wire:
        connection = wire.socket.get_extra_info("socket")
        assert connection is not None
        pings = await asyncio.to_thread(_ping_until_full, connection.fileno())
        assert pings < MANY_PINGS


async def test_a_frame_that_is_far_too_large_is_not_even_read(gateway: RunningGateway) -> None:
    async with gateway.wire() as wire:
        with contextlib.suppress(ConnectionError):  # closed while it was still being sent
            await wire.socket.send_str("x" * 2_000_000)
        assert await wire.closed() == 1009


MANY_PINGS = 300_000


def _ping_until_full(descriptor: int) -> int:
    """Send pings of 125 bytes on a WebSocket's connection, and read nothing, until for a second nothing more can be
    sent, or `MANY_PINGS` have been. Returns how many were."""
    thousand = (bytes([0x89, 0xFD, 0, 0, 0, 0]) + bytes(125)) * 1000
    sent = 0
    with socket.socket(fileno=os.dup(descriptor)) as connection:
        while sent < MANY_PINGS * len(thousand) // 1000 and select.select([], [connection], [], 1.0)[1]:
            rest = sent % len(thousand)
            sent += connection.send(thousand[rest:])
    return sent * 1000 // len(thousand)


_UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
}


def _rows(event: dict[str, object]) -> list[list[object]]:
    return event["data"].get("chunk", {}).get("rows", [])  # type: ignore[attr-defined,no-any-return]
