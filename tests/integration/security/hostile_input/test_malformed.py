"""What is no HTTP is answered as everything else is: our error body, our headers, and nothing of what was read."""

import asyncio

import msgspec
import pytest

from gateway.http_api.security.headers import HEADERS
from gateway.wire.errors import ErrorBody
from tests.harness.gateways import RunningGateway

pytestmark = pytest.mark.asyncio(loop_scope="module")

ANSWER_WITHIN_S = 60.0

MALFORMED = {
    "garbage": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "no method": b"/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "odd method": b"G\x00T / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "odd version": b"GET / HTTP/x.y\r\nHost: localhost\r\n\r\n",
    "two lengths": b"POST /signin HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "odd length": b"POST /signin HTTP/1.1\r\nHost: localhost\r\nContent-Length: many\r\n\r\n",
    "smuggling": b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\na",
    "odd header": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nBad Name: x\r\n\r\n",
    "header without colon": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n<script>\r\n\r\n",
    "NUL in a header": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: a\x00b\r\n\r\n",
    "long line": b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "long header": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: " + b"<b>" * 10_000 + b"\r\n\r\n",
    "many headers": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + b"X-A: b\r\n" * 5_000 + b"\r\n",
    "odd address": b"GET http://[::1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "odd chunk": b"POST /signin HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "odd expectation": b"POST /signin HTTP/1.1\r\nHost: localhost\r\nExpect: a miracle\r\nContent-Length: 0\r\n\r\n",
}


async def answer_to(gateway: RunningGateway, sent: bytes) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of the answer to these bytes, after which the connection is closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    try:
        writer.write(sent)
        async with asyncio.timeout(ANSWER_WITHIN_S):
            answer = await reader.read()
    finally:
        writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    return int(first.split()[1]), {name: value for name, _, value in (line.partition(": ") for line in lines)}, body


@pytest.mark.parametrize("name", MALFORMED)
async def test_it_is_answered_with_our_body_and_headers(gateway: RunningGateway, name: str) -> None:
    status, headers, body = await answer_to(gateway, MALFORMED[name])
    assert 400 <= status < 500
    assert headers["Content-Type"].partition(";")[0] == "application/json"
    found = msgspec.json.decode(body, type=ErrorBody)
    assert found.code in ("bad_request", "too_large")
    assert b"<" not in body
    assert {header: headers.get(header) for header in HEADERS} == HEADERS
    assert headers["Server"] == "Deadstop"
    assert "aiohttp" not in (body.decode() + str(headers)).lower()


async def test_the_gateway_goes_on(gateway: RunningGateway) -> None:
    assert (await gateway.json("GET", "/healthz", None))[0] == 200
