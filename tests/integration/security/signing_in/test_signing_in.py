"""Guessing, waiting and revoking: what happens at the sign-in, and what is written down about it: never a token."""

import asyncio
import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bus.contract.vocabulary import Role
from bus.tokens import create_token, revoke_token
from bus.wire.commands import Caller, Show
from bus.wire.replies import JobShown
from gateway.app_state import AUDITED_REFUSALS
from tests.harness.gateways import MADE_TOKEN, TOKENS, RunningGateway, Wire, running_gateway
from tests.harness.servers import PATIENCE_S, Supervisor, running_supervisor
from tests.harness.zoo import zoo_settings

pytestmark = pytest.mark.asyncio(loop_scope="module")

TYPED = {"Sec-Fetch-Site": "none"}
GUESSES = 1
"""In a minute: whatever else the machine does, the next one is not granted before the test is over."""


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def guess(gateway: RunningGateway, number: int) -> int:
    status, _ = await gateway.json("GET", "/api/jobs", None, headers=bearer(f"guess {number}"))
    return status


async def test_guessing_is_slowed_down_over_http_and_websocket(supervisor: Supervisor) -> None:
    """Who came in from there before stays in: on loopback, and behind a proxy, all have one address."""
    settings = {"gateway.max_failed_sign_ins_per_min": GUESSES}
    async with (
        running_gateway(supervisor.state_dir, settings) as gateway,
        gateway.wire("ann") as wire,
    ):
        assert (await gateway.json("GET", "/api/jobs"))[0] == 200
        assert [await guess(gateway, number) for number in range(GUESSES)] == [401] * GUESSES
        async with gateway.request("GET", "/api/jobs", None, headers=bearer("another")) as answer:
            assert answer.status == 429
            assert 0 < int(answer.headers["Retry-After"]) <= 60 / GUESSES
            assert (await answer.json())["code"] == "too_many_attempts"
        for path in (f"/?token={TOKENS['bob']}", "/?token=wrong"):  # a good one is not looked at either
            async with gateway.request("GET", path, None, headers=TYPED) as answer:
                assert answer.status == 429
                assert "Set-Cookie" not in answer.headers
        async with gateway.request("POST", "/signin", None, data={"token": TOKENS["bob"]}) as answer:
            assert answer.status == 429
        async with gateway.wire(None) as other:
            await other.send("authenticate", token=TOKENS["bob"])
            assert (await other.next())["data"]["code"] == "too_many_attempts"
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            async with gateway.wire(None, headers=bearer("wrong")):
                pass
        assert refused.value.status == 429
        assert (await gateway.json("GET", "/api/jobs"))[0] == 200
        await wire.send("agent_list")
        assert (await wire.next())["event"] == "agent_jobs"


async def test_idle_unauthenticated_connections_are_few_and_do_not_stay(supervisor: Supervisor) -> None:
    settings = {"gateway.max_unauthenticated_per_address": 5, "gateway.sign_in_timeout_s": 0.0}
    async with running_gateway(supervisor.state_dir, settings) as gateway:
        assert (await gateway.json("GET", "/api/jobs"))[0] == 200  # this connection is ann's, and stays open
        idle = [await asyncio.open_connection("127.0.0.1", gateway.port) for _ in range(6)]
        reader, writer = idle.pop(0)
        async with asyncio.timeout(PATIENCE_S):
            assert await closed(reader)
        writer.close()
        assert (await gateway.json("GET", "/api/jobs"))[0] == 200
        idle[0][1].write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        async with asyncio.timeout(PATIENCE_S):
            assert all([await closed(reader) for reader, _ in idle])
        for _, writer in idle:
            writer.close()
        assert (await gateway.json("GET", "/healthz", None))[0] == 200


async def closed(reader: asyncio.StreamReader) -> bool:
    """Wait until the other side has closed, without having said anything."""
    try:
        return await reader.read() == b""
    except ConnectionError:
        return True


async def test_a_revoked_token_ends_what_it_had_opened(supervisor: Supervisor) -> None:
    async with running_gateway(supervisor.state_dir, zoo_settings()) as gateway:
        token = create_token(supervisor.state_dir, "laptop", "eve", Role.USER)
        async with gateway.http.ws_connect(f"{gateway.url}/ws", headers=bearer(token)) as socket:
            wire = Wire(socket)
            await wire.ask("s1", "go", "sleeps")
            await wire.until_chunk("status")
            revoke_token(supervisor.state_dir, "laptop")
            await wire.send("agent_list")
            assert await wire.closed() == aiohttp.WSCloseCode.POLICY_VIOLATION
        assert (await gateway.json("GET", "/api/jobs", None, headers=bearer(token)))[0] == 401
        show = Show(Caller("eve", Role.USER), session_id="s1")
        await supervisor.stop((await supervisor.client.request(show, JobShown)).record.summary.job_id)


