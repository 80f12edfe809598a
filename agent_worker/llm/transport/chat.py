"""The wire of chat completions, which most servers of models speak: what a request has, and its stream."""

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

import anthropic
from anthropic.types import RawMessageStreamEvent

from agent_worker.llm.prompts.requests import Message, Prompt
from agent_worker.llm.settings import ModelSettings
from agent_worker.llm.transport.chat_events import ChatEvents
from agent_worker.llm.transport.wire import RequestForm


class ChatWire:
    """`POST /v1/chat/completions`."""

    words = "chat completions"
    path = "/v1/chat/completions"

    def fields(self, prompt: Prompt, settings: ModelSettings, max_tokens: int, form: RequestForm) -> dict[str, Any]:
        messages = [{"role": "system", "content": prompt.system}]
        messages += [told for message in prompt.messages for told in _messages(message)]
        fields = {"model": settings.model, form.limit_name: max_tokens, "messages": messages, "stream": True}
        if prompt.tools:
            fields["tools"] = [_tool(tool) for tool in prompt.tools]
        if form.plain:
            return fields
        if settings.effort:
            fields["reasoning_effort"] = settings.effort
        if prompt.schema is not None:
            held = {"name": "plan", "schema": prompt.schema, "strict": True}
            fields["response_format"] = {"type": "json_schema", "json_schema": held}
        return fields | {"stream_options": {"include_usage": True}}

    async def open(self, client: anthropic.AsyncAnthropic, fields: dict[str, Any]) -> "ChatStream":
        return await client.post(self.path, cast_to=object, body=fields, stream=True, stream_cls=ChatStream)


class ChatStream(anthropic.AsyncStream[RawMessageStreamEvent]):
    """The chunks of a chat completion as events of the Messages API. Closing the stream closes the connection, as
    there."""

    async def __stream__(self) -> AsyncIterator[RawMessageStreamEvent]:
        events = ChatEvents()
        try:
            async for sent in self._iter_events():
                if sent.data == "[DONE]":
                    for event in events.end():
                        yield event
                    return
                for event in events.of(self._chunk(sent.data)):
                    yield event
        finally:
            await self.response.aclose()

    def _chunk(self, data: str) -> dict[str, Any]:
        """Raises APIStatusError for an error in mid-stream."""
        chunk = json.loads(data or "{}")
        if not isinstance(chunk, dict):
            raise json.JSONDecodeError("a chunk is no object", data, 0)
        if chunk.get("error"):
            raise anthropic.APIStatusError(f"{chunk['error']}", response=self.response, body=chunk)
        return chunk


def _tool(tool: dict[str, Any]) -> dict[str, Any]:
    told = {"name": tool["name"], "description": tool["description"], "parameters": tool["input_schema"]}
    return {"type": "function", "function": told}


def _messages(message: Message) -> Iterator[dict[str, Any]]:
    """The messages that one of the Messages API is: each result of a tool is one of its own."""
    content = message["content"]
    if isinstance(content, str):
        yield {"role": message["role"], "content": content}
        return
    text = "".join(block["text"] for block in content if block["type"] == "text")
    if message["role"] == "assistant":
        yield _said(text, content)
        return
    for block in content:
        if block["type"] == "tool_result":
            yield {"role": "tool", "tool_call_id": block["tool_use_id"], "content": block["content"]}
    if text:
        yield {"role": "user", "content": text}


def _said(text: str, blocks: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What the model has said: its words and its calls; thoughts are not sent back."""
    calls = [
        {
            "id": block["id"],
            "type": "function",
            "function": {"name": block["name"], "arguments": json.dumps(block["input"], ensure_ascii=False)},
        }
        for block in blocks
        if block["type"] == "tool_use"
    ]
    return {"role": "assistant", "content": text or None} | ({"tool_calls": calls} if calls else {})
