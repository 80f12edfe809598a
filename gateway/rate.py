"""How fast one connection may send frames. Pure: times are monotonic seconds."""


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
