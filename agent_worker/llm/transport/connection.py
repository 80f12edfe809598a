"""One request to the model and its stream, over the SDK; no retries here."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from dataclasses import replace

import anthropic
import httpx2
import msgspec

from agent_worker.llm.errors import ModelError, ToolsRefused
from agent_worker.llm.meter import CHARS_PER_TOKEN, Call, Meter
from agent_worker.llm.prompts.requests import Prompt
from agent_worker.llm.settings import HOSTED, ModelSettings
from agent_worker.llm.transport.chat import ChatWire
from agent_worker.llm.transport.failures import (
    CATCH,
    NotSpoken,
    dislikes_limit_name,
    dislikes_rich_form,
    dislikes_tools,
    dropped,
    model_error,
    not_spoken,
    plan_too_long,
    speaks_none,
    stop_error,
)
from agent_worker.llm.transport.messages import MessageStream, MessagesWire
from agent_worker.llm.transport.reply import StreamedReply
from agent_worker.llm.transport.wire import RequestForm, Wire

_NO_KEY = "none"
"""Servers on one's own machine need no key, but the SDK does."""

Enough = Callable[[str], bool]
"""Takes each new text of a reply, and says whether no more of it is needed."""


_NO_STREAMS = ("text/html", "application/json")

END_S = 0.5
"""How long the end of a reply may take that is whole already, for the sake of the server's own count of tokens."""


WIRES: dict[str, Wire] = {"messages": MessagesWire(), "chat": ChatWire()}


def wires(settings: ModelSettings) -> list[Wire]:
    """The wires to try, in this order."""
    if settings.root_url == HOSTED:
        return [WIRES["messages"]]
    return list(WIRES.values()) if settings.wire == "auto" else [WIRES[settings.wire]]


class ModelConnection:
    """The connection to one model server, for one job. Make it after the fork."""

    def __init__(self, settings: ModelSettings, meter: Meter, tls: ssl.SSLContext | None) -> None:
        self._settings = settings
        self._meter = meter
        self._client = _client(settings, tls, self._note_sent)
        self._sending: Call | None = None
        self._form = RequestForm(plain=settings.structured_output == "plain")
        self.wire, *self._others = wires(settings)
        self._refused: list[str] = []
        self.settled = False
        """Whether the server is known to speak the wire."""
        self.holds_schema = True
        """Whether the server holds replies to a schema, as far as is known: until one is seen that was to be held to it
        and is not."""

    @property
    def plain(self) -> bool:
        return self._form.plain

    def use(self, settings: ModelSettings) -> None:
        """Ask another model of the same server."""
        self._settings = settings

    @property
    def sends_schema(self) -> bool:
        """Whether plans are asked for with a schema that may prove not to be held."""
        return self._settings.structured_output == "auto" and not self.plain and self.holds_schema

    def take_wire(self, wire: Wire) -> None:
        """Note that the server speaks this wire."""
        self.wire, self.settled = wire, True

    async def close(self) -> None:
        await self._client.close()

    def begin(self, prompt: Prompt) -> StreamedReply:
        """Count a call that `stream` is about to make. Raises BudgetExceeded."""
        return StreamedReply(self._meter.begin(prompt.size_bytes))

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
            raise model_error(error, self._settings, self.wire.words) from error
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

    async def _open(self, prompt: Prompt, reply: StreamedReply) -> MessageStream:
        try:
            while True:
                try:
                    stream = await self._send(prompt, reply.call)
                    self.settled = True
                    return stream
                except (anthropic.APIStatusError, NotSpoken) as error:
                    self._adapt(prompt, error)
        except BaseException as error:
            taken = not isinstance(error, anthropic.APIStatusError | ToolsRefused | ModelError)
            if not (taken and reply.call.was_sent):
                reply.call.refused()
            raise

    def _adapt(self, prompt: Prompt, error: anthropic.APIStatusError | NotSpoken) -> None:
        """Take the form, or the wire, that the server may like better. Raises what it says where there is none."""
        if isinstance(error, anthropic.APIStatusError):
            if prompt.tools and dislikes_tools(error):
                raise ToolsRefused("the model's server takes no tools") from error
            if dislikes_limit_name(error) and self._form.limit_name == "max_tokens":
                self._form = replace(self._form, limit_name="max_completion_tokens")
                return
            if not self.plain and self._settings.structured_output == "auto" and dislikes_rich_form(error):
                self._form = replace(self._form, plain=True)
                return
        if self.settled or (found := not_spoken(error, self._settings)) is None:
            raise error
        self._refused.append(f"{self.wire.words} ({self.wire.path}: {found})")
        if not self._others:
            raise speaks_none(self._refused, self._settings) from error
        self.wire = self._others.pop(0)

    async def _send(self, prompt: Prompt, call: Call) -> MessageStream:
        max_tokens = self._longest(prompt)
        if call.reply_limit is not None:
            max_tokens = min(max_tokens, call.reply_limit[0])
        if not self.holds_schema:
            prompt = msgspec.structs.replace(prompt, schema=None)
        fields = self.wire.fields(prompt, self._settings, max_tokens, self._form)
        call.max_tokens = max_tokens
        call.not_sent()
        self._sending = call
        stream = await self.wire.open(self._client, fields)
        kind = stream.response.headers.get("content-type", "").partition(";")[0]
        if kind in _NO_STREAMS:
            await stream.close()
            raise NotSpoken(f"it answers with {kind}")
        return stream

    async def _note_sent(self, request: httpx2.Request) -> None:
        """Have it noted when the request goes, which is later than it is made: there may be no connection yet."""
        call = self._sending

        async def trace(name: str, _: object) -> None:
            if call is not None and name.endswith("send_request_headers.started"):
                call.sent()

        request.extensions["trace"] = trace


async def _take_end(events: MessageStream, reply: StreamedReply) -> None:
    """The end of a reply that is whole, if it comes at once: not where the model goes on."""
    with suppress(TimeoutError, *CATCH):
        async with asyncio.timeout(END_S):
            async for event in events:
                if reply.take(event).strip("` \n"):
                    return


Hook = Callable[[httpx2.Request], Awaitable[None]]


def _client(settings: ModelSettings, tls: ssl.SSLContext | None, before: Hook) -> anthropic.AsyncAnthropic:
    timeout = httpx2.Timeout(settings.read_timeout_s, connect=settings.connect_timeout_s)
    http = anthropic.DefaultAsyncHttpxClient(verify=tls if tls is not None else True, timeout=timeout)
    http.event_hooks["request"].append(before)
    return anthropic.AsyncAnthropic(
        api_key=settings.api_key or _NO_KEY,
        base_url=settings.root_url,
        timeout=timeout,
        max_retries=0,  # the SDK waits in silence, for as long as a server asks it to
        http_client=http,
        # The SDK sends the key as a bearer's; servers of one's own may look for it elsewhere.
        default_headers={"x-api-key": settings.api_key} if settings.api_key and settings.base_url else {},
        open_telemetry=False,
    )
