"""Calls that recur."""

import asyncio
import logging
from collections.abc import Callable, Iterable

log = logging.getLogger(__name__)


class Periodic:
    """Calls each function at once, and again after its seconds, from its making until `close`. A call that raises is
    logged, and comes again like any other."""

    def __init__(self, calls: Iterable[tuple[float, Callable[[], None]]]) -> None:
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(_every(seconds, call)) for seconds, call in calls]

    def __repr__(self) -> str:
        return f"<Periodic {len(self._tasks)} calls>"

    def close(self) -> None:
        for task in self._tasks:
            task.cancel()


async def _every(seconds: float, call: Callable[[], None]) -> None:
    while True:
        try:
            call()
        except Exception:
            log.exception("%s failed", call.__qualname__, extra={"action": "periodic"})
        await asyncio.sleep(seconds)
