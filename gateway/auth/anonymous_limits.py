"""Connections on which nobody has signed in yet: how many there may be, and for how long.

aiohttp waits an hour for a request's headers; without this, whoever opens sockets and says nothing, or says it very
slowly, could hold as many as there are descriptors.
"""

import asyncio
import time
from typing import Generic, TypeVar

from gateway.auth.rate_limit import RateLimiter

STRANGERS_REQUESTS = 200
STRANGERS_REQUESTS_PER_S = 100
"""What an address may ask without signing in: so many at once, then so many a second. The rest waits."""

MOST_HELD_S = 5.0


T = TypeVar("T")


class AnonymousLimits(Generic[T]):
    """Knows the strangers. `patience_s` is how long a connection may stay one."""

    def __init__(self, per_address: int, in_all: int, patience_s: float) -> None:
        self.patience_s = patience_s
        self.strangers = 0
        self.turned_away = 0
        self._per_address = per_address
        self._in_all = in_all
        self._by_address: dict[str, dict[T, None]] = {}
        self._requests = RateLimiter(STRANGERS_REQUESTS, 1 / STRANGERS_REQUESTS_PER_S, MOST_HELD_S)

    def __repr__(self) -> str:
        return f"<AnonymousLimits {self.strangers} strangers, {self.turned_away} turned away>"

    def enter(self, address: str, who: T) -> T | None:
        """One more stranger. Returns who has to go, if there are too many: who has waited longest at this address, so
        that whoever comes with a good token gets to show it."""
        waiting = self._by_address.setdefault(address, {})
        waiting[who] = None
        self.strangers += 1
        if len(waiting) <= self._per_address and self.strangers <= self._in_all:
            return None
        longest = next(iter(waiting))
        self.leave(address, longest)
        self.turned_away += 1
        return longest

    def leave(self, address: str, who: T) -> None:
        """A stranger has gone, or is none any more; who was none is none."""
        waiting = self._by_address.get(address, {})
        if who not in waiting:
            return
        del waiting[who]
        self.strangers -= 1
        if not waiting:
            del self._by_address[address]

    async def hold_back(self, address: str) -> None:
        """Before a request is answered that nobody has signed: slow down an address that sends very many."""
        wait_s = self._requests.take(address, time.monotonic())
        if wait_s:
            await asyncio.sleep(wait_s)
