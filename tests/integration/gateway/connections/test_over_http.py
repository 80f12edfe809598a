"""The connection for networks that let no WebSocket through: the same frames, numbers, stops and ends."""

import asyncio

import pyarrow as pa
import pytest

from bus.contract.events import Killed
from bus.contract.vocabulary import Reason
from bus.wire.outside import ENDINGS
from tests.harness.gateways import TOKENS, RunningGateway, running_gateway
from tests.harness.network.http_sockets import HttpSocket
from tests.harness.servers import Supervisor, eventually
from tests.harness.zoo import FLIGHTS, zoo_settings

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTINGS = {**zoo_settings(), **FLIGHTS, "supervisor.disconnect_grace_s": 0.3}
BY_CARRIER = "select carrier, count(*) as n from flights group by all order by n desc"


async def test_an_answer_is_the_same_as_over_a_websocket(gateway: RunningGateway, session: str) -> None:
    async with gateway.wire_over_http() as wire, gateway.wire() as other:
        await wire.ask(session, BY_CARRIER, detached=True)
        stream = await wire.stream()
        await other.send("agent_follow", session_id=session, after_seq=0)
        assert await other.stream() == stream
    assert stream[-1]["data"]["result"]["final_output"]["raw_table"]["rows"][0] == ["UA", 58665]


async def test_rows_come_as_arrow_and_events_in_lists(gateway: RunningGateway, session: str) -> None:
    async with gateway.wire_over_http(batch=True) as wire:
        await wire.ask(session, BY_CARRIER, options={"table_format": "arrow"})
        stream = await wire.stream()
        await wire.ask(f"{session}-many", "20000", "counts")
        assert len(await wire.stream()) > 20_000
    arrow = [event["data"]["chunk"]["arrow"] for event in stream if "arrow" in event["data"].get("chunk", {})]
    assert pa.concat_tables(pa.ipc.open_stream(piece).read_all() for piece in arrow).num_rows == 16
    assert wire.longest_list > 1


async def test_a_stop_right_after_its_question_stops_it(gateway: RunningGateway, session: str) -> None:
    async with gateway.wire_over_http() as wire:
        await wire.ask(session, "go", "sleeps")
        await wire.send("agent_kill", session_id=session)
        assert (await wire.until(*ENDINGS))[-1]["event"] == "agent_killed"


async def test_a_stream_that_is_cut_twenty_times_has_no_gap(gateway: RunningGateway, session: str) -> None:
    events: list[dict[str, object]] = []
    for number in range(21):
        async with gateway.wire_over_http() as wire:
            if number == 0:
                await wire.ask(session, "20000", "counts", detached=True)
            else:
                await wire.send("agent_follow", session_id=session, after_seq=len(events))
            for _ in range(500 if number < 20 else 1_000_000):
                events.append(await wire.next())
                if events[-1]["event"] in ENDINGS:
                    break
            assert isinstance(wire.socket, HttpSocket)
            wire.socket.cut()
    assert [event["data"]["seq"] for event in events] == list(range(1, 20_003))  # type: ignore[index]


async def test_who_goes_without_a_word_leaves_no_job_behind(
    supervisor: Supervisor, gateway: RunningGateway, session: str
) -> None:
    async with gateway.wire_over_http() as wire:
        await wire.ask(session, "go", "sleeps")
        job_id = (await wire.until("agent_accepted"))[0]["data"]["job_id"]
        await wire.until_chunk("status")
        wire.socket.cut()
    *_, (_, last) = await supervisor.events(job_id)
    assert isinstance(last, Killed)
    assert last.reason is Reason.DISCONNECT


async def test_frames_go_to_ones_own_connection_alone(gateway: RunningGateway) -> None:
    async with gateway.wire_over_http() as wire:
        frame = b'{"event": "agent_list"}'
        assert await wire.socket.post(frame, {"Authorization": f"Bearer {TOKENS['bob']}"}) == 404
        assert await wire.socket.post(frame, {}) == 401
        known, wire.socket.connection_id = wire.socket.connection_id, "nobody"
        assert await wire.socket.post(frame) == 404
        wire.socket.connection_id = known
        assert await wire.socket.post(b"x" * 300_000) == 413
        await wire.socket.send_str("{}")
        assert (await wire.next())["data"]["code"] == "bad_frame"
    status, body = await gateway.json("GET", "/api/connection", None)
    assert (status, body["code"]) == (401, "unauthorized")


async def test_a_connection_that_has_ended_takes_nothing_more(gateway: RunningGateway) -> None:
    async with gateway.wire_over_http() as wire:
        wire.socket.cut()

        async def refused() -> bool:
            status: int = await wire.socket.post(b'{"event": "agent_list"}')
            return status == 404

        await eventually(refused, "frames of a connection that is gone are still taken")


async def test_a_gateway_that_ends_says_so(supervisor: Supervisor) -> None:
    async with running_gateway(supervisor.state_dir, SETTINGS) as ending, ending.wire_over_http() as wire:
        ended = asyncio.create_task(ending.end())
        assert await wire.closed() == 1001
        await ended
