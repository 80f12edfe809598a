"""How often an address may fail to sign in. Pure: times are monotonic seconds."""

MAX_ADDRESSES = 10_000


class Attempts:
    """After `per_min` failures at once an address may fail one more time every `60 / per_min` seconds."""

    def __init__(self, per_min: int) -> None:
        self._interval_s = 60.0 / per_min
        self._burst_s = 60.0 - self._interval_s
        self._paid_until: dict[str, float] = {}

    def __repr__(self) -> str:
        return f"<Attempts of {len(self._paid_until)} addresses>"

    def wait_s(self, address: str, now: float) -> float:
        """How long this address has to wait before its next attempt is looked at; 0: it need not."""
        return max(0.0, self._paid_until.get(address, 0.0) - self._burst_s - now)

    def failed(self, address: str, now: float) -> None:
        """Count a failure."""
        self._paid_until[address] = max(self._paid_until.get(address, 0.0), now) + self._interval_s
        if len(self._paid_until) > MAX_ADDRESSES:
            self._forget(now)

    def _forget(self, now: float) -> None:
        """Those that owe nothing any more, or else everybody: memory is bounded."""
        owing = {address: until for address, until in self._paid_until.items() if until > now}
        self._paid_until = owing if len(owing) < MAX_ADDRESSES else {}
