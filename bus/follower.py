"""One follower of a job's stream within its program: where it is noticed that it reads too slowly, or that an event was
lost, so that it has to read the log."""

import asyncio
from collections import deque

from bus.transport.delivery import Cursor
from bus.wire.batch import Batch

MAX_WAITING_BYTES = 1 << 20
"""What may wait in memory for one follower; a slower one reads the log instead."""


class Follower:
    """The batches that wait for one follower, and whether something was left out of them: then `behind` is true, and it
    reads the log from its cursor on."""

    def __init__(self, after: int) -> None:
        self.cursor = Cursor(after)
        self.waiting: deque[Batch] = deque()
        self.bytes = 0
        self.behind = True
        self.wake = asyncio.Event()

    def offer(self, batch: Batch) -> None:
        """A batch came. One that reads too slowly for what waits falls behind."""
        if not self.behind:
            self.waiting.append(batch)
            self.bytes += len(batch.blob)
            if self.bytes > MAX_WAITING_BYTES:
                self.fall_behind()
        self.wake.set()

    def head(self, last: int) -> None:
        """The stream has reached `last`: if that is news and nothing waits that leads there, read the log."""
        if last > self.cursor.after and not self.waiting:
            self.fall_behind()

    def fall_behind(self) -> None:
        """Let go of what waits: the log has it."""
        self.behind = True
        self.waiting.clear()
        self.bytes = 0
        self.wake.set()

    def take(self) -> Batch | None:
        """The next batch that waits; None where none does."""
        if not self.waiting:
            return None
        batch = self.waiting.popleft()
        self.bytes -= len(batch.blob)
        return batch
