"""A local server that speaks the Messages API: JSON and server-sent events, every fault on demand.

In a test: `async with MessagesServer(script) as server:` then `server.url` and `server.requests`. By hand:
`python -m tests.fakes.messages_server --port 0 --script flights` prints its address as one JSON line; `GET /requests`
tells what it has seen.
"""

import argparse
import asyncio
import json
import signal
from collections.abc import AsyncIterator, Iterator
from itertools import pairwise
from typing import Any

from aiohttp import web

from tests.fakes.replies import CALL_PIECE_CHARS, Fail, Recorded, Say, Script, Use

API_VERSION = "2026-10-21"


class MessagesServer:
    """Serves `/v1/messages` on a loopback port of its own, replying as the script says."""

    def __init__(self, script: Script, *, port: int = 0) -> None:
        self.script = script
        self.requests: list[Recorded] = []
        self._port = port
        self._arrivals = asyncio.Condition()
        app = web.Application(client_max_size=64 << 20)
        app.router.add_post("/v1/messages", self._messages)
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
        recorded = Recorded(await request.json(), headers)
        self.requests.append(recorded)
        async with self._arrivals:
            self._arrivals.notify_all()
        try:
            response = await self._reply(request, recorded)
        except (asyncio.CancelledError, ConnectionResetError):
            recorded.client_left()
            raise
        recorded.finished.set()
        return response

    async def _reply(self, request: web.Request, recorded: Recorded) -> web.StreamResponse:
        reply = _check(recorded) or self.script(recorded)
        if isinstance(reply, Fail):
            return _failure(reply)
        await asyncio.sleep(reply.header_delay_s)
        if reply.then == "silence":
            await asyncio.Event().wait()
        if not recorded.body.get("stream"):
            return web.json_response(_message(recorded, reply, whole=True))
        response = web.StreamResponse(headers={"content-type": "text/event-stream", "request-id": "req_fake"})
        await response.prepare(request)
        async for event in _events(recorded, reply):
            await response.write(event)
        return await _end(request, response, reply)


def _check(recorded: Recorded) -> Fail | None:
    if recorded.headers.get("anthropic-version") != API_VERSION:
        return Fail(400, "invalid_request_error", f"anthropic-version must be {API_VERSION}")
    missing = [name for name in ("model", "max_tokens", "messages") if name not in recorded.body]
    if missing:
        return Fail(400, "invalid_request_error", f"{', '.join(missing)}: Field required")
    if recorded.body["messages"][-1]["role"] != "user":
        return Fail(400, "invalid_request_error", "the last message must be the user's")
    return _check_results(recorded.body["messages"])


def _check_results(messages: list[dict[str, Any]]) -> Fail | None:
    """Each call of a tool has its result in the message that follows."""
    for said, answer in pairwise(messages):
        called, got = _ids(said, "tool_use", "id"), _ids(answer, "tool_result", "tool_use_id")
        if called != got:
            return Fail(400, "invalid_request_error", f"tool_use ids {called} need tool_result blocks, not {got}")
    return None


def _ids(message: dict[str, Any], kind: str, name: str) -> list[str]:
    content = message["content"]
    return [block[name] for block in content if block["type"] == kind] if isinstance(content, list) else []


def _failure(reply: Fail) -> web.Response:
    if reply.body is not None:
        return web.Response(status=reply.status, text=reply.body, headers=reply.headers)
    return web.json_response(reply.json(), status=reply.status, headers=reply.headers)


async def _events(recorded: Recorded, reply: Say) -> AsyncIterator[bytes]:
    yield _sse("message_start", message=_message(recorded, reply, whole=False))
    yield _sse("ping")
    index = 0
    if reply.thinking:
        yield _sse("content_block_start", index=0, content_block={"type": "thinking", "thinking": "", "signature": ""})
        yield _delta(0, type="thinking_delta", thinking=reply.thinking)
        yield _delta(0, type="signature_delta", signature="c2lnbmVk")
        yield _sse("content_block_stop", index=0)
        index = 1
    if reply.tokens or not reply.calls:
        yield _sse("content_block_start", index=index, content_block={"type": "text", "text": ""})
    for number, token in enumerate(reply.tokens):
        if reply.hold is not None and number >= reply.hold_at:
            await reply.hold.wait()
        await asyncio.sleep(reply.delay_s)
        yield _delta(index, type="text_delta", text=token)
        recorded.tokens_sent += 1
        recorded.first_token.set()
    if reply.hold is not None and reply.calls and reply.hold_at >= len(reply.tokens):
        await reply.hold.wait()
    if reply.tokens and reply.calls:
        yield _sse("content_block_stop", index=index)
        index += 1
    for at, call in enumerate(reply.calls, index):
        for event in _call(recorded, at, call):
            yield event
            recorded.first_token.set()
    if reply.error:
        error = {"type": reply.error, "message": "scripted"}
        yield _sse("error", error=error)
    elif reply.then == "end":
        if not reply.calls:
            yield _sse("content_block_stop", index=index)
        usage = {"output_tokens": reply.final_tokens} if reply.counts else None
        yield _sse("message_delta", delta={"stop_reason": reply.ending, "stop_sequence": None}, usage=usage)
        yield _sse("message_stop")


def _call(recorded: Recorded, index: int, call: Use) -> Iterator[bytes]:
    number = sum(1 for message in recorded.body["messages"] if message["role"] == "assistant")
    block = {"type": "tool_use", "id": f"toolu_{number}_{index}", "name": call.name, "input": {}}
    yield _sse("content_block_start", index=index, content_block=block)
    for at in range(0, len(call.json), CALL_PIECE_CHARS):
        yield _delta(index, type="input_json_delta", partial_json=call.json[at : at + CALL_PIECE_CHARS])
    yield _sse("content_block_stop", index=index)


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


def _message(recorded: Recorded, reply: Say, *, whole: bool) -> dict[str, Any]:
    content: list[dict[str, Any]] = []
    if whole and reply.thinking:
        content.append({"type": "thinking", "thinking": reply.thinking, "signature": "c2lnbmVk"})
    if whole:
        content.append({"type": "text", "text": "".join(reply.tokens)})
    message: dict[str, Any] = {"id": "msg_fake", "type": "message", "role": "assistant", "content": content}
    message |= {"model": recorded.body["model"], "stop_sequence": None}
    message["stop_reason"] = reply.ending if whole else None
    if reply.counts:
        message["usage"] = reply.usage | {"output_tokens": reply.final_tokens if whole else 1}
    return message


def _delta(index: int, **delta: str) -> bytes:
    return _sse("content_block_delta", index=index, delta=delta)


def _sse(event: str, **data: Any) -> bytes:
    return f"event: {event}\ndata: {json.dumps({'type': event, **data})}\n\n".encode()


async def _serve(arguments: argparse.Namespace) -> None:
    from tests.fakes.scripts import named

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    script = named(arguments.script, words=arguments.words, delay_s=arguments.delay_s)
    async with MessagesServer(script, port=arguments.port) as server:
        print(json.dumps({"url": server.url, "script": arguments.script}), flush=True)
        await stop.wait()


def main() -> None:
    from tests.fakes.scripts import NAMES

    parser = argparse.ArgumentParser(description="A local server that speaks the Messages API.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--script", choices=NAMES, default="flights")
    parser.add_argument("--words", type=int, default=60, help="length of an answer")
    parser.add_argument("--delay-s", type=float, default=0.03, help="seconds between two tokens")
    asyncio.run(_serve(parser.parse_args()))


if __name__ == "__main__":
    main()
