"""How fast a count rises. Pure: moments are monotonic seconds and come in as arguments."""

from collections import deque

RATE_OVER_S = 5.0


class RollingRate:
    """The rise of a count, per second, over the last `RATE_OVER_S`."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int]] = deque()

    def __repr__(self) -> str:
        return f"<RollingRate {self.per_s:g}/s>"

    def add(self, now: float, count: int) -> None:
        self._samples.append((now, count))
        while len(self._samples) > 2 and self._samples[1][0] <= now - RATE_OVER_S:
            self._samples.popleft()

    @property
    def per_s(self) -> float:
        if len(self._samples) < 2:
            return 0.0
        (began, first), (ended, last) = self._samples[0], self._samples[-1]
        return (last - first) / (ended - began) if ended > began else 0.0
