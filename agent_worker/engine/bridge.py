"""Carries a side thread's parts to the asyncio loop: in order, bounded, without polling."""

import asyncio
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Closed(Exception):
    """The reader has stopped taking items: the side thread should leave."""


class Bridge(Generic[T]):
    """Carries items from a side thread to the loop that made it. At most `depth` items wait: beyond that the thread
    is held in `put`. After the last item, `out` is set: the thread has left what it was doing."""

    def __init__(self, depth: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiting: asyncio.Queue[T | None] = asyncio.Queue()
        self._room = threading.Semaphore(depth)
        self._error: BaseException | None = None
        self.closed = False
        self.out = asyncio.Event()

    # ---- in the side thread

    def carry(self, work: Callable[[], None]) -> None:
        """Runs `work`, and tells the loop how it ended; `Closed` is no error."""
        error: BaseException | None = None
        try:
            work()
        except Closed:
            pass
        except BaseException as failure:
            error = failure
        self._call(self._finish, error)

    def put(self, item: T) -> None:
        """Raises Closed when the reader has stopped taking items."""
        self._room.acquire()
        if self.closed:
            raise Closed
        self._call(self._waiting.put_nowait, item)

    def _call(self, function: Callable[..., None], *arguments: object) -> None:
        try:
            self._loop.call_soon_threadsafe(function, *arguments)
        except RuntimeError:  # the loop has ended, and with it everyone who could be told
            self.closed = True

    # ---- in the loop

    def _finish(self, error: BaseException | None) -> None:
        self._error = error
        self._waiting.put_nowait(None)
        self.out.set()

    async def get(self) -> T | None:
        """The next item; after the last one None, or the thread's error raised."""
        item = await self._waiting.get()
        if item is not None:
            self._room.release()
        elif self._error is not None:
            raise self._error
        return item

    def close(self) -> None:
        """Takes no more items, and wakes the thread if it waits for room."""
        self.closed = True
        self._room.release()
