"""What the fake model server speaks: a script's replies, and the requests it sees, on the wire of the Messages API or
of chat completions. The script knows only the first."""

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Protocol

from tests.fakes.replies import CALL_PIECE_CHARS, Fail, Recorded, Say, Use

API_VERSION = "2026-10-21"
Body = dict[str, Any]


class Renderer(Protocol):
    """The bytes of one streamed reply, piece by piece, in this order."""

    def begin(self) -> bytes: ...
    def thought(self, text: str) -> bytes: ...
    def token(self, text: str) -> bytes: ...
    def call(self, number: int, call: Use) -> Iterator[bytes]: ...
    def error(self, kind: str) -> bytes: ...
    def end(self) -> bytes: ...


class Wire(Protocol):
    name: str
    path: str

    def body(self, raw: Body) -> Body:
        """The request as the Messages API has it."""

    def check(self, recorded: Recorded) -> Fail | None:
        """What a server says of a request that is not right."""

    def failure(self, reply: Fail) -> Body: ...

    def whole(self, recorded: Recorded, reply: Say) -> Body:
        """The reply to a request that does not stream."""

    def renderer(self, recorded: Recorded, reply: Say) -> Renderer: ...


def turns(recorded: Recorded) -> int:
    """How often the model has spoken before."""
    return sum(message["role"] == "assistant" for message in recorded.body["messages"])


def _call_pieces(call: Use) -> Iterator[str]:
    for at in range(0, len(call.json), CALL_PIECE_CHARS):
        yield call.json[at : at + CALL_PIECE_CHARS]


def _missing(body: Body, *names: str) -> Fail | None:
    absent = [name for name in names if name not in body]
    return Fail(400, "invalid_request_error", f"{', '.join(absent)}: Field required") if absent else None


def _check_messages(messages: list[Body]) -> Fail | None:
    """The last word is the user's, and each call of a tool has its result in the message that follows."""
    if messages[-1]["role"] != "user":
        return Fail(400, "invalid_request_error", "the last message must be the user's")
    for said, answer in pairwise(messages):
        called, got = _ids(said, "tool_use", "id"), _ids(answer, "tool_result", "tool_use_id")
        if called != got:
            return Fail(400, "invalid_request_error", f"tool_use ids {called} need tool_result blocks, not {got}")
    return None


def _ids(message: Body, kind: str, name: str) -> list[str]:
    content = message["content"]
    return [block[name] for block in content if block["type"] == kind] if isinstance(content, list) else []


class _Messages:
    name, path = "messages", "/v1/messages"

    def body(self, raw: Body) -> Body:
        return raw

    def check(self, recorded: Recorded) -> Fail | None:
        if recorded.headers.get("anthropic-version") != API_VERSION:
            return Fail(400, "invalid_request_error", f"anthropic-version must be {API_VERSION}")
        missing = _missing(recorded.body, "model", "max_tokens", "messages")
        return missing or _check_messages(recorded.body["messages"])

    def failure(self, reply: Fail) -> Body:
        return reply.json()

    def whole(self, recorded: Recorded, reply: Say) -> Body:
        return _message(recorded, reply, whole=True)

    def renderer(self, recorded: Recorded, reply: Say) -> Renderer:
        return _MessagesRenderer(recorded, reply)


class _MessagesRenderer:
    def __init__(self, recorded: Recorded, reply: Say) -> None:
        self._recorded, self._reply = recorded, reply
        self._index = -1
        self._open = ""

    def begin(self) -> bytes:
        start = _sse("message_start", message=_message(self._recorded, self._reply, whole=False)) + _sse("ping")
        return start + (b"" if self._reply.thinking or self._reply.calls else self._text())

    def thought(self, text: str) -> bytes:
        begun = self._block({"type": "thinking", "thinking": "", "signature": ""})
        told = _delta(self._index, type="thinking_delta", thinking=text)
        signed = _delta(self._index, type="signature_delta", signature="c2lnbmVk")
        return begun + told + signed + (b"" if self._reply.calls else self._text())

    def token(self, text: str) -> bytes:
        return self._text() + _delta(self._index, type="text_delta", text=text)

    def call(self, number: int, call: Use) -> Iterator[bytes]:
        name = f"toolu_{turns(self._recorded)}_{self._index + 1}"
        yield self._block({"type": "tool_use", "id": name, "name": call.name, "input": {}})
        for piece in _call_pieces(call):
            yield _delta(self._index, type="input_json_delta", partial_json=piece)
        yield self._close()

    def error(self, kind: str) -> bytes:
        return _sse("error", error={"type": kind, "message": "scripted"})

    def end(self) -> bytes:
        usage = {"output_tokens": self._reply.final_tokens} if self._reply.counts else None
        delta = {"stop_reason": self._reply.ending, "stop_sequence": None}
        return self._close() + _sse("message_delta", delta=delta, usage=usage) + _sse("message_stop")

    def _text(self) -> bytes:
        return b"" if self._open == "text" else self._block({"type": "text", "text": ""})

    def _block(self, block: Body) -> bytes:
        closed = self._close()
        self._index, self._open = self._index + 1, block["type"]
        return closed + _sse("content_block_start", index=self._index, content_block=block)

    def _close(self) -> bytes:
        was, self._open = self._open, ""
        return _sse("content_block_stop", index=self._index) if was else b""


def _message(recorded: Recorded, reply: Say, *, whole: bool) -> Body:
    content: list[Body] = []
    if whole and reply.thinking:
        content.append({"type": "thinking", "thinking": reply.thinking, "signature": "c2lnbmVk"})
    if whole:
        content.append({"type": "text", "text": "".join(reply.tokens)})
    message: Body = {"id": "msg_fake", "type": "message", "role": "assistant", "content": content}
    message |= {"model": recorded.body["model"], "stop_sequence": None}
    message["stop_reason"] = reply.ending if whole else None
    if reply.counts:
        message["usage"] = reply.usage | {"output_tokens": reply.final_tokens if whole else 1}
    return message


