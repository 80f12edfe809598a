"""Connections below aiohttp's requests: which are idle, which are closed because nobody signs in on them.

`HttpConnection.close_if_idle` reads `RequestHandler._waiter` of aiohttp, which is not public; these tests hold
what it means, and fail where it has gone.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from gateway.auth.anonymous_limits import AnonymousLimits
from gateway.http_api.security.middleware import unreadable
from gateway.http_connection import HttpConnection

PATIENCE_S = 20.0
REQUEST = b"GET /%s HTTP/1.1\r\nHost: localhost\r\n\r\n"
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Served:
    """A server whose `/waits` is answered when `go_on` is set."""

    def __init__(self, manager: web.Server, port: int, asked: asyncio.Event, go_on: asyncio.Event) -> None:
        self.manager = manager
        self.port = port
        self.asked = asked
        self.go_on = go_on

    def close_idle(self) -> None:
        for connection in self.manager.connections:
            assert isinstance(connection, HttpConnection)
            connection.close_if_idle()


@asynccontextmanager
async def served(limits: AnonymousLimits[HttpConnection]) -> AsyncIterator[Served]:
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def waits(request: web.Request) -> web.Response:
        asked.set()
        await go_on.wait()
        return web.Response(text="answered")

    async def at_once(request: web.Request) -> web.Response:
        return web.Response(text="at once")

    app = web.Application()
    app.add_routes([web.get("/waits", waits), web.get("/at_once", at_once)])
    runner = web.AppRunner(app, shutdown_timeout=0.0)
    await runner.setup()
    manager = runner.server
    assert manager is not None
    loop = asyncio.get_running_loop()
    site = await loop.create_server(lambda: HttpConnection(manager, limits, unreadable), "127.0.0.1", 0)
    try:
        yield Served(manager, site.sockets[0].getsockname()[1], asked, go_on)
    finally:
        site.close()
        await runner.cleanup()


@pytest.fixture
async def server() -> AsyncIterator[Served]:
    async with served(AnonymousLimits(100, 100, timeout_s=3600.0)) as running:
        yield running


@asynccontextmanager
async def connected(server: Served) -> AsyncIterator[Streams]:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        async with asyncio.timeout(PATIENCE_S):
            yield reader, writer
    finally:
        writer.close()


async def answer(reader: asyncio.StreamReader, text: bytes) -> None:
    """Read an answer, whose body is `text`, to its end."""
    await reader.readuntil(text)


async def test_a_connection_that_waits_for_its_next_request_is_idle(server: Served) -> None:
    async with connected(server) as (reader, writer):
        writer.write(REQUEST % b"at_once")
        await answer(reader, b"at once")
        writer.write(REQUEST % b"at_once")  # the connection stays open between requests
        await answer(reader, b"at once")
        while not reader.at_eof():
            server.close_idle()
            await asyncio.sleep(0)
        assert not server.manager.connections


async def test_one_that_has_begun_a_request_and_not_finished_it_is_idle_too(server: Served) -> None:
    async with connected(server) as (reader, writer):
        writer.write(REQUEST % b"at_once" + b"GET /at_once HTTP/1.1\r\nHost: local")  # read in one go
        await answer(reader, b"at once")
        while not reader.at_eof():
            server.close_idle()
            await asyncio.sleep(0)


async def test_one_whose_request_is_being_answered_is_not_and_is_answered(server: Served) -> None:
    async with connected(server) as (reader, writer):
        writer.write(REQUEST % b"waits")
        await server.asked.wait()
        server.close_idle()
        server.go_on.set()
        await answer(reader, b"answered")


async def test_requests_that_came_together_are_all_answered(server: Served) -> None:
    async with connected(server) as (reader, writer):
        writer.write(REQUEST % b"waits" + REQUEST % b"at_once")
        await server.asked.wait()
        server.close_idle()
        server.go_on.set()
        await answer(reader, b"answered")
        await answer(reader, b"at once")


async def test_the_oldest_of_too_many_is_closed() -> None:
    limits: AnonymousLimits[HttpConnection] = AnonymousLimits(1, 100, timeout_s=3600.0)
    async with served(limits) as server, connected(server) as (first, writer):
        writer.write(REQUEST % b"at_once")
        await answer(first, b"at once")
        async with connected(server) as (second, writer):
            assert await first.read() == b""
            writer.write(REQUEST % b"at_once")
            await answer(second, b"at once")
        assert limits.turned_away == 1


async def test_one_that_has_its_time_without_signing_in_is_closed() -> None:
    limits: AnonymousLimits[HttpConnection] = AnonymousLimits(100, 100, timeout_s=0.01)
    async with served(limits) as server, connected(server) as (reader, _):
        assert await reader.read() == b""
        assert (len(limits), limits.turned_away) == (0, 1)
