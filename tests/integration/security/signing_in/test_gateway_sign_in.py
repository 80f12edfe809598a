"""Who may come in: tokens, the cookie, Origin and Host, the headers of every answer."""

import asyncio
import socket
from http.cookies import SimpleCookie

import pytest

from tests.harness.gateways import MADE_TOKEN, TOKENS, RunningGateway, running_gateway
from tests.harness.servers import Supervisor

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_without_a_token_nothing_answers_but_health_and_sign_in(gateway: RunningGateway) -> None:
    for path in ("/readyz", "/metrics", "/api/jobs", "/api/catalog", "/nowhere", "/assets/index.js"):
        status, error = await gateway.json("GET", path, None)
        assert (status, error["code"]) == (401, "unauthorized"), path
    for path in ("/api/jobs", "/signout"):
        assert (await gateway.json("POST", path, None))[0] == 401
    assert await gateway.json("GET", "/healthz", None) == (200, {"ok": True})
    status, _ = await gateway.json("GET", "/readyz", None, headers={"Authorization": "Bearer wrong"})
    assert status == 401
    async with gateway.request("GET", "/", None) as page:
        assert page.status == 401
        assert page.content_type == "text/html"


async def test_every_answer_carries_the_headers_of_security(gateway: RunningGateway) -> None:
    for path in ("/", "/healthz", "/nowhere", "/api/jobs"):
        async with gateway.request("GET", path) as answer:
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Server"] == "Deadstop"
            assert answer.headers["Referrer-Policy"] == "same-origin"


TYPED = {"Sec-Fetch-Site": "none"}
"""What a browser says of an address that was typed, or opened from a terminal."""


async def sign_in(gateway: RunningGateway, path: str = f"/?token={TOKENS['ann']}") -> dict[str, str]:
    """The cookie header a browser would send after it opened `path`."""
    async with gateway.request("GET", path, None, headers=TYPED) as answer:
        assert answer.status == 303
        assert answer.headers["Location"] == "/"
        cookie = SimpleCookie(answer.headers["Set-Cookie"])[f"deadstop_{gateway.port}"]
    assert cookie["httponly"]
    assert (cookie["samesite"], cookie["path"]) == ("Strict", "/")
    return {"Cookie": f"deadstop_{gateway.port}={cookie.value}"}


async def test_a_token_in_the_address_becomes_a_cookie(gateway: RunningGateway) -> None:
    cookie = await sign_in(gateway)
    assert not any(token in cookie["Cookie"] for token in TOKENS.values())
    assert (await gateway.json("GET", "/api/jobs", None, headers=cookie))[0] == 200
    async with gateway.request("GET", "/", None, headers=cookie) as page:
        assert page.status == 200
    async with gateway.request("GET", "/?token=wrong", None, headers=TYPED) as page:
        assert page.status == 401
        assert "Set-Cookie" not in page.headers
    await sign_in(gateway, f"/?token={MADE_TOKEN}")


@pytest.mark.parametrize("fetch_site", ["cross-site", "same-site", "same-origin", ""])
async def test_a_page_cannot_sign_people_in_by_an_address_with_a_token(
    gateway: RunningGateway, fetch_site: str
) -> None:
    """Over plain HTTP browsers say nothing of where a request comes from, except on loopback."""
    cookie = await sign_in(gateway)
    led = {"Sec-Fetch-Site": fetch_site, "Sec-Fetch-Mode": "navigate"} if fetch_site else {}
    for headers in (led, {**led, **cookie}):
        async with gateway.request("GET", f"/?token={TOKENS['bob']}", None, headers=headers) as page:
            assert page.status == 401
            assert page.content_type == "text/html"
            assert "Set-Cookie" not in page.headers
            assert 'data-testid="confirm-sign-in"' in await page.text()
    async with gateway.request("GET", "/", None, headers={**led, **cookie}) as page:
        assert page.status == 200


async def test_an_address_that_was_typed_or_opened_from_a_terminal_signs_in(gateway: RunningGateway) -> None:
    path = f"/?token={TOKENS['ann']}"
    async with gateway.request("GET", path, None, headers=TYPED) as answer:
        assert answer.status == 303
        assert "Set-Cookie" in answer.headers


async def test_the_form_signs_in_and_out(gateway: RunningGateway) -> None:
    own = {"Origin": gateway.url}
    async with gateway.request("POST", "/signin", None, data={"token": "wrong"}, headers=own) as answer:
        assert answer.status == 401
    form = {"token": f" {TOKENS['ann']}\n"}
    from_elsewhere = {"Origin": "http://evil.example"}
    async with gateway.request("POST", "/signin", None, data=form, headers=from_elsewhere) as answer:
        assert answer.status == 401
    vouched = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    async with gateway.request("POST", "/signin", None, data=form, headers=vouched) as answer:
        assert answer.status == 303
        cookie = {"Cookie": answer.headers["Set-Cookie"].partition(";")[0]}
    async with gateway.request("POST", "/signout", None, headers={**cookie, **own}) as answer:
        assert answer.status == 303
        assert "Max-Age=0" in answer.headers["Set-Cookie"]
    assert (await gateway.json("GET", "/api/jobs", None, headers=cookie))[0] == 401


