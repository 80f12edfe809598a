"""Whatever the network does, each event is delivered once and in order."""

from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.transport.delivery import AcknowledgePace, Cursor, ReceiveOrder, SendWindow, Sent, Verdict


class Line:
    """A worker, a supervisor and what lies between them, driven step by step."""

    def __init__(self) -> None:
        self.window = SendWindow(max_events=8, max_bytes=1000)
        self.order = ReceiveOrder()
        self.events_on_the_way: deque[Sent] = deque()
        self.acknowledgements_on_the_way: deque[tuple[int, bool]] = deque()
        self.delivered: list[int] = []

    def send(self, count: int) -> None:
        if self.window.open:
            self.window.sent(count, b"x" * count)
            self.events_on_the_way.append(self.window.unacknowledged()[-1])

    def receive(self) -> None:
        if self.events_on_the_way:
            sent = self.events_on_the_way.popleft()
            verdict = self.order.judge(sent.first, sent.last - sent.first + 1)
            if verdict is Verdict.TAKE:
                self.delivered += range(sent.first, sent.last + 1)
            if verdict is not Verdict.GAP:
                self.acknowledgements_on_the_way.append((self.order.through, False))

    def beat(self) -> None:
        """The worker's heartbeat is answered with where the supervisor stands."""
        self.acknowledgements_on_the_way.append((self.order.through, self.order.missing))

    def hear(self) -> None:
        if self.acknowledgements_on_the_way:
            through, resend = self.acknowledgements_on_the_way.popleft()
            self.window.acknowledged(through)
            if resend:
                self.send_again()

    def send_again(self) -> None:
        self.events_on_the_way.extend(self.window.unacknowledged())

    def duplicate(self) -> None:
        if self.events_on_the_way:
            self.events_on_the_way.append(self.events_on_the_way[0])

    def lose(self, count: int) -> None:
        """The connection breaks: the oldest on the way are gone, and after reconnecting all is sent again, behind
        those that had not left yet."""
        for _ in range(min(count, len(self.events_on_the_way))):
            self.events_on_the_way.popleft()
        self.send_again()

    def forget(self) -> None:
        """The way back breaks: what was to be acknowledged is gone."""
        self.acknowledgements_on_the_way.clear()


steps = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["send", "lose"]), st.integers(1, 5)),
        st.tuples(st.sampled_from(["receive", "hear", "beat", "forget", "duplicate", "send_again"]), st.none()),
    ),
    max_size=80,
)


@given(steps)
def test_any_interleaving_delivers_each_event_once_and_in_order(script: list[tuple[str, int | None]]) -> None:
    line = Line()
    for step, count in script:
        getattr(line, step)(*([] if count is None else [count]))
        assert line.delivered == list(range(1, len(line.delivered) + 1))
    while not line.window.settled:
        line.beat()
        while line.events_on_the_way or line.acknowledgements_on_the_way:
            line.receive()
            line.hear()
    assert line.delivered == list(range(1, line.window.next))
    assert line.window.settled


@given(st.integers(1, 20), st.integers(1, 20))
def test_the_window_closes_at_its_limit_and_opens_again(limit: int, count: int) -> None:
    window = SendWindow(max_events=limit, max_bytes=10**9)
    sent = 0
    while window.open:
        window.sent(count, b"")
        sent += count
    assert limit <= sent < limit + count
    window.acknowledged(sent)
    assert (window.open, window.settled) == (True, True)


def test_the_window_closes_on_bytes_too() -> None:
    window = SendWindow(max_events=1000, max_bytes=10)
    window.sent(1, b"x" * 11)
    assert not window.open


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(0, 10)), max_size=60), st.integers(0, 30))
def test_a_follower_takes_each_number_once_whatever_comes_live(batches: list[tuple[int, int]], after: int) -> None:
    cursor = Cursor(after)
    taken: list[int] = []
    for first, length in batches:
        verdict, skip = cursor.judge(first, first + length)
        if verdict is Verdict.TAKE:
            taken += range(first + skip, first + length + 1)
    assert taken == list(range(after + 1, after + 1 + len(taken)))
    assert cursor.after == after + len(taken)