async def test_what_is_written_down(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    settings = {**zoo_settings(), "supervisor.log_format": "json"}
    wrong = "a wrong guess of somebody"
    async with (
        running_supervisor(tmp_path, settings) as supervisor,
        running_gateway(supervisor.state_dir, settings) as gateway,
    ):
        for path in (f"/?token={TOKENS['bob']}", f"/?token={MADE_TOKEN}", f"/?token={wrong}"):
            async with gateway.request("GET", path, None, headers=TYPED):
                pass
        async with gateway.request("POST", "/signin", None, data={"token": TOKENS["ops"]}):
            pass
        await gateway.json("GET", "/api/jobs", None, headers=bearer(wrong))
        async with gateway.wire("ann") as wire:
            await wire.ask("s1", "go", "sleeps")
            await wire.until_chunk("status")
            await wire.send("agent_kill", session_id="s1")
            await wire.until("agent_killed")
            await wire.send("agent_kill", session_id="s1")
            await wire.until("agent_kill_error")
            await wire.ask("s2", "go", "nosuch")
            await wire.until("agent_error")
            await wire.send("authenticate", token=TOKENS["bob"])
            await wire.until("error")
        await turn_away(gateway)
        titles = [command_line(process) for process in (supervisor.process.pid, gateway.process.pid)]
        await gateway.end()
    said = capfd.readouterr()
    secrets = [*TOKENS.values(), MADE_TOKEN, wrong, "another-guess"]
    everything = [said.out, said.err, *titles, *files(tmp_path)]
    assert not [secret for secret in secrets for text in everything if secret in text]
    assert audit(said.err) == [
        ("signed_in", {"user": "bob", "role": "user", "how": "address", "address": "127.0.0.1"}),
        ("signed_in", {"user": "local", "role": "operator", "how": "address", "address": "127.0.0.1"}),
        ("refused", {"how": "address", "code": "unauthorized", "address": "127.0.0.1"}),
        ("signed_in", {"user": "ops", "role": "operator", "how": "form", "address": "127.0.0.1"}),
        ("refused", {"how": "token", "code": "unauthorized", "address": "127.0.0.1"}),
        ("signed_in", {"user": "ann", "role": "user", "how": "websocket", "address": "127.0.0.1"}),
        ("submitted", {"user": "ann", "session_id": "s1"}),
        ("stopped", {"user": "ann", "owner": "ann", "rung": "cancel"}),
        ("refused", {"user": "ann", "what": "stop session 's1'", "code": "already_ended"}),
        ("refused", {"user": "ann", "what": "ask", "code": "bad_request"}),
        ("refused", {"user": "ann", "what": "sign in as bob by websocket", "code": "unauthorized"}),
        ("signed_in", {"user": "bob", "role": "user", "how": "address", "address": "127.0.0.1"}),
        *(("refused", {"address": "127.0.0.1", **facts}) for facts in TURNED_AWAY),
    ]


EVIL = "http://evil.example"
TURNED_AWAY: list[dict[str, str]] = [
    {"what": "GET /", "code": "bad_host", "claimed": "evil.example"},
    {"user": "bob", "what": "GET /api/catalog", "code": "bad_host", "claimed": "evil.example"},
    {"what": "GET /ws", "code": "bad_origin", "claimed": EVIL},
    {"what": "POST /signin", "code": "bad_origin", "claimed": EVIL},
    {"user": "bob", "what": "POST /signout", "code": "bad_origin", "claimed": EVIL},
    {"user": "bob", "what": "DELETE /api/conversations/x", "code": "bad_origin"},
    {"user": "bob", "what": "POST /api/drain", "code": "forbidden"},
    {"user": "bob", "what": "GET /metrics", "code": "forbidden"},
]


async def turn_away(gateway: RunningGateway) -> None:
    """Ask what may not be asked: from elsewhere, under a foreign name, as somebody who may not."""
    path = f"/?token={TOKENS['bob']}"
    async with gateway.request("GET", path, None, headers=TYPED) as answer:
        cookie = {"Cookie": answer.headers["Set-Cookie"].partition(";")[0]}
    named, from_there, own = {"Host": "evil.example"}, {"Origin": EVIL}, {"Origin": gateway.url}
    for method, asked, headers in (
        ("GET", "/?token=another-guess", named),
        ("GET", "/api/catalog", cookie | named),
        ("GET", "/ws", from_there),
        ("POST", "/signin", from_there),
        ("POST", "/signout", cookie | from_there),
        ("DELETE", "/api/conversations/x", cookie),
        ("POST", "/api/drain", cookie | own),
        ("GET", "/metrics", cookie),
    ):
        async with gateway.request(method, asked, None, headers=headers) as answer:
            assert answer.status in (401, 403, 421)


async def test_the_audit_log_is_not_filled_by_one_address(
    supervisor: Supervisor, capfd: pytest.CaptureFixture[str]
) -> None:
    settings = {"supervisor.log_format": "json"}
    async with running_gateway(supervisor.state_dir, settings) as gateway:
        for _ in range(AUDITED_REFUSALS.burst + 20):
            async with gateway.request("GET", "/", None, headers={"Host": "evil.example"}) as answer:
                assert answer.status == 421
        await gateway.end()
    written = len(audit(capfd.readouterr().err))
    assert AUDITED_REFUSALS.burst <= written < AUDITED_REFUSALS.burst + 20


def audit(stderr: str) -> list[tuple[str, dict[str, Any]]]:
    """What the audit log says: (action, its facts but those that differ in each run)."""
    records = [json.loads(line) for line in stderr.splitlines() if line.startswith("{")]
    usual = {"at", "level", "logger", "message", "action", "job_id"}
    return [
        (
            record["action"],
            {name: value for name, value in record.items() if name not in usual and "job" not in str(value)},
        )
        for record in records
        if record["logger"] == "gateway.audit"
    ]


def command_line(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text()


def files(folder: Path) -> list[str]:
    """What has been left on disk."""
    return [path.read_bytes().decode(errors="replace") for path in folder.rglob("*") if path.is_file()]
