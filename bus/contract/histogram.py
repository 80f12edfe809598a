"""Counting how long things took, in the form that Prometheus reads. Pure."""

from bisect import bisect_left

import msgspec

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Upper bounds of the buckets; what is above the last one is counted in a bucket of its own."""


class Histogram(msgspec.Struct, frozen=True):
    """`counts[i]` things took at most `bounds[i]` seconds and more than the bound before; the last count: the rest."""

    bounds: tuple[float, ...] = SECONDS
    counts: tuple[int, ...] = (0,) * (len(SECONDS) + 1)
    sum_s: float = 0.0

    @property
    def count(self) -> int:
        return sum(self.counts)

    def with_one(self, seconds: float) -> "Histogram":
        """The histogram with one more duration."""
        place = bisect_left(self.bounds, seconds)
        counts = (*self.counts[:place], self.counts[place] + 1, *self.counts[place + 1 :])
        return Histogram(self.bounds, counts, self.sum_s + seconds)
