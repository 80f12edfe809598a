"""Programs that speak Socket.IO, by python-socketio's own client: polling and over a WebSocket."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import socketio

from bus.contract.vocabulary import Role
from bus.tokens import create_token, revoke_token
from bus.wire.outside import ENDINGS
from tests.harness.gateways import ANSWER_WITHIN_S, TOKENS, RunningGateway, running_gateway
from tests.harness.network.proxies import CuttingProxy, cutting_port
from tests.harness.servers import Supervisor, is_gone
from tests.harness.zoo import zoo_settings

ELSEWHERE = "http://elsewhere.example"
WAYS = [["polling"], ["websocket"], None]

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Page:
    """What a page of that kind does: connects, signs in, asks, and keeps what it is told."""

    def __init__(self) -> None:
        self.client = socketio.AsyncClient(reconnection_delay=0.05, reconnection_delay_max=0.2)
        self.events: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()
        self.client.on("*", self._keep)
        self.client.on("connect", self._connected)
        self.client.on("disconnect", self._disconnected)

    async def _keep(self, name: str, data: Any = None) -> None:
        await self.events.put((name, data))

    async def _connected(self) -> None:
        await self.events.put(("connect", None))

    async def _disconnected(self, *_: Any) -> None:
        await self.events.put(("disconnect", None))

    async def until(self, *names: str) -> list[tuple[str, Any]]:
        """Everything up to the first event of one of these names."""
        found: list[tuple[str, Any]] = []
        while not found or found[-1][0] not in names:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                found.append(await self.events.get())
        return found

    async def until_chunk(self, kind: str) -> list[tuple[str, Any]]:
        found = await self.until("agent_chunk", *ENDINGS)
        while found[-1][1].get("chunk", {}).get("type") != kind:
            assert found[-1][0] not in ENDINGS, found[-1]
            found += await self.until("agent_chunk", *ENDINGS)
        return found

    async def sign_in(self, user: str = "ann") -> Any:
        await self.client.emit("authenticate", {"token": TOKENS[user]})
        return (await self.until("authenticated", "error"))[-1]

    async def ask(self, session_id: str, query: str, agent: str, **more: Any) -> None:
        await self.client.emit(
            "agent_query_stream",
            {
                "session_id": session_id,
                "query": query,
                "agent": agent,
                "user_id": "x",
                "user_clarification": None,
                **more,
            },
        )


@asynccontextmanager
async def page(url: str, ways: list[str] | None = None, **given: Any) -> AsyncIterator[Page]:
    opened = Page()
    await opened.client.connect(url, transports=ways, **given)
    try:
        yield opened
    finally:
        await opened.client.disconnect()


def words(events: list[tuple[str, Any]]) -> list[str]:
    chunks = [data["chunk"] for name, data in events if name == "agent_chunk"]
    return [chunk["chunk"].split()[0] for chunk in chunks if chunk["type"] == "response_chunk"]


def numbers(events: list[tuple[str, Any]]) -> list[int]:
    return [data["seq"] for name, data in events if name.startswith("agent_")]


@pytest.mark.parametrize("ways", WAYS, ids=["polling", "websocket", "upgraded"])
async def test_it_asks_and_is_told_everything_in_order(
    gateway: RunningGateway, session: str, ways: list[str] | None
) -> None:
    async with page(gateway.url, ways) as one:
        name, data = await one.sign_in()
        assert (name, data["user_id"]) == ("authenticated", "ann")
        await one.ask(session, "400 2000", "paces")
        events = await one.until(*ENDINGS)
    assert words(events) == [str(number) for number in range(1, 401)]
    assert numbers(events) == list(range(1, 403))
    name, data = events[-1]
    assert name == "agent_complete"
    assert data["result"]["final_output"]["response"].startswith("1 ")


async def test_a_slow_reader_is_waited_for(gateway: RunningGateway, session: str) -> None:
    """Far more than may wait in memory, to a client that takes its time: nothing is lost."""
    async with page(gateway.url, ["polling"]) as one:
        await one.sign_in()
        await one.ask(session, "400 100000 20000", "paces")
        events = await one.until(*ENDINGS)
    assert numbers(events) == list(range(1, 403))


async def test_a_stop_is_proven(gateway: RunningGateway, supervisor: Supervisor, session: str) -> None:
    async with page(gateway.url) as one:
        await one.sign_in()
        await one.ask(session, "go", "swallows_cancel")
        accepted = (await one.until("agent_accepted"))[-1][1]
        await one.until_chunk("status")
        pid = (await supervisor.record(accepted["job_id"])).summary.pid
        assert pid is not None
        await one.client.emit("agent_kill", {"session_id": session})
        events = await one.until(*ENDINGS)
        assert is_gone(pid)
        name, data = events[-1]
        assert (name, data["session_id"], data["rung"]) == ("agent_killed", session, "terminate")
        await one.client.emit("agent_kill", {"session_id": "never"})
        name, data = (await one.until("agent_kill_error"))[-1]
        assert data["code"] == "not_found"


async def test_rows_come_as_arrays_or_as_arrow(gateway: RunningGateway, session: str) -> None:
    async with page(gateway.url) as one:
        await one.sign_in()
        await one.ask(session, "select 1 as n, 'a' as s", "parquet")
        events = await one.until(*ENDINGS)
        assert [[str(cell) for cell in row] for row in _rows(events)[0]["rows"]] == [["1", "a"]]
        await one.ask(session + "b", "select 1 as n, 'a' as s", "parquet", options={"table_format": "arrow"})
        (chunk,) = _rows(await one.until(*ENDINGS))
        assert (chunk["encoding"], type(chunk["arrow"])) == ("arrow", bytes)


def _rows(events: list[tuple[str, Any]]) -> list[dict[str, Any]]:
    chunks = [data["chunk"] for name, data in events if name == "agent_chunk"]
    return [chunk for chunk in chunks if chunk["type"] == "table_rows"]


async def test_what_was_asked_back_is_answered(gateway: RunningGateway, session: str) -> None:
    async with page(gateway.url) as one:
        await one.sign_in()
        query = "How many flights per frobnication?"
        await one.ask(session, query, "parquet", conversation_id=session)
        asked = (await one.until(*ENDINGS))[-1][1]["result"]["clarification"]
        assert asked["suggestions"]
        again = {"conversation_id": session, "user_clarification": asked["suggestions"][0]}
        await one.ask(session + "b", query, "parquet", **again)
        name, data = (await one.until(*ENDINGS))[-1]
        assert (name, data["result"]["clarification"]) == ("agent_complete", None)


async def test_a_lost_line_comes_back_and_goes_on_by_number(gateway: RunningGateway, session: str) -> None:
    proxies: list[CuttingProxy] = []
    async with cutting_port(gateway.port, lambda: None) as (port, proxy):
        proxies.append(proxy)
        async with page(f"http://127.0.0.1:{port}", ["websocket"]) as one:
            await one.sign_in()
            await one.ask(session, "900 600", "paces")
            events: list[tuple[str, Any]] = []
            for _ in range(3):
                events += [event for event in await _some(one, 100) if event[0].startswith("agent_")]
                proxy.cut()
                rest = await one.until("connect")
                events += [event for event in rest if event[0].startswith("agent_")]
                await one.sign_in()
                await one.client.emit("agent_follow", {"session_id": session, "after_seq": numbers(events)[-1]})
            events += await one.until(*ENDINGS)
    assert numbers(events) == list(range(1, 903))
    assert words(events) == [str(number) for number in range(1, 901)]


async def _some(one: Page, count: int) -> list[tuple[str, Any]]:
    return [event for _ in range(count) for event in await one.until("agent_chunk")]


async def test_nobody_is_served_without_signing_in(gateway: RunningGateway) -> None:
    async with page(gateway.url) as one:
        await one.ask("mine", "go", "sleeps")
        assert (await one.until("error", *ENDINGS))[-1][1]["code"] == "unauthorized"
        name, data = await _wrong(one)
        assert (name, data["code"]) == ("error", "unauthorized")
    async with page(gateway.url, auth={"token": TOKENS["bob"]}) as one:
        assert (await one.until("authenticated"))[-1][1]["user_id"] == "bob"
    bearer = {"Authorization": f"Bearer {TOKENS['ops']}"}
    async with page(gateway.url, headers=bearer) as one:
        await one.client.emit("agent_list", {})
        assert (await one.until("agent_jobs"))[-1][0] == "agent_jobs"


async def _wrong(one: Page) -> tuple[str, Any]:
    await one.client.emit("authenticate", {"token": "wrong"})
    return (await one.until("authenticated", "error"))[-1]


async def test_pages_from_elsewhere_need_to_be_allowed(supervisor: Supervisor, gateway: RunningGateway) -> None:
    with pytest.raises(socketio.exceptions.ConnectionError):
        async with page(gateway.url, headers={"Origin": ELSEWHERE}):
            pass
    async with gateway.request("GET", "/socket.io/?EIO=4&transport=polling&j=0", None) as answer:
        assert answer.status == 400
    allowed = {**zoo_settings(), "gateway.allowed_origins": [ELSEWHERE]}
    async with running_gateway(supervisor.state_dir, allowed) as other:
        async with page(other.url, headers={"Origin": ELSEWHERE}) as one:
            assert (await one.sign_in())[0] == "authenticated"
        headers = {"Origin": ELSEWHERE}
        async with other.request("GET", "/socket.io/?EIO=4&transport=polling", None, headers=headers) as answer:
            assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (200, ELSEWHERE)


async def test_the_clients_script_is_served(gateway: RunningGateway) -> None:
    async with gateway.request("GET", "/socket.io/socket.io.js", None) as answer:
        text = await answer.text()
    assert (answer.status, answer.headers["Cross-Origin-Resource-Policy"]) == (200, "cross-origin")
    assert "Socket.IO" in text[:200]
    assert "sourceMappingURL" not in text


async def test_a_frame_that_cannot_be_read_ends_nothing(gateway: RunningGateway) -> None:
    async with page(gateway.url) as one:
        await one.sign_in()
        await one.client.emit("agent_kill", "not an object")
        assert (await one.until("error"))[-1][1]["code"] == "bad_frame"
        await one.client.emit("agent_kill", {"session_id": base64.b64decode("AAAA")})
        await one.client.emit("nonsense")
        assert (await one.until("error"))[-1][1]["code"] in ("bad_frame", "unknown_event")
        await one.client.emit("agent_list", {})
        await one.until("agent_jobs")


async def test_a_revoked_token_sends_the_client_away(supervisor: Supervisor, gateway: RunningGateway) -> None:
    token = create_token(supervisor.state_dir, "laptop", "eve", Role.USER)
    async with page(gateway.url, auth={"token": token}) as one:
        await one.until("authenticated")
        revoke_token(supervisor.state_dir, "laptop")
        await one.client.emit("agent_list", {})
        assert [name for name, _ in await one.until("disconnect", "agent_jobs")] == ["disconnect"]
        assert not one.client.connected


async def test_an_ending_gateway_is_come_back_to(supervisor: Supervisor, session: str) -> None:
    async with running_gateway(supervisor.state_dir, zoo_settings()) as other, page(other.url) as one:
        await one.sign_in()
        await one.ask(session, "go", "sleeps")
        await one.until_chunk("status")
        await other.end()
        await one.until("disconnect")
        assert one.client.connected is False
