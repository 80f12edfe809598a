"""A loop that counts its turns, so that it is not given one that it has just had."""

import asyncio
import selectors

_Ready = list[tuple[selectors.SelectorKey, int]]


class _CountingSelector(selectors.DefaultSelector):
    turns = 0

    def select(self, timeout: float | None = None) -> _Ready:
        self.turns += 1
        return super().select(timeout)


class CountingLoop(asyncio.SelectorEventLoop):
    """An asyncio loop like any other. `turns`: how often it has looked for what has come in."""

    def __init__(self) -> None:
        self._counting = _CountingSelector()
        super().__init__(self._counting)

    @property
    def turns(self) -> int:
        return self._counting.turns