@given(
    st.integers(1, 40),
    st.integers(1, 4000),
    st.lists(st.tuples(st.integers(1, 20), st.integers(0, 900)), min_size=1, max_size=60),
)
def test_a_window_never_stays_closed_though_not_every_batch_is_answered(
    max_events: int, max_bytes: int, batches: list[tuple[int, int]]
) -> None:
    window, pace = SendWindow(max_events, max_bytes), AcknowledgePace(max_events, max_bytes)
    through = 0
    for count, size in batches:
        window.sent(count, b"x" * size)
        through += count
        pace.took(size)
        if pace.logged(through):
            pace.said(through)
            window.acknowledged(through)
        assert window.open


def test_what_was_taken_but_not_logged_when_something_was_said_is_said_later() -> None:
    pace = AcknowledgePace(4096, 800)
    pace.took(200)
    pace.said(0)  # a heartbeat is answered while the commit waits
    assert pace.logged(1)


def test_a_stream_of_single_events_is_answered_once_for_many() -> None:
    pace = AcknowledgePace(4096, 8 << 20)
    said = 0
    for through in range(1, 4097):
        pace.took(100)
        if pace.logged(through):
            pace.said(through)
            said += 1
    assert said == 8


def test_bytes_count_until_they_are_acknowledged() -> None:
    window = SendWindow(max_events=1000, max_bytes=10)
    window.sent(1, b"x" * 6)
    first = window.open
    window.sent(1, b"x" * 4)
    second = window.open
    window.acknowledged(1)
    assert (first, second, window.open) == (True, False, True)
    assert [sent.last for sent in window.unacknowledged()] == [2]


def test_nothing_that_was_not_sent_can_be_acknowledged() -> None:
    window = SendWindow(max_events=10, max_bytes=10)
    window.sent(2, b"")
    window.acknowledged(2)
    with pytest.raises(ValueError, match="acknowledged through 3, but the last event sent is 2"):
        window.acknowledged(3)


def test_a_receiver_tells_the_next_from_a_repeat_and_from_a_gap_of_one() -> None:
    order = ReceiveOrder()
    assert order.judge(2, 1) is Verdict.GAP
    assert (order.through, order.missing) == (0, True)
    assert order.judge(1, 3) is Verdict.TAKE
    assert (order.through, order.missing) == (3, False)
    assert order.judge(3, 1) is Verdict.REPEAT
    assert order.judge(5, 1) is Verdict.GAP
    assert order.judge(4, 1) is Verdict.TAKE
    assert order.through == 4


@pytest.mark.parametrize(
    ("first", "last", "verdict", "skip", "then"),
    [
        (1, 4, Verdict.REPEAT, 0, 5),
        (4, 5, Verdict.REPEAT, 0, 5),
        (4, 6, Verdict.TAKE, 2, 6),
        (6, 6, Verdict.TAKE, 0, 6),
        (6, 9, Verdict.TAKE, 0, 9),
        (7, 7, Verdict.GAP, 0, 5),
    ],
)
def test_a_follower_that_has_five_events(first: int, last: int, verdict: Verdict, skip: int, then: int) -> None:
    cursor = Cursor(5)
    assert cursor.judge(first, last) == (verdict, skip)
    assert cursor.after == then


def test_a_follower_begins_before_the_first_event() -> None:
    assert Cursor().judge(1, 1) == (Verdict.TAKE, 0)


@pytest.mark.parametrize(("max_events", "max_bytes", "events", "size"), [(800, 10**9, 100, 0), (10**9, 800, 8, 100)])
def test_an_answer_comes_with_an_eighth_of_the_window_and_not_before(
    max_events: int, max_bytes: int, events: int, size: int
) -> None:
    pace = AcknowledgePace(max_events, max_bytes)
    for turn in range(3):
        before = turn * events
        for done in range(1, events):
            pace.took(size // events)
            assert not pace.logged(before + done)
        pace.took(size - size // events * (events - 1))
        assert pace.logged(before + events)
        pace.said(before + events)


def test_batches_that_were_taken_before_one_commit_count_together() -> None:
    pace = AcknowledgePace(10**9, 800)
    pace.took(60)
    pace.took(40)
    assert pace.logged(2)
