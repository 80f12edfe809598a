"""The blocks of a reply as they stream: what is sent back to the model with the results of its calls."""

import json
from typing import Any

from anthropic.types import RawMessageStreamEvent

from agent_worker.whole_text import whole, whole_json

_PLAIN = frozenset(("text", "tool_use"))


class Blocks:
    """Collects the blocks of one reply."""

    def __init__(self) -> None:
        self._blocks: dict[int, dict[str, Any]] = {}
        self.call_chars = 0
        """Characters of the arguments of calls."""

    def take(self, event: RawMessageStreamEvent) -> None:
        if event.type == "content_block_start":
            block = event.content_block.model_dump(exclude_none=True)
            self._blocks[event.index] = block | ({"input": ""} if block["type"] == "tool_use" else {})
        elif event.type == "content_block_delta" and event.index in self._blocks:
            self._add(self._blocks[event.index], event.delta)

    def _add(self, block: dict[str, Any], delta: Any) -> None:
        if delta.type == "input_json_delta":
            self.call_chars += len(delta.partial_json)
            block["input"] = block.get("input", "") + delta.partial_json
        for name in ("text", "thinking", "signature"):
            if delta.type == f"{name}_delta":
                block[name] = block.get(name, "") + getattr(delta, name)

    def whole(self, *, plain: bool) -> list[dict[str, Any]]:
        """The blocks as the Messages API takes them back: without empty texts, and without thoughts where the server
        knows none."""
        blocks = [self._whole(block) for _, block in sorted(self._blocks.items())]
        told = [block for block in blocks if block["type"] != "text" or block.get("text", "").strip()]
        return [block for block in told if not plain or block["type"] in _PLAIN]

    @staticmethod
    def _whole(block: dict[str, Any]) -> dict[str, Any]:
        joined = {name: whole(value) if isinstance(value, str) else value for name, value in block.items()}
        return joined if block["type"] != "tool_use" else {**joined, "input": _arguments(joined["input"])}


def _arguments(text: str) -> dict[str, Any]:
    """A call's arguments; what is no object is none."""
    try:
        value = whole_json(json.loads(text or "{}", strict=False))
    except (json.JSONDecodeError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
