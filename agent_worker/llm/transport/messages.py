"""The wire of the Messages API: what a request has, and its stream."""

from collections.abc import Sequence
from typing import Any

import anthropic
from anthropic.types import RawMessageStreamEvent

from agent_worker.llm.prompts.requests import Message, Prompt
from agent_worker.llm.settings import ModelSettings
from agent_worker.llm.transport.wire import RequestForm

MessageStream = anthropic.AsyncStream[RawMessageStreamEvent]


class MessagesWire:
    """`POST /v1/messages`."""

    words = "the Messages API"
    path = "/v1/messages"

    def fields(self, prompt: Prompt, settings: ModelSettings, max_tokens: int, form: RequestForm) -> dict[str, Any]:
        return request_fields(prompt, settings, max_tokens, plain=form.plain)

    async def open(self, client: anthropic.AsyncAnthropic, fields: dict[str, Any]) -> MessageStream:
        stream: MessageStream = await client.messages.create(**fields, stream=True)
        return stream


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
