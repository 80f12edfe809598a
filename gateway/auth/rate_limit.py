"""How often something may happen: a rate, and what has been used of it. Pure: times are monotonic seconds."""

from math import inf
from typing import NamedTuple

MAX_ADDRESSES = 10_000


class Rate(NamedTuple):
    """`burst` at once, then one more every `every_s` seconds. A caller that takes more without waiting falls behind by
    at most `most_owed_s` seconds."""

    burst: int
    every_s: float
    most_owed_s: float = inf

    def wait_s(self, paid_until: float, now: float) -> float:
        """How long the next one has to wait, where all before it are paid for at `paid_until`; 0: it need not."""
        return max(0.0, paid_until - (self.burst - 1) * self.every_s - now)

    def with_one(self, paid_until: float, now: float) -> float:
        """When one more is paid for."""
        return min(max(paid_until, now) + self.every_s, now + self.burst * self.every_s + self.most_owed_s)


class RateLimiter:
    """A rate, and what one caller has used of it."""

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._paid_until = 0.0

    def __repr__(self) -> str:
        return f"<RateLimiter {self._rate.burst} at once, then each {self._rate.every_s:g} s>"

    def take(self, now: float) -> float:
        """Count one. Returns the seconds that it has to wait, 0 while the rate is kept."""
        wait_s = self._rate.wait_s(self._paid_until, now)
        self._paid_until = self._rate.with_one(self._paid_until, now)
        return wait_s


class AddressRateLimiter:
    """A rate limiter for each address, all of one rate. Memory is bounded: beyond `MAX_ADDRESSES` those that owe
    nothing are forgotten, or else all."""

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._paid_until: dict[str, float] = {}

    def __repr__(self) -> str:
        return f"<AddressRateLimiter of {len(self)} addresses>"

    def __len__(self) -> int:
        return len(self._paid_until)

    def wait_s(self, address: str, now: float) -> float:
        """How long this address has to wait for its next one; 0: it need not."""
        return self._rate.wait_s(self._paid_until.get(address, 0.0), now)

    def take(self, address: str, now: float) -> float:
        """Count one. Returns the seconds that it has to wait."""
        wait_s = self.wait_s(address, now)
        self._paid_until[address] = self._rate.with_one(self._paid_until.get(address, 0.0), now)
        if len(self) > MAX_ADDRESSES:
            self._forget(now)
        return wait_s

    def _forget(self, now: float) -> None:
        owing = {address: until for address, until in self._paid_until.items() if until > now}
        self._paid_until = owing if len(owing) < MAX_ADDRESSES else {}
