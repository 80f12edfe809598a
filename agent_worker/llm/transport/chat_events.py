"""Chunks of chat completions as events of the Messages API, so that one reader reads both. Pure."""

import math
from collections.abc import Iterator
from typing import Any

from anthropic import types
from anthropic.types import RawMessageStreamEvent

_ENDS = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "function_call": "tool_use",
    "content_filter": "refusal",
    **dict.fromkeys(("safety", "recitation", "prohibited_content", "blocklist"), "refusal"),
    **dict.fromkeys(("error", "abort", "cancelled", "insufficient_system_resource"), "pause_turn"),
}
"""What other servers call an end that is none has to be told apart, or half an answer is taken for a whole one."""
_THOUGHT = -1
"""The block of thoughts, which is never begun: they are not sent back."""
_TEXT = 0


class ChatEvents:
    """Takes the chunks of one reply in order."""

    def __init__(self) -> None:
        self._begun: set[int] = set()
        self._calls: dict[int, tuple[str, int]] = {}
        """The calls of tools by the number that the server gives them: each one's id, and the block that it is."""

    def of(self, chunk: dict[str, Any]) -> Iterator[RawMessageStreamEvent]:
        """The events that a chunk is."""
        for choice in chunk.get("choices") or []:
            if choice.get("index"):  # one was asked for
                continue
            delta = choice.get("delta") or choice.get("message") or {}
            thought = delta.get("reasoning_content") or delta.get("reasoning")
            if isinstance(thought, str):
                yield _delta(_THOUGHT, types.ThinkingDelta.model_construct(type="thinking_delta", thinking=thought))
            if text := _text_of(delta.get("content") or delta.get("refusal")):
                yield from self._text(text)
            for call in delta.get("tool_calls") or []:
                yield from self._call(call)
            if reason := choice.get("finish_reason"):
                reason = "content_filter" if delta.get("refusal") else reason
                yield _ended(_ENDS.get(str(reason).lower(), reason), None)
        if usage := chunk.get("usage"):
            yield from _counted(usage)

    def end(self) -> Iterator[RawMessageStreamEvent]:
        """The events of the stream's end."""
        yield types.RawMessageStopEvent.model_construct(type="message_stop")

    def _text(self, text: str) -> Iterator[RawMessageStreamEvent]:
        if _TEXT not in self._begun:
            self._begun.add(_TEXT)
            yield _start(_TEXT, types.TextBlock.model_construct(type="text", text=""))
        yield _delta(_TEXT, types.TextDelta.model_construct(type="text_delta", text=text))

    def _call(self, call: dict[str, Any]) -> Iterator[RawMessageStreamEvent]:
        told = call.get("function") or {}
        number, name, given = call.get("index") or 0, told.get("name") or "", call.get("id") or ""
        known = self._calls.get(number)
        # Some servers number every call 0: another id is another call.
        if known is None or (given and name and given != known[0]):
            block = len(self._begun | {_TEXT})
            known = self._calls[number] = (given or f"call_{block}", block)
            self._begun.add(block)
            begun = types.ToolUseBlock.model_construct(type="tool_use", id=known[0], name=name, input={})
            yield _start(block, begun)
        if arguments := told.get("arguments"):
            piece = types.InputJSONDelta.model_construct(type="input_json_delta", partial_json=arguments)
            yield _delta(known[1], piece)


def _text_of(content: Any) -> str:
    """Some servers send the content as a list of parts."""
    if isinstance(content, list):
        return "".join(part.get("text") or "" for part in content if part.get("type") == "text")
    return content or ""


def _start(index: int, block: Any) -> RawMessageStreamEvent:
    return types.RawContentBlockStartEvent.model_construct(type="content_block_start", index=index, content_block=block)


def _delta(index: int, delta: Any) -> RawMessageStreamEvent:
    return types.RawContentBlockDeltaEvent.model_construct(type="content_block_delta", index=index, delta=delta)


def _ended(reason: str | None, output_tokens: int | None) -> RawMessageStreamEvent:
    delta = types.raw_message_delta_event.Delta.model_construct(stop_reason=reason)
    usage = types.MessageDeltaUsage.model_construct(output_tokens=output_tokens)
    return types.RawMessageDeltaEvent.model_construct(type="message_delta", delta=delta, usage=usage)


def _number(figures: Any, name: str) -> int:
    """A wrong figure is none: the answer is worth more."""
    found = figures.get(name) if isinstance(figures, dict) else None
    return int(found) if isinstance(found, int | float) and 0 <= found < math.inf else 0


def _counted(usage: Any) -> Iterator[RawMessageStreamEvent]:
    """The server's own count. Of its input a part may have come from its cache."""
    cached = _number(usage.get("prompt_tokens_details") if isinstance(usage, dict) else None, "cached_tokens")
    prompt = _number(usage, "prompt_tokens")
    cached = min(cached, prompt)
    counted = types.Usage.model_construct(input_tokens=prompt - cached, cache_read_input_tokens=cached)
    message = types.Message.model_construct(usage=counted)
    yield types.RawMessageStartEvent.model_construct(type="message_start", message=message)
    yield _ended(None, _number(usage, "completion_tokens"))
