"""Calls that recur."""

import asyncio
import logging
from collections.abc import Callable, Iterable

log = logging.getLogger(__name__)


class Periodic:
    """Calls each function at once, and again after its seconds, from its making until `close`. A call that raises is
    logged, and comes again like any other."""

    def __init__(self, calls: Iterable[tuple[float, Callable[[], None]]]) -> None:
        self._loop = asyncio.get_running_loop()
        self._next = {number: self._loop.call_soon(self._run, number, *each) for number, each in enumerate(calls)}

    def __repr__(self) -> str:
        return f"<Periodic {len(self._next)} calls>"

    def close(self) -> None:
        for handle in self._next.values():
            handle.cancel()
        self._next.clear()

    def _run(self, number: int, seconds: float, call: Callable[[], None]) -> None:
        """A timer alone takes half of what a task that sleeps does, and some calls come every 20 ms."""
        try:
            call()
        except Exception:
            log.exception("%s failed", call.__qualname__, extra={"action": "periodic"})
        if number in self._next:  # else it was closed by the call
            self._next[number] = self._loop.call_later(seconds, self._run, number, seconds, call)
