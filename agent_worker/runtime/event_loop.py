"""A loop that counts its passes, so that a worker which has just let it run does not wait for another pass."""

import asyncio
import selectors

_Ready = list[tuple[selectors.SelectorKey, int]]


class _CountingSelector(selectors.DefaultSelector):
    passes = 0

    def select(self, timeout: float | None = None) -> _Ready:
        self.passes += 1
        return super().select(timeout)


class CountingLoop(asyncio.SelectorEventLoop):
    """An asyncio loop like any other. `passes`: how often it has looked for what has come in."""

    def __init__(self) -> None:
        self._counting = _CountingSelector()
        super().__init__(self._counting)

    @property
    def passes(self) -> int:
        return self._counting.passes
