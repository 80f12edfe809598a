"""What has come of one reply, as it streams."""

from typing import Any

from anthropic.types import RawMessageStreamEvent

from agent_worker.llm.meter import Call
from agent_worker.llm.transport.blocks import Blocks
from agent_worker.llm.transport.thoughts import Thoughts
from agent_worker.whole_text import TextPieces, utf8_bytes

MOST_TOKENS = 10**9
"""The most tokens that one call can count: more, or less than none, is no count."""


class StreamedReply:
    """What has come of one reply so far: `text` and `thinking`, its blocks with calls of tools, how it ended, and its
    cost."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self.blocks = Blocks()
        self.text = ""
        self.thinking = ""
        self._pieces = {"text": TextPieces(), "thinking": TextPieces()}
        self._thoughts = Thoughts()
        self.stop_reason: str | None = None
        self.explanation = ""
        self.ended = False

    def take(self, event: RawMessageStreamEvent) -> str:
        """Note an event of the stream; gives the new text in it. Raises BudgetExceeded."""
        self.blocks.take(event)
        if event.type == "content_block_delta":
            return self._delta(event.delta)
        if event.type == "content_block_start" and event.content_block.type == "text":
            return self._said(event.content_block.text or "")
        if event.type == "message_start":
            self._counted_input(event.message.usage)
        elif event.type == "message_delta":
            self._closing(event)
        elif event.type == "message_stop":
            self.ended = True
            return self._rest()
        return ""

    def _delta(self, delta: Any) -> str:
        if delta.type == "text_delta":
            return self._said(delta.text)
        if delta.type == "thinking_delta":
            self.thinking += self._pieces["thinking"].add(delta.thinking)
            self.call.produced(utf8_bytes(delta.thinking))
        if delta.type == "input_json_delta":
            self.call.produced(utf8_bytes(delta.partial_json))
        return ""

    def _said(self, piece: str) -> str:
        thought, text = self._thoughts.split(self._pieces["text"].add(piece))
        self.thinking += thought
        self.text += text
        self.call.produced(utf8_bytes(piece))
        return text

    def _rest(self) -> str:
        """The text that was held back until it was clear that nothing follows."""
        words = self._said(half) if (half := self._pieces["text"].end()) else ""
        thought, text = self._thoughts.end()
        self.thinking += thought
        self.text += text
        return words + text

    def _closing(self, event: Any) -> None:
        self.stop_reason = event.delta.stop_reason or self.stop_reason
        details = getattr(event.delta, "stop_details", None)
        self.explanation = getattr(details, "explanation", None) or self.explanation
        self._counted_input(event.usage)  # some servers know it only then
        self.call.finished(_count(event.usage, "output_tokens"))

    def _counted_input(self, usage: Any) -> None:
        names = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
        self.call.started(*(_count(usage, name) for name in names))


def _count(usage: Any, name: str) -> int:
    # The SDK builds its types without checking: a server that leaves figures out gives None, for the whole too.
    found = getattr(usage, name, None)
    return int(found) if isinstance(found, int | float) and 0 <= found <= MOST_TOKENS else 0
