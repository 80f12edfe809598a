"""How often an address may have something, and how fast a connection may send. Pure: times are monotonic seconds."""

MAX_ADDRESSES = 10_000


class RateLimiter:
    """After `burst` at once an address may have one more every `every_s` seconds; it owes at most `most_owed_s`."""

    def __init__(self, burst: int, every_s: float, most_owed_s: float = 60.0) -> None:
        self._every_s = every_s
        self._burst_s = (burst - 1) * every_s
        self._most_s = burst * every_s + most_owed_s
        self._paid_until: dict[str, float] = {}

    def __repr__(self) -> str:
        return f"<RateLimiter of {len(self._paid_until)} addresses>"

    def wait_s(self, address: str, now: float) -> float:
        """How long this address has to wait for its next one; 0: it need not."""
        return max(0.0, self._paid_until.get(address, 0.0) - self._burst_s - now)

    def take(self, address: str, now: float) -> float:
        """Count one, and say how long it had to wait."""
        wait_s = self.wait_s(address, now)
        paid_until = max(self._paid_until.get(address, 0.0), now) + self._every_s
        self._paid_until[address] = min(paid_until, now + self._most_s)
        if len(self._paid_until) > MAX_ADDRESSES:
            self._forget(now)
        return wait_s

    def _forget(self, now: float) -> None:
        """Those that owe nothing any more, or else everybody: memory is bounded."""
        owing = {address: until for address, until in self._paid_until.items() if until > now}
        self._paid_until = owing if len(owing) < MAX_ADDRESSES else {}


class FrameRate:
    """A bucket of `per_s` frames that fills up again at `per_s` a second."""

    def __init__(self, per_s: int, now: float) -> None:
        self._per_s = per_s
        self._left = float(per_s)
        self._at = now

    def __repr__(self) -> str:
        return f"<FrameRate {self._left:.1f} of {self._per_s}>"

    def take(self, now: float) -> float:
        """Count a frame. Returns the seconds to wait before it is handled, 0 while the rate is kept."""
        self._left = min(float(self._per_s), self._left + (now - self._at) * self._per_s) - 1
        self._at = now
        return max(0.0, -self._left / self._per_s)
