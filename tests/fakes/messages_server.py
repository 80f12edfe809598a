"""A local server of a model, on the wire of the Messages API or of chat completions: every fault on demand.

In a test: `async with MessagesServer(script) as server:` then `server.url` and `server.requests`. By hand:
`python -m tests.fakes.messages_server --port 0 --script flights` prints its address as one JSON line; `GET /requests`
tells what it has seen.
"""

import argparse
import asyncio
import json
import signal
from collections.abc import AsyncIterator, Collection

from aiohttp import web

from tests.fakes.replies import Fail, Recorded, Say, Script
from tests.fakes.wires import CHAT, MESSAGES, Wire


class MessagesServer:
    """Serves these wires on a loopback port of its own, replying as the script says. `chatty` are models that know only
    chat completions."""

    def __init__(
        self, script: Script, *, port: int = 0, wires: Collection[str] = ("messages",), chatty: Collection[str] = ()
    ) -> None:
        self.script = script
        self._chatty = chatty
        self.requests: list[Recorded] = []
        self._port = port
        self._arrivals = asyncio.Condition()
        app = web.Application(client_max_size=64 << 20)
        if "messages" in wires:
            app.router.add_post(MESSAGES.path, self._messages)
        if "chat" in wires:
            app.router.add_post(CHAT.path, self._messages)
        app.router.add_get("/requests", self._seen)
        # With cancellation, a handler ends at the moment its client leaves: that moment is what tests measure.
        self._runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=0.1)
        self.url = ""

    async def __aenter__(self) -> "MessagesServer":
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def request(self, number: int) -> Recorded:
        """The request with this number (from 1), once it has arrived."""
        async with self._arrivals:
            await self._arrivals.wait_for(lambda: len(self.requests) >= number)
        return self.requests[number - 1]

    async def _seen(self, _: web.Request) -> web.Response:
        return web.json_response([recorded.summary() for recorded in self.requests])

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        wire = CHAT if request.path == CHAT.path else MESSAGES
        raw = await request.json()
        if wire is MESSAGES and raw["model"] in self._chatty:
            raise web.HTTPNotFound
        recorded = Recorded(wire.body(raw), headers, raw, wire.name)
        self.requests.append(recorded)
        async with self._arrivals:
            self._arrivals.notify_all()
        try:
            response = await self._reply(request, recorded, wire)
        except (asyncio.CancelledError, ConnectionResetError):
            recorded.client_left()
            raise
        recorded.finished.set()
        return response

    async def _reply(self, request: web.Request, recorded: Recorded, wire: Wire) -> web.StreamResponse:
        reply = wire.check(recorded) or self.script(recorded)
        if isinstance(reply, Fail):
            return _failure(reply, wire)
        await asyncio.sleep(reply.header_delay_s)
        if reply.then == "silence":
            await asyncio.Event().wait()
        if not recorded.body.get("stream"):
            return web.json_response(wire.whole(recorded, reply))
        response = web.StreamResponse(headers={"content-type": "text/event-stream", "request-id": "req_fake"})
        await response.prepare(request)
        async for event in _events(recorded, reply, wire):
            await response.write(event)
        return await _end(request, response, reply)


async def _events(recorded: Recorded, reply: Say, wire: Wire) -> AsyncIterator[bytes]:
    renderer = wire.renderer(recorded, reply)
    yield renderer.begin()
    if reply.thinking:
        yield renderer.thought(reply.thinking)
    for number, token in enumerate(reply.tokens):
        if reply.hold is not None and number >= reply.hold_at:
            await reply.hold.wait()
        await asyncio.sleep(reply.delay_s)
        yield renderer.token(token)
        recorded.tokens_sent += 1
        recorded.first_token.set()
    if reply.hold is not None and reply.calls and reply.hold_at >= len(reply.tokens):
        await reply.hold.wait()
    for number, call in enumerate(reply.calls):
        for event in renderer.call(number, call):
            yield event
            recorded.first_token.set()
    if reply.error:
        yield renderer.error(reply.error)
    elif reply.then == "end":
        yield renderer.end()


async def _end(request: web.Request, response: web.StreamResponse, reply: Say) -> web.StreamResponse:
    if reply.then == "stall":
        await asyncio.Event().wait()
    if reply.then == "garbage":
        await response.write(b"event: content_block_delta\ndata: {not json\n\n")
    if reply.then == "drop":
        assert request.transport is not None
        request.transport.abort()
    else:
        await response.write_eof()
    return response


def _failure(reply: Fail, wire: Wire) -> web.Response:
    if reply.body is not None:
        return web.Response(status=reply.status, text=reply.body, headers=reply.headers)
    return web.json_response(wire.failure(reply), status=reply.status, headers=reply.headers)


async def _serve(arguments: argparse.Namespace) -> None:
    from tests.fakes.scripts import named

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    script = named(arguments.script, words=arguments.words, delay_s=arguments.delay_s)
    wires = (arguments.wire,) if arguments.wire else ("messages", "chat")
    async with MessagesServer(script, port=arguments.port, wires=wires) as server:
        print(json.dumps({"url": server.url, "script": arguments.script}), flush=True)
        await stop.wait()


def main() -> None:
    from tests.fakes.scripts import NAMES

    parser = argparse.ArgumentParser(description="A local server that speaks the Messages API.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--script", choices=NAMES, default="flights")
    parser.add_argument("--wire", choices=("messages", "chat"), help="by default both are spoken")
    parser.add_argument("--words", type=int, default=60, help="length of an answer")
    parser.add_argument("--delay-s", type=float, default=0.03, help="seconds between two tokens")
    asyncio.run(_serve(parser.parse_args()))


if __name__ == "__main__":
    main()