def _delta(index: int, **delta: str) -> bytes:
    return _sse("content_block_delta", index=index, delta=delta)


def _sse(event: str, **data: Any) -> bytes:
    return f"event: {event}\ndata: {json.dumps({'type': event, **data})}\n\n".encode()


class _Chat:
    name, path = "chat", "/v1/chat/completions"

    def body(self, raw: Body) -> Body:
        """What both wires have, in the words of the first; `raw` is kept beside it."""
        told: Body = {name: raw[name] for name in ("model", "max_tokens", "stream") if name in raw}
        messages = raw.get("messages", [])
        told["system"] = "".join(message["content"] for message in messages if message["role"] == "system")
        told["messages"] = _from_chat([message for message in messages if message["role"] != "system"])
        if "tools" in raw:
            told["tools"] = [_tool_from_chat(tool["function"]) for tool in raw["tools"]]
        if "response_format" in raw:
            schema = raw["response_format"]["json_schema"]["schema"]
            told["output_config"] = {"format": {"type": "json_schema", "schema": schema}}
        return told

    def check(self, recorded: Recorded) -> Fail | None:
        missing = _missing(recorded.raw, "model", "messages")
        return missing or _check_messages(recorded.body["messages"])

    def failure(self, reply: Fail) -> Body:
        code = {"enforced_spend_limit_reached": "insufficient_quota"}.get(reply.error_code)
        return {"error": {"message": reply.message, "type": reply.type, "param": None, "code": code}}

    def whole(self, recorded: Recorded, reply: Say) -> Body:
        said = {"role": "assistant", "content": "".join(reply.tokens)}
        choice = {"index": 0, "message": said, "finish_reason": _chat_ending(reply)}
        return {
            "id": "chatcmpl-fake",
            "object": "chat.completion",
            "model": recorded.body["model"],
            "choices": [choice],
        }

    def renderer(self, recorded: Recorded, reply: Say) -> Renderer:
        return _ChatRenderer(recorded, reply)


class _ChatRenderer:
    def __init__(self, recorded: Recorded, reply: Say) -> None:
        self._recorded, self._reply = recorded, reply

    def begin(self) -> bytes:
        return self._chunk({"role": "assistant", "content": ""})

    def thought(self, text: str) -> bytes:
        return self._chunk({"reasoning_content": text})

    def token(self, text: str) -> bytes:
        return self._chunk({"content": text})

    def call(self, number: int, call: Use) -> Iterator[bytes]:
        begun = {"index": number, "id": f"call_{turns(self._recorded)}_{number}", "type": "function"}
        yield self._chunk({"tool_calls": [begun | {"function": {"name": call.name, "arguments": ""}}]})
        for piece in _call_pieces(call):
            yield self._chunk({"tool_calls": [{"index": number, "function": {"arguments": piece}}]})

    def error(self, kind: str) -> bytes:
        return _data({"error": {"message": "scripted", "type": kind, "code": None}})

    def end(self) -> bytes:
        reply = self._reply
        ended = self._chunk({}, finish_reason=_chat_ending(reply))
        wanted = (self._recorded.raw.get("stream_options") or {}).get("include_usage")
        return ended + (_data(self._usage()) if reply.counts and wanted else b"") + b"data: [DONE]\n\n"

    def _usage(self) -> Body:
        reply = self._reply
        counted: Body = {
            "prompt_tokens": reply.input_tokens + reply.cached_tokens,
            "completion_tokens": reply.final_tokens,
            "prompt_tokens_details": {"cached_tokens": reply.cached_tokens},
        }
        return {"id": "chatcmpl-fake", "object": "chat.completion.chunk", "choices": [], "usage": counted}

    def _chunk(self, delta: Body, finish_reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
        return _data({"id": "chatcmpl-fake", "object": "chat.completion.chunk", "choices": [choice], "usage": None})


def _chat_ending(reply: Say) -> str:
    words = {"end_turn": "stop", "tool_use": "tool_calls", "max_tokens": "length", "refusal": "content_filter"}
    return words.get(reply.ending, reply.ending)


def _data(chunk: Body) -> bytes:
    return f"data: {json.dumps(chunk)}\n\n".encode()


def _tool_from_chat(tool: Body) -> Body:
    return {"name": tool["name"], "description": tool["description"], "input_schema": tool["parameters"]}


def _from_chat(messages: list[Body]) -> list[Body]:
    """Results that follow each other are one message of the user."""
    found: list[Body] = []
    for message in messages:
        if message["role"] != "tool":
            found.append(_one_from_chat(message))
            continue
        block = {"type": "tool_result", "tool_use_id": message["tool_call_id"], "content": message["content"]}
        if found and found[-1]["role"] == "user" and isinstance(found[-1]["content"], list):
            found[-1]["content"].append(block)
        else:
            found.append({"role": "user", "content": [block]})
    return found


def _one_from_chat(message: Body) -> Body:
    calls = message.get("tool_calls")
    if not calls:
        return {"role": message["role"], "content": message["content"]}
    said = [{"type": "text", "text": message["content"]}] if message["content"] else []
    uses = [
        {
            "type": "tool_use",
            "id": call["id"],
            "name": call["function"]["name"],
            "input": json.loads(call["function"]["arguments"]),
        }
        for call in calls
    ]
    return {"role": "assistant", "content": [*said, *uses]}


MESSAGES: Wire = _Messages()
CHAT: Wire = _Chat()
