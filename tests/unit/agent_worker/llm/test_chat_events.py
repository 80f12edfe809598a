"""What servers of chat completions send, as the events of the Messages API."""

from typing import Any

import pytest

from agent_worker.llm.meter import Meter
from agent_worker.llm.transport.chat_events import ChatEvents
from agent_worker.llm.transport.reply import StreamedReply


def reply_of(*deltas: dict[str, Any], **more: Any) -> StreamedReply:
    """The reply that these deltas are."""
    events, reply = ChatEvents(), StreamedReply(Meter().begin(100))
    for delta in deltas:
        for event in events.of({"choices": [{"index": 0, "delta": delta, **more}]}):
            reply.take(event)
    for event in events.end():
        reply.take(event)
    return reply


def call(number: int | None, name: str = "", arguments: str = "", given: str | None = None) -> dict[str, Any]:
    told = {"index": number, "id": given, "function": {"name": name, "arguments": arguments}}
    return {"tool_calls": [{key: value for key, value in told.items() if value is not None}]}


def uses(reply: StreamedReply) -> list[tuple[str, str, dict[str, Any]]]:
    blocks = reply.blocks.whole(plain=True)
    return [(block["id"], block["name"], block["input"]) for block in blocks if block["type"] == "tool_use"]


def test_calls_side_by_side_are_kept_apart() -> None:
    reply = reply_of(
        {"content": "Look."},
        call(0, "find", given="a"),
        call(1, "peek", given="b"),
        call(0, arguments='{"words": '),
        call(1, arguments='{"sql": "S"}'),
        call(0, arguments='"x"}'),
    )
    assert uses(reply) == [("a", "find", {"words": "x"}), ("b", "peek", {"sql": "S"})]
    assert reply.text == "Look."


def test_servers_that_number_every_call_the_same() -> None:
    reply = reply_of(call(0, "find", '{"words": "x"}', "a"), call(0, "peek", '{"sql": "S"}', "b"))
    assert uses(reply) == [("a", "find", {"words": "x"}), ("b", "peek", {"sql": "S"})]


def test_servers_that_repeat_a_name_or_leave_numbers_out() -> None:
    reply = reply_of(call(None, "find", '{"words": ', "a"), call(None, "find", '"x"}', "a"))
    assert uses(reply) == [("a", "find", {"words": "x"})]


def test_calls_without_ids_get_some() -> None:
    reply = reply_of(call(0, "find", '{"words": "x"}'), call(1, "peek", "{}"))
    assert [(name, bool(given)) for given, name, _ in uses(reply)] == [("find", True), ("peek", True)]
    assert len({given for given, _, _ in uses(reply)}) == 2


def test_thoughts_are_counted_and_not_sent_back() -> None:
    reply = reply_of({"reasoning_content": "hm"}, {"reasoning": "hm"}, {"content": "x"})
    assert (reply.thinking, reply.text) == ("hmhm", "x")
    assert [block["type"] for block in reply.blocks.whole(plain=False)] == ["text"]


def test_empty_chunks_say_nothing() -> None:
    events = ChatEvents()
    chunks: list[dict[str, Any]] = [{}, {"choices": []}, {"choices": None}, {"choices": [{"delta": None}]}]
    for chunk in [*chunks, {"usage": None}]:
        assert list(events.of(chunk)) == []


def test_a_refusal_ends_as_one() -> None:
    assert reply_of({"refusal": "No."}, finish_reason="stop").stop_reason == "refusal"


def test_a_character_that_is_cut_in_two_is_one() -> None:
    assert reply_of({"content": "a\ud83d"}, {"content": "\ude00b"}).text == "a😀b"
    assert reply_of({"content": "a\ud83d"}).text == "a�"
    given = reply_of(call(0, "find", '{"words": "\ud83d', given="a"), call(0, arguments='\ude00\\ud83d"}'))
    assert uses(given) == [("a", "find", {"words": "😀�"})]


def test_only_the_choice_that_was_asked_for_counts_whatever_form_its_text_has() -> None:
    events, reply = ChatEvents(), StreamedReply(Meter().begin(100))
    parts = [{"type": "thinking", "thinking": []}, {"type": "text", "text": "A"}]
    chunk = {"choices": [{"index": 1, "delta": {"content": "B"}}, {"index": 0, "message": {"content": parts}}]}
    for event in events.of(chunk):
        reply.take(event)
    assert reply.text == "A"


def test_an_end_that_is_none_is_told_apart() -> None:
    reasons = ("stop", "abort", "SAFETY", "length", "of its own")
    told = [reply_of({"content": "x"}, finish_reason=reason).stop_reason for reason in reasons]
    assert told == ["end_turn", "pause_turn", "refusal", "max_tokens", "of its own"]


@pytest.mark.parametrize(
    "usage", [5, {"prompt_tokens": "5"}, {"prompt_tokens": -5, "completion_tokens": -7}, {"completion_tokens": 10**400}]
)
def test_a_wrong_figure_costs_neither_the_answer_nor_the_count(usage: Any) -> None:
    events, reply = ChatEvents(), StreamedReply(Meter().begin(100))
    for event in events.of({"choices": [{"delta": {"content": "x"}, "finish_reason": "stop"}], "usage": usage}):
        reply.take(event)
    assert reply.text == "x"
    assert 0 <= reply.call.input_tokens < 1_000
    assert 0 <= reply.call.output_tokens < 1_000


@pytest.mark.parametrize(
    ("cached", "counted"), [(40, (60, 40)), (10**6, (0, 100)), (-(10**6), (100, 0)), ("all", (100, 0))]
)
def test_a_cache_gives_no_more_than_was_asked(cached: Any, counted: tuple[int, int]) -> None:
    events, reply = ChatEvents(), StreamedReply(Meter().begin(100))
    usage = {"prompt_tokens": 100, "prompt_tokens_details": {"cached_tokens": cached}, "completion_tokens": 1}
    for event in events.of({"choices": [], "usage": usage}):
        reply.take(event)
    assert (reply.call.input_tokens, reply.call.cached_tokens) == counted
