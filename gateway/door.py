"""Connections on which nobody has signed in yet: how many there may be, and for how long.

aiohttp waits an hour for a request's headers; without this, whoever opens sockets and says nothing, or says it very
slowly, could hold as many as there are descriptors.
"""

import asyncio
import ipaddress
import time
from typing import Generic, TypeVar

from aiohttp import web

from gateway.allowance import Allowance

STRANGERS_REQUESTS = 200
STRANGERS_REQUESTS_PER_S = 100
"""What an address may ask without signing in: so many at once, then so many a second. The rest waits."""

MOST_HELD_S = 5.0

IPV6_NETWORK_BITS = 64
"""One household or machine has at least so many addresses below its own."""

UNKNOWN = "unknown"

T = TypeVar("T")


class Door(Generic[T]):
    """Knows the strangers. `patience_s` is how long a connection may stay one."""

    def __init__(self, per_address: int, in_all: int, patience_s: float) -> None:
        self.patience_s = patience_s
        self.strangers = 0
        self.turned_away = 0
        self._per_address = per_address
        self._in_all = in_all
        self._by_address: dict[str, dict[T, None]] = {}
        self._requests = Allowance(STRANGERS_REQUESTS, 1 / STRANGERS_REQUESTS_PER_S, MOST_HELD_S)

    def __repr__(self) -> str:
        return f"<Door {self.strangers} strangers, {self.turned_away} turned away>"

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


class Visitor(web.RequestHandler):
    """One TCP connection."""

    def __init__(self, manager: web.Server, door: "Door[Visitor]") -> None:
        super().__init__(manager, loop=asyncio.get_running_loop(), access_log=None)  # type: ignore[arg-type]
        self._door = door
        self._address = UNKNOWN
        self._overdue: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._address = address_of(transport)
        self._overdue = asyncio.get_running_loop().call_later(self._door.patience_s, self._out_of_time)
        must_go = self._door.enter(self._address, self)
        if must_go is not None:
            must_go.send_away()

    def signed_in(self) -> None:
        """From here on it is somebody's connection."""
        if self._overdue is not None:
            self._overdue.cancel()
        self._door.leave(self._address, self)

    def connection_lost(self, exc: BaseException | None) -> None:
        self.signed_in()
        super().connection_lost(exc)

    def send_away(self) -> None:
        if self.transport is not None:
            self.transport.abort()

    def close_if_idle(self) -> None:
        """Close the connection unless a request of it is being answered; what was answered is still delivered."""
        if self._waiter is not None and not self._waiter.done():
            self.force_close()

    def _out_of_time(self) -> None:
        self._door.turned_away += 1
        self.send_away()


def address_of(transport: asyncio.BaseTransport | None) -> str:
    """Where a connection comes from; of an IPv6 address its network."""
    peer = transport.get_extra_info("peername") if transport is not None else None
    return network_of(str(peer[0])) if peer else UNKNOWN


def network_of(address: str) -> str:
    """What is counted as one address."""
    if ":" not in address:
        return address
    parsed = ipaddress.IPv6Address(address.partition("%")[0])
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(parsed), IPV6_NETWORK_BITS), strict=False))


def note_signed_in(request: web.Request) -> None:
    """The connection of this request is no stranger's any more."""
    if isinstance(request.protocol, Visitor):
        request.protocol.signed_in()