async def test_signing_out_ends_what_the_cookie_has_opened(gateway: RunningGateway) -> None:
    own = {"Origin": gateway.url}
    left, stays = await sign_in(gateway), await sign_in(gateway)
    async with (
        gateway.wire(None, headers={**left, **own}) as closed,
        gateway.wire(None, headers={**stays, **own}) as other,
        gateway.wire("ann") as program,
    ):
        for wire in (closed, other):
            await wire.send("authenticate")
            assert (await wire.next())["data"]["user_id"] == "ann"
        closing = asyncio.create_task(closed.closed())
        async with gateway.request("POST", "/signout", None, headers={**left, **own}) as answer:
            assert answer.status == 303
        assert await closing == 1008
        for wire in (other, program):
            await wire.send("agent_list")
            assert (await wire.next())["event"] == "agent_jobs"


async def test_the_cookie_survives_a_restart_and_ends_with_its_token(supervisor: Supervisor) -> None:
    async with running_gateway(supervisor.state_dir) as first:
        cookie, port = await sign_in(first), first.port
        with_port = {"gateway.port": port}
    async with running_gateway(supervisor.state_dir, with_port) as second:
        assert (await second.json("GET", "/api/jobs", None, headers=cookie))[0] == 200
    async with running_gateway(supervisor.state_dir, {**with_port, "auth.tokens": []}) as third:
        assert (await third.json("GET", "/api/jobs", None, headers=cookie))[0] == 401


async def test_another_sites_page_cannot_use_the_cookie(gateway: RunningGateway) -> None:
    cookie = await sign_in(gateway)
    body = {"query": "3", "agent": "counts"}
    for headers in ({}, {"Origin": "http://evil.example"}, {"Origin": "http://127.0.0.1:1"}, {"Origin": "null"}):
        status, error = await gateway.json("POST", "/api/jobs", None, headers={**cookie, **headers}, json=body)
        assert (status, error["code"]) == (403, "bad_origin"), headers
        status, _ = await gateway.json("DELETE", "/api/jobs/x", None, headers={**cookie, **headers})
        assert status == 403
    own = {**cookie, "Origin": gateway.url}
    assert (await gateway.json("POST", "/api/jobs", None, headers=own, json=body))[0] == 202
    with_token = {"Origin": "http://evil.example"}
    assert (await gateway.json("POST", "/api/jobs", headers=with_token, json=body))[0] == 202


async def test_the_page_opens_the_websocket_with_its_cookie(gateway: RunningGateway, session: str) -> None:
    cookie = await sign_in(gateway)
    async with gateway.wire(None, headers={**cookie, "Origin": gateway.url}) as wire:
        await wire.send("authenticate", batch=True)
        assert (await wire.next())["data"]["user_id"] == "ann"
        await wire.ask(session, "3", "counts")
        assert (await wire.stream())[-1]["event"] == "agent_complete"
    async with gateway.wire(None, headers=cookie) as wire:
        await wire.send("authenticate")
        assert (await wire.next())["data"]["code"] == "unauthorized"


async def test_a_foreign_name_for_this_machine_is_refused(gateway: RunningGateway) -> None:
    for path in ("/", "/healthz", "/api/jobs", "/ws"):
        status, error = await gateway.json("GET", path, headers={"Host": f"evil.example:{gateway.port}"})
        assert (status, error["code"]) == (421, "bad_host")
    async with gateway.request("GET", "/healthz", headers={"Host": f"localhost:{gateway.port}"}) as answer:
        assert answer.status == 200


async def test_beyond_loopback_the_names_are_checked_too(supervisor: Supervisor) -> None:
    settings = {"gateway.host": "0.0.0.0", "gateway.allowed_hosts": ["Data.example.org"]}
    async with running_gateway(supervisor.state_dir, settings) as gateway:
        for name, status in (
            ("evil.example", 421),
            ("data.example.org.evil.example", 421),
            (f"evil.example:{gateway.port}", 421),
            ("", 421),
            ("data.example.org", 200),
            (f"data.example.org:{gateway.port}", 200),
            (socket.gethostname(), 200),
            ("localhost", 200),
            ("192.0.2.7", 200),
            (f"[2001:db8::7]:{gateway.port}", 200),
        ):
            assert await status_of(gateway, f"GET /healthz HTTP/1.1\r\nHost: {name}") == status, name


async def status_of(gateway: RunningGateway, head: str) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    writer.write(f"{head}\r\nConnection: close\r\n\r\n".encode())
    status = int((await reader.readline()).split()[1])
    writer.close()
    return status


async def test_assets_are_served_for_ever_and_nothing_beside_them(gateway: RunningGateway) -> None:
    for name in ("..%2fsignin.html", "..%2f..%2fmain.py", "%2e%2e%2findex.html", "nowhere.js"):
        async with gateway.request("GET", f"/assets/{name}") as answer:
            assert answer.status == 404, name
