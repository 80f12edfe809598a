"""One request to the model and its stream, over the SDK; no retries here."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import suppress
from typing import Any

import anthropic
import httpx2
from anthropic.types import RawMessageStreamEvent

from agent_worker.llm.errors import ToolsRefused
from agent_worker.llm.meter import CHARS_PER_TOKEN, Call, Meter
from agent_worker.llm.prompts.requests import Message, Prompt
from agent_worker.llm.settings import ModelSettings
from agent_worker.llm.transport.blocks import Blocks
from agent_worker.llm.transport.failures import (
    CATCH,
    dislikes_rich_form,
    dislikes_tools,
    dropped,
    model_error,
    plan_too_long,
    stop_error,
)

_NO_KEY = "none"
"""Servers on one's own machine need no key, but the SDK does."""

Enough = Callable[[str], bool]
"""Takes each new text of a reply, and says whether no more of it is needed."""

END_S = 0.5
"""How long the end of a reply may take that is whole already, for the sake of the server's own count of tokens."""


def request_fields(prompt: Prompt, settings: ModelSettings, max_tokens: int, *, plain: bool) -> dict[str, Any]:
    """The request's fields. The plain form has only what every server of the Messages API knows."""
    fields: dict[str, Any] = {
        "model": settings.model,
        "max_tokens": max_tokens,
        "messages": list(prompt.messages),
        "system": prompt.system,
    }
    if prompt.tools:
        fields["tools"] = list(prompt.tools)
    if plain:
        return fields
    if prompt.tools:
        fields["messages"] = _cached(prompt.messages)
    config: dict[str, Any] = {"effort": settings.effort} if settings.effort else {}
    if prompt.schema is not None:
        config["format"] = {"type": "json_schema", "schema": prompt.schema}
    if config:
        fields["output_config"] = config
    block = {"type": "text", "text": prompt.system, "cache_control": {"type": "ephemeral"}}
    return fields | {"system": [block], "thinking": {"type": "adaptive", "display": "summarized"}}


def _cached(messages: Sequence[Message]) -> list[Message]:
    """The first message is sent again with each turn that follows it: what fits the question is cached too."""
    first, *rest = messages
    block = {"type": "text", "text": first["content"], "cache_control": {"type": "ephemeral"}}
    return [{**first, "content": [block]}, *rest]


