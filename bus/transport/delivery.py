"""The arithmetic of "each event once, in order": what a sender may still send, what a receiver takes, what a
follower of the log already has. Pure: no I/O, no time.

    worker ── SendWindow ──► ReceiveOrder ── supervisor ── log ──► Cursor ── follower
              ◄── cumulative acknowledgements
"""

from collections import deque
from enum import Enum

import msgspec


class Verdict(Enum):
    """What to do with a batch that arrived."""

    TAKE = "take"
    REPEAT = "repeat"
    GAP = "gap"


class Sent(msgspec.Struct, frozen=True):
    """A batch that was sent and may have to be sent again: numbers `first` to `last`, and its bytes."""

    first: int
    last: int
    message: bytes


class SendWindow:
    """Numbers a worker's batches from 1 and keeps each until it is acknowledged.

    The window bounds what is unacknowledged, in events and in bytes; one batch may overshoot it, so that an event
    larger than the window can pass.
    """

    def __init__(self, max_events: int, max_bytes: int) -> None:
        self._max_events = max_events
        self._max_bytes = max_bytes
        self._unacknowledged: deque[Sent] = deque()
        self._bytes = 0
        self._acknowledged = 0
        self.next = 1

    def __repr__(self) -> str:
        return f"<SendWindow next={self.next} acknowledged={self._acknowledged} bytes={self._bytes}>"

    @property
    def open(self) -> bool:
        """Whether another batch may be sent now."""
        return self.next - 1 - self._acknowledged < self._max_events and self._bytes < self._max_bytes

    @property
    def settled(self) -> bool:
        """Whether everything that was sent has been acknowledged."""
        return not self._unacknowledged

    def sent(self, count: int, message: bytes) -> None:
        """Remember a batch of `count` events, numbered from `next`."""
        self._unacknowledged.append(Sent(self.next, self.next + count - 1, message))
        self._bytes += len(message)
        self.next += count

    def acknowledged(self, through: int) -> None:
        """Forget every batch whose last event is `through` or earlier. Older acknowledgements change nothing."""
        if through >= self.next:
            raise ValueError(f"acknowledged through {through}, but the last event sent is {self.next - 1}")
        self._acknowledged = max(self._acknowledged, through)
        while self._unacknowledged and self._unacknowledged[0].last <= through:
            self._bytes -= len(self._unacknowledged.popleft().message)

    def unacknowledged(self) -> list[Sent]:
        """What must be sent again after a broken connection, oldest first."""
        return list(self._unacknowledged)


class ReceiveOrder:
    """Recognises repeats and gaps by number. Batches are sent again as they were, so a repeat is a whole one."""

    def __init__(self) -> None:
        self.through = 0
        self._gap_after: int | None = None

    def __repr__(self) -> str:
        return f"<ReceiveOrder through={self.through}>"

    @property
    def missing(self) -> bool:
        """Whether something later than what is missing has arrived."""
        return self._gap_after == self.through

    def judge(self, first: int, count: int) -> Verdict:
        """What to do with the batch of `count` events from `first`; `TAKE` moves the order on."""
        if first > self.through + 1:
            self._gap_after = self.through
            return Verdict.GAP
        if first <= self.through:
            return Verdict.REPEAT
        self.through += count
        return Verdict.TAKE


class AcknowledgePace:
    """When the receiver says how far its log has come: whenever an eighth of the sender's window has been used up. An
    answer to each batch would double the messages of a stream that says a little at a time. It counts as `SendWindow`
    does, so that a window never stays closed."""

    def __init__(self, max_events: int, max_bytes: int) -> None:
        self._every_events = max(1, max_events // 8)
        self._every_bytes = max(1, max_bytes // 8)
        self._said = 0
        self._unsaid_bytes = self._taken_bytes = 0

    def took(self, size: int) -> None:
        """Count a batch of `size` bytes that was taken and is not in the log yet."""
        self._taken_bytes += size

    def logged(self, through: int) -> bool:
        """All that was taken, up to `through`, is in the log. Whether that is to be said."""
        self._unsaid_bytes += self._taken_bytes
        self._taken_bytes = 0
        return through - self._said >= self._every_events or self._unsaid_bytes >= self._every_bytes

    def said(self, through: int) -> None:
        """Note that the sender was told how far the log has come, for whatever reason."""
        self._said = through
        self._unsaid_bytes = 0


class Cursor:
    """Where a follower stands in a job's stream: it has everything up to `after`."""

    def __init__(self, after: int = 0) -> None:
        self.after = after

    def __repr__(self) -> str:
        return f"<Cursor after={self.after}>"

    def judge(self, first: int, last: int) -> tuple[Verdict, int]:
        """What to do with the batch `first`..`last`, and how many of its events to skip because they are known.

        `TAKE` moves the cursor to `last`.
        """
        if last <= self.after:
            return Verdict.REPEAT, 0
        if first > self.after + 1:
            return Verdict.GAP, 0
        skip = self.after + 1 - first
        self.after = last
        return Verdict.TAKE, skip
