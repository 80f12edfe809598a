"""What a model client needs and a fork can share, built once before the fork."""

import asyncio
import json
import ssl
from contextlib import suppress
from typing import Any

import anthropic
import anyio
import httpx2

from agent_worker.llm.meter import Meter
from agent_worker.llm.prompts.requests import Prompt
from agent_worker.llm.settings import ModelSettings
from agent_worker.llm.transport.connection import WIRES
from agent_worker.llm.transport.reply import StreamedReply
from agent_worker.llm.transport.wire import RequestForm, Wire

_shared: ssl.SSLContext | None = None

_MESSAGES: list[dict[str, Any]] = [
    {"type": "message_start", "message": {"content": [], "usage": {"input_tokens": 1, "output_tokens": 1}}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": "", "signature": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "."}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "."}},
    {"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "."}},
    {
        "type": "content_block_start",
        "index": 2,
        "content_block": {"type": "tool_use", "id": "1", "name": "t", "input": {}},
    },
    {"type": "content_block_delta", "index": 2, "delta": {"type": "input_json_delta", "partial_json": "{}"}},
    {"type": "content_block_stop", "index": 2},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 1}},
    {"type": "message_stop"},
]
_CHAT: list[dict[str, Any]] = [
    {"choices": [{"delta": {"reasoning_content": ".", "content": "."}}]},
    {"choices": [{"delta": {"tool_calls": [{"index": 0, "id": "1", "function": {"name": "t", "arguments": "{}"}}]}}]},
    {"choices": [{"delta": {}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 1, "completion_tokens": 1}},
]
_STREAMS = {
    "messages": "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in _MESSAGES),
    "chat": "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in _CHAT) + "data: [DONE]\n\n",
}
"""A whole reply on each wire."""


def preload() -> None:
    """Build the TLS context, and live through a reply on each wire within this process: the SDK imports and builds much
    at its first request and its first events, 0.1 to 0.5 s in which a stop would wait. A client made after the fork
    then costs 2 ms, not 50 to 100. Starts no thread and opens no connection."""
    global _shared
    _shared = httpx2.create_ssl_context()
    anthropic.DefaultAsyncHttpxClient(verify=_shared)
    asyncio.run(_replies())


def tls_context(root_url: str) -> ssl.SSLContext | None:
    """The shared context; without a preload a new one where the address needs TLS, and None where it does not."""
    if _shared is not None or not root_url.startswith("https:"):
        return _shared
    return httpx2.create_ssl_context()


async def _replies() -> None:
    anyio.get_cancelled_exc_class()  # loads its side of the event loop, which the HTTP client needs
    for name, wire in WIRES.items():
        await _reply(wire, 200, _STREAMS[name])
        with suppress(anthropic.NotFoundError):
            await _reply(wire, 404, '{"error": {"type": "not_found_error", "message": "."}}')


async def _reply(wire: Wire, status: int, text: str) -> None:
    def answer(_: httpx2.Request) -> httpx2.Response:
        kind = "text/event-stream" if status == 200 else "application/json"
        return httpx2.Response(status, headers={"content-type": kind}, text=text)

    prompt = Prompt("answer", ".", ({"role": "user", "content": "."},))
    fields = wire.fields(prompt, ModelSettings(), 1, RequestForm())
    http = httpx2.AsyncClient(transport=httpx2.MockTransport(answer))
    reply = StreamedReply(Meter().begin(prompt.size_bytes))
    client = anthropic.AsyncAnthropic(api_key="none", http_client=http, max_retries=0, open_telemetry=False)
    async with client:
        async for event in await wire.open(client, fields):
            reply.take(event)
