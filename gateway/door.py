"""Connections on which nobody has signed in yet: how many there may be, and for how long.

aiohttp waits an hour for a request's headers; without this, whoever opens sockets and says nothing, or says it very
slowly, could hold as many as there are descriptors.
"""

import asyncio
import ipaddress
import logging
from collections import Counter

from aiohttp import web

log = logging.getLogger(__name__)

IPV6_NETWORK_BITS = 64
"""One household or machine has at least so many addresses below its own."""

UNKNOWN = "unknown"


class Door:
    """Counts the strangers. `patience_s` is how long a connection may stay one."""

    def __init__(self, per_address: int, in_all: int, patience_s: float) -> None:
        self.patience_s = patience_s
        self.turned_away = 0
        self._per_address = per_address
        self._in_all = in_all
        self._strangers: Counter[str] = Counter()

    def __repr__(self) -> str:
        return f"<Door {self.strangers} strangers, {self.turned_away} turned away>"

    @property
    def strangers(self) -> int:
        return self._strangers.total()

    def enter(self, address: str) -> bool:
        """Whether one more may come in from there."""
        if self._strangers[address] >= self._per_address or self.strangers >= self._in_all:
            self.turned_away += 1
            return False
        self._strangers[address] += 1
        return True

    def leave(self, address: str) -> None:
        """A stranger has gone, or is none any more."""
        self._strangers[address] -= 1
        if not self._strangers[address]:
            del self._strangers[address]


class Visitor(web.RequestHandler):
    """One TCP connection."""

    def __init__(self, manager: web.Server, door: Door) -> None:
        super().__init__(manager, loop=asyncio.get_running_loop(), access_log=None)  # type: ignore[arg-type]
        self._door = door
        self._address = UNKNOWN
        self._stranger = False
        self._overdue: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._address = address_of(transport)
        self._stranger = self._door.enter(self._address)
        super().connection_made(transport)
        if not self._stranger:
            transport.abort()  # type: ignore[attr-defined]
            return
        self._overdue = asyncio.get_running_loop().call_later(self._door.patience_s, self._send_away)

    def signed_in(self) -> None:
        """From here on it is somebody's connection."""
        if self._overdue is not None:
            self._overdue.cancel()
        if self._stranger:
            self._stranger = False
            self._door.leave(self._address)

    def connection_lost(self, exc: BaseException | None) -> None:
        self.signed_in()
        super().connection_lost(exc)

    def _send_away(self) -> None:
        self._door.turned_away += 1
        if self.transport is not None:
            self.transport.abort()


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
