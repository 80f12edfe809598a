"""How many WebSockets and event streams may be open, in all and from one address."""

import contextlib
from collections import Counter
from collections.abc import Iterator

from gateway.wire.errors import ApiError


class ConnectionLimits:
    """Counts what is open, by address."""

    def __init__(self, in_all: int, per_address: int) -> None:
        self._in_all = in_all
        self._per_address = per_address
        self._open: Counter[str] = Counter()

    def __repr__(self) -> str:
        return f"<ConnectionLimits {self._open.total()} of {self._in_all} open>"

    @contextlib.contextmanager
    def opened(self, address: str) -> Iterator[None]:
        """Count a WebSocket or event stream while it is open. Raises `ApiError` (`too_many_connections`) at a limit."""
        self._check(self._open.total(), self._in_all, "")
        self._check(self._open[address], self._per_address, f" from {address}")
        self._open[address] += 1
        try:
            yield
        finally:
            self._open[address] -= 1
            if not self._open[address]:
                del self._open[address]

    def _check(self, open_now: int, limit: int, where: str) -> None:
        if open_now >= limit:
            text = f"{open_now} connections{where} are open, the limit is {limit}"
            raise ApiError("too_many_connections", text, "close one, or try later")
