"""Events that are not as their wire has them are a fault of the server's, told in words."""

from typing import Any

import pytest
from anthropic.types import RawContentBlockDeltaEvent, TextDelta

from agent_worker.llm.meter import Meter
from agent_worker.llm.settings import ModelSettings
from agent_worker.llm.transport.chat_events import ChatEvents
from agent_worker.llm.transport.failures import CATCH, model_error
from agent_worker.llm.transport.reply import StreamedReply

SETTINGS = ModelSettings(base_url="http://127.0.0.1:1", model="fake")


def read(chunk: dict[str, Any]) -> None:
    reply = StreamedReply(Meter().begin(100))
    for event in ChatEvents().of(chunk):
        reply.take(event)


@pytest.mark.parametrize(
    "chunk",
    [
        {"choices": [None]},
        {"choices": 5},
        {"choices": [{"delta": "text"}]},
        {"choices": [{"delta": {"content": {"a": 1}}}]},
        {"choices": [{"delta": {"content": [5]}}]},
        {"choices": [{"delta": {"tool_calls": [None]}}]},
        {"choices": [{"delta": {"tool_calls": [{"function": "x"}]}}]},
        {"choices": [{"delta": {"tool_calls": [{"function": {"name": "t", "arguments": {"a": 1}}}]}}]},
    ],
)
def test_chunks_of_chat_completions(chunk: dict[str, Any]) -> None:
    with pytest.raises(CATCH) as caught:
        read(chunk)
    error = model_error(caught.value, SETTINGS, "chat completions")
    assert error.code == "llm_server_error"
    assert "does not speak chat completions as it should: an event of its stream cannot be read" in error.message


@pytest.mark.parametrize("delta", [None, "text", {"type": "text_delta"}, {"type": "text_delta", "text": 5}])
def test_events_of_the_messages_api(delta: Any) -> None:
    built = TextDelta.model_construct(**delta) if isinstance(delta, dict) else delta
    event = RawContentBlockDeltaEvent.model_construct(type="content_block_delta", index=0, delta=built)
    with pytest.raises(CATCH):
        StreamedReply(Meter().begin(100)).take(event)
