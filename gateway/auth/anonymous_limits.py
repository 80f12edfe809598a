"""Connections that are not signed in: how many there may be, for how long, and how fast they may ask.

aiohttp waits an hour for a request's headers; without these limits, a client that opens sockets and sends nothing, or
sends very slowly, could hold as many as there are descriptors.
"""

import asyncio
import time
from typing import Generic, TypeVar

from gateway.auth.rate_limit import AddressRateLimiter, Rate

REQUESTS = Rate(burst=200, every_s=0.01, most_owed_s=5.0)
"""What an address may ask without signing in; the rest waits."""

C = TypeVar("C")


class AnonymousLimits(Generic[C]):
    """Knows the connections that are not signed in. `timeout_s` is how long a connection may stay so."""

    def __init__(self, per_address: int, in_all: int, timeout_s: float) -> None:
        self.timeout_s = timeout_s
        self.turned_away = 0
        self._open = 0
        self._per_address = per_address
        self._in_all = in_all
        self._by_address: dict[str, dict[C, None]] = {}
        self._requests = AddressRateLimiter(REQUESTS)

    def __len__(self) -> int:
        return self._open

    def __repr__(self) -> str:
        addresses = len(self._by_address)
        return f"<AnonymousLimits {self._open} open from {addresses} addresses, {self.turned_away} turned away>"

    def add(self, address: str, connection: C) -> C | None:
        """Count a connection. Returns one to close if there are too many: the oldest of this address, so that a
        newcomer with a good token gets to show it."""
        here = self._by_address.setdefault(address, {})
        here[connection] = None
        self._open += 1
        if len(here) <= self._per_address and self._open <= self._in_all:
            return None
        oldest = next(iter(here))
        self.remove(address, oldest)
        self.turned_away += 1
        return oldest

    def remove(self, address: str, connection: C) -> None:
        """Count a connection no more: it has signed in, or is closed. Does nothing where it was not counted."""
        here = self._by_address.get(address, {})
        if connection not in here:
            return
        del here[connection]
        self._open -= 1
        if not here:
            del self._by_address[address]

    async def throttle(self, address: str) -> None:
        """Called before a request without a sign-in is answered: wait if the address sends very many."""
        wait_s = self._requests.take(address, time.monotonic())
        if wait_s:
            await asyncio.sleep(wait_s)
