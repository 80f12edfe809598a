"""Whatever the network does, each event is delivered once and in order."""

from collections import deque

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
