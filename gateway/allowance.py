"""How much an address may have of something. Pure: times are monotonic seconds."""

MAX_ADDRESSES = 10_000


class Allowance:
    """After `burst` at once an address may have one more every `every_s` seconds; it owes at most `most_owed_s`."""

    def __init__(self, burst: int, every_s: float, most_owed_s: float = 60.0) -> None:
        self._every_s = every_s
        self._burst_s = (burst - 1) * every_s
        self._most_s = burst * every_s + most_owed_s
        self._paid_until: dict[str, float] = {}

    def __repr__(self) -> str:
        return f"<Allowance of {len(self._paid_until)} addresses>"

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
