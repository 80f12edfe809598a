"""What the fake model server may reply, and what it records of every request."""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

CALL_PIECE_CHARS = 12
"""How the arguments of a call stream."""

Ending = Literal["end", "drop", "stall", "silence", "cut", "garbage"]


@dataclass(frozen=True)
class Use:
    """A call of a tool. `raw` replaces the JSON of its arguments."""

    name: str
    arguments: dict[str, Any] = field(default_factory=dict)
    raw: str | None = None

    @property
    def json(self) -> str:
        return json.dumps(self.arguments) if self.raw is None else self.raw


@dataclass(frozen=True)
class Say:
    """A message, streamed token by token (or whole, to a request that does not stream), and then calls of tools.

    `hold` keeps the tokens from number `hold_at` on back until it is set. `then` is how it ends: `end` properly,
    `drop` breaks the connection, `cut` leaves the last events out, `garbage` sends what is not JSON, `stall` says
    no more until the client leaves, `silence` sends not even headers. `error` sends an `error` event of that type
    instead of the end. `counts` off leaves the usage out.
    """

    tokens: tuple[str, ...] = ()
    calls: tuple[Use, ...] = ()
    thinking: str = ""
    delay_s: float = 0.0
    header_delay_s: float = 0.0
    hold: asyncio.Event | None = None
    hold_at: int = 0
    stop_reason: str = "end_turn"
    then: Ending = "end"
    error: str = ""
    input_tokens: int = 100
    cached_tokens: int = 0
    written_tokens: int = 0
    output_tokens: int | None = None
    counts: bool = True

    @property
    def usage(self) -> dict[str, int]:
        return {
            "input_tokens": self.input_tokens,
            "cache_read_input_tokens": self.cached_tokens,
            "cache_creation_input_tokens": self.written_tokens,
        }

    @property
    def final_tokens(self) -> int:
        called = sum(-(-len(call.json) // CALL_PIECE_CHARS) for call in self.calls)
        return len(self.tokens) + called if self.output_tokens is None else self.output_tokens

    @property
    def ending(self) -> str:
        """Its stop reason."""
        return "tool_use" if self.calls and self.stop_reason == "end_turn" else self.stop_reason

    @property
    def goes_silent(self) -> bool:
        """Whether only its client's impatience ends it."""
        return self.then in ("stall", "silence")


@dataclass(frozen=True)
class Fail:
    """An HTTP error instead of a message. `body` replaces the usual JSON."""

    status: int
    type: str = "api_error"
    message: str = "scripted"
    headers: dict[str, str] = field(default_factory=dict)
    error_code: str = ""
    body: str | None = None

    def json(self) -> dict[str, Any]:
        details = {"details": {"error_code": self.error_code}} if self.error_code else {}
        return {"type": "error", "error": {"type": self.type, "message": self.message, **details}}


Reply = Say | Fail


@dataclass
class Recorded:
    """One request as the server saw it, header names in lower case. Times are `time.monotonic()` seconds.

    `body` is what the Messages API would have, whatever `wire` it came on; `raw` is what came.

    `left` is set once the client has closed its connection before the end, `finished` once everything was sent,
    `first_token` once the first token was.
    """

    body: dict[str, Any]
    headers: dict[str, str]
    raw: dict[str, Any] = field(default_factory=dict)
    wire: str = "messages"
    began_at: float = field(default_factory=time.monotonic)
    left_at: float | None = None
    tokens_sent: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    first_token: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    finished: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def system(self) -> str:
        system = self.body.get("system", "")
        return system if isinstance(system, str) else "".join(block["text"] for block in system)

    @property
    def results(self) -> list[str]:
        """What the tools gave that the last message brings."""
        content = self.body["messages"][-1]["content"]
        blocks = content if isinstance(content, list) else []
        return [block["content"] for block in blocks if block["type"] == "tool_result"]

    @property
    def tools(self) -> list[str]:
        return [tool["name"] for tool in self.body.get("tools", ())]

    @property
    def last_message(self) -> str:
        content = self.body["messages"][-1]["content"]
        if isinstance(content, str):
            return content
        return "\n".join(block.get("text") or block.get("content") or "" for block in content)

    def client_left(self) -> None:
        self.left_at = time.monotonic()
        self.left.set()

    def summary(self) -> dict[str, Any]:
        """What another process may ask for: no headers, so that no key is shown."""
        return {
            "began_at": self.began_at,
            "left_at": self.left_at,
            "finished": self.finished.is_set(),
            "tokens_sent": self.tokens_sent,
            "body": self.body,
        }


def use(name: str, **arguments: Any) -> Say:
    """A reply that calls this tool."""
    return Say(calls=(Use(name, arguments),))


Script = Callable[[Recorded], Reply]


def words(text: str, **rest: Any) -> Say:
    """The text as a reply, a token for each word."""
    parts = text.split(" ")
    return Say((*(f"{part} " for part in parts[:-1]), parts[-1]), **rest)


def in_turn(*replies: Reply) -> Script:
    """One reply after the other; a request too many is an error that says so."""
    waiting = list(replies)

    def script(_: Recorded) -> Reply:
        return waiting.pop(0) if waiting else Fail(400, "invalid_request_error", "the script has no more replies")

    return script