class StreamedReply:
    """What has come of one reply so far: `text` and `thinking`, its blocks with calls of tools, how it ended, and its
    cost."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self.blocks = Blocks()
        self.text = ""
        self.thinking = ""
        self.stop_reason: str | None = None
        self.explanation = ""
        self.ended = False

    def take(self, event: RawMessageStreamEvent) -> str:
        """Note an event of the stream; gives the new text in it. Raises BudgetExceeded."""
        self.blocks.take(event)
        if event.type == "content_block_delta":
            return self._delta(event.delta)
        if event.type == "content_block_start" and event.content_block.type == "text":
            return self._said(event.content_block.text)
        if event.type == "message_start":
            usage = event.message.usage
            if usage is not None:  # else the estimate stays
                names = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
                self.call.started(*(_count(usage, name) for name in names))
        elif event.type == "message_delta":
            self._closing(event)
        elif event.type == "message_stop":
            self.ended = True
        return ""

    def _delta(self, delta: Any) -> str:
        if delta.type == "text_delta":
            return self._said(delta.text)
        if delta.type == "thinking_delta":
            self.thinking += delta.thinking
            self.call.produced(len(delta.thinking))
        if delta.type == "input_json_delta":
            self.call.produced(len(delta.partial_json))
        return ""

    def _said(self, text: str) -> str:
        self.text += text
        self.call.produced(len(text))
        return text

    def _closing(self, event: Any) -> None:
        self.stop_reason = event.delta.stop_reason or self.stop_reason
        details = getattr(event.delta, "stop_details", None)
        self.explanation = getattr(details, "explanation", None) or self.explanation
        self.call.finished(_count(event.usage, "output_tokens"))


class ModelConnection:
    """The connection to one model server, for one job. Make it after the fork."""

    def __init__(self, settings: ModelSettings, meter: Meter, tls: ssl.SSLContext | None) -> None:
        self._settings = settings
        self._meter = meter
        self._client = _client(settings, tls)
        self.plain = settings.structured_output == "plain"

    async def close(self) -> None:
        await self._client.close()

    def begin(self, prompt: Prompt) -> StreamedReply:
        """Count a call that `stream` is about to make. Raises BudgetExceeded."""
        return StreamedReply(self._meter.begin(prompt.chars))

    async def stream(
        self, prompt: Prompt, reply: StreamedReply, enough: Enough = lambda _: False
    ) -> AsyncGenerator[str, None]:
        """The texts of the reply as they come; closing the iterator, or cancelling, closes the connection, and so does
        `enough` once it says so.

        Raises ModelError, BudgetExceeded and ToolsRefused; `reply` holds what came until then.
        """
        try:
            async with await self._open(prompt, reply) as events:
                async for event in events:
                    if text := reply.take(event):
                        yield text
                    if reply.blocks.call_chars > self._settings.max_plan_tokens * CHARS_PER_TOKEN:
                        raise plan_too_long(self._settings)
                    if text and enough(text):
                        await _take_end(events, reply)
                        return
        except CATCH as error:
            raise model_error(error, self._settings) from error
        self._check_end(prompt, reply)

    def _check_end(self, prompt: Prompt, reply: StreamedReply) -> None:
        if not reply.ended and reply.stop_reason is None:
            raise dropped(f"the answer of {self._settings.root_url} ended before its end")
        limit = reply.call.reply_limit
        if reply.stop_reason == "max_tokens" and limit is not None and limit[0] < self._longest(prompt):
            raise limit[1]
        if reply.stop_reason == "max_tokens" and prompt.plans:
            raise plan_too_long(self._settings, plain=self.plain)
        if error := stop_error(reply.stop_reason, self._settings, reply.explanation):
            raise error

    def _longest(self, prompt: Prompt) -> int:
        """How many tokens a reply may have, whatever is left of the budget. What a model thinks counts too: where it
        may, the length of a plan is held by us alone."""
        settings = self._settings
        return (
            min(settings.max_tokens, settings.max_plan_tokens) if self.plain and prompt.plans else settings.max_tokens
        )

    async def _open(self, prompt: Prompt, reply: StreamedReply) -> anthropic.AsyncStream[RawMessageStreamEvent]:
        try:
            try:
                return await self._send(prompt, reply.call)
            except anthropic.APIStatusError as error:
                if prompt.tools and dislikes_tools(error):
                    raise ToolsRefused("the model's server takes no tools") from error
                if self.plain or self._settings.structured_output != "auto" or not dislikes_rich_form(error):
                    raise
            self.plain = True
            return await self._send(prompt, reply.call)
        except (anthropic.APIStatusError, ToolsRefused):
            reply.call.refused()
            raise
        except anthropic.APIConnectionError as error:
            if isinstance(error.__cause__, httpx2.ConnectError | httpx2.ConnectTimeout):
                reply.call.refused()
            raise

    async def _send(self, prompt: Prompt, call: Call) -> anthropic.AsyncStream[RawMessageStreamEvent]:
        max_tokens = self._longest(prompt)
        if call.reply_limit is not None:
            max_tokens = min(max_tokens, call.reply_limit[0])
        fields = request_fields(prompt, self._settings, max_tokens, plain=self.plain)
        stream: anthropic.AsyncStream[RawMessageStreamEvent]
        stream = await self._client.messages.create(**fields, stream=True)
        return stream


async def _take_end(events: anthropic.AsyncStream[RawMessageStreamEvent], reply: StreamedReply) -> None:
    """The end of a reply that is whole, if it comes at once: not where the model goes on."""
    with suppress(TimeoutError, *CATCH):
        async with asyncio.timeout(END_S):
            async for event in events:
                if reply.take(event).strip("` \n"):
                    return


def _count(usage: Any, name: str) -> int:
    # The SDK builds its types without checking: a server that leaves figures out gives None, for the whole too.
    return int(getattr(usage, name, None) or 0)


def _client(settings: ModelSettings, tls: ssl.SSLContext | None) -> anthropic.AsyncAnthropic:
    timeout = httpx2.Timeout(settings.read_timeout_s, connect=settings.connect_timeout_s)
    http = anthropic.DefaultAsyncHttpxClient(verify=tls if tls is not None else True, timeout=timeout)
    return anthropic.AsyncAnthropic(
        api_key=settings.api_key or _NO_KEY,
        base_url=settings.root_url,
        timeout=timeout,
        max_retries=0,  # the SDK waits in silence, for as long as a server asks it to
        http_client=http,
        open_telemetry=False,
    )
