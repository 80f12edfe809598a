"""What of an agent's events would be too large, or cannot be sent."""

import msgspec
import pytest

from agent_worker.runtime.event_limits import asked_within_limits, within_limits
from bus.contract.events import Chart, Clarification, Event, ModelCall, Node, Sql, Status, Tool, Warn

LARGE = "x" * 20_000_000


@pytest.mark.parametrize(
    "event",
    [
        Sql(LARGE),
        Chart({"data": [LARGE]}),
        ModelCall(LARGE, LARGE, "started"),
        Status(LARGE),
        Node(LARGE, "started"),
        Tool(LARGE, {LARGE: LARGE}, "started", found=LARGE),
    ],
    ids=lambda event: type(event).__name__,
)
def test_no_event_is_large(event: Event) -> None:
    assert max(len(msgspec.json.encode(one)) for one in within_limits(event)) < 1024 * 1024


def test_a_chart_that_is_left_out_is_told() -> None:
    assert list(within_limits(Chart({"data": [1]}))) == [Chart({"data": [1]})]
    (said,) = within_limits(Chart({"data": [LARGE]}))
    assert isinstance(said, Warn)
    assert "is not shown; the limit is 1,048,576" in said.message


def test_a_chart_without_an_encoding_is_left_to_who_sends_it() -> None:
    chart = Chart({"data": object()})
    assert list(within_limits(chart)) == [chart]


def test_what_is_asked_back_is_not_large() -> None:
    asked = asked_within_limits(Clarification(LARGE, [LARGE] * 1_000, LARGE))
    assert len(msgspec.json.encode(asked)) < 100_000
    plain = Clarification("Which?", ["a", "b"], "SELECT 1")
    assert asked_within_limits(plain) == plain


def test_half_characters_do_not_keep_an_event_from_being_sent() -> None:
    for event in (Sql("a\ud83d"), Status("a\ud83d"), Tool("t", {"a": "\ud83d"}, "started")):
        msgspec.json.encode(list(within_limits(event)))
