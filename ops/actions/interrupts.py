"""Ctrl-C as a count: what the first or second one means is decided where it is waited for."""

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Iterator
from typing import TypeVar

T = TypeVar("T")

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupted(Exception):
    """Ctrl-C was pressed before there was anything to stop."""


class Interrupts:
    """How often we were interrupted. The signal handler only counts."""

    def __init__(self) -> None:
        self.count = 0
        self._changed = asyncio.Event()

    def __repr__(self) -> str:
        return f"<Interrupts count={self.count}>"

    def add(self) -> None:
        self.count += 1
        self._changed.set()

    async def reached(self, count: int) -> None:
        """Wait for the `count`-th interrupt."""
        while self.count < count:
            self._changed.clear()
            await self._changed.wait()

    async def guard(self, work: Awaitable[T]) -> T:
        """Do `work`, or cancel it and raise `Interrupted` at the first interrupt."""
        working = asyncio.ensure_future(work)
        interrupted = asyncio.ensure_future(self.reached(1))
        try:
            await asyncio.wait({working, interrupted}, return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                return working.result()
            raise Interrupted
        finally:
            interrupted.cancel()
            if not working.done():
                working.cancel()
                await asyncio.wait({working})


@contextlib.contextmanager
def counted() -> Iterator[Interrupts]:
    """Count SIGINT and SIGTERM instead of dying of them."""
    interrupts = Interrupts()
    loop = asyncio.get_running_loop()
    for number in SIGNALS:
        loop.add_signal_handler(number, interrupts.add)
    try:
        yield interrupts
    finally:
        for number in SIGNALS:
            loop.remove_signal_handler(number)
