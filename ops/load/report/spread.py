"""Many values in a few: median, percentiles, largest. Pure."""

import math
import statistics
from collections.abc import Sequence

import msgspec


class Spread(msgspec.Struct, frozen=True):
    """Median and percentiles (nearest rank) of `runs` values."""

    median: float
    p95: float
    p99: float
    runs: int
    largest: float = 0.0


def spread(values: Sequence[float]) -> Spread:
    """Raises `ValueError` for no values."""
    if not values:
        raise ValueError("nothing was measured")
    ordered = sorted(values)
    return Spread(
        median=rounded(statistics.median(ordered)),
        p95=rounded(rank(ordered, 0.95)),
        p99=rounded(rank(ordered, 0.99)),
        runs=len(ordered),
        largest=rounded(ordered[-1]),
    )


def rank(ordered: Sequence[float], share: float) -> float:
    """The nearest-rank percentile of sorted values."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def rounded(value: float) -> float:
    """To four significant digits: more would pretend."""
    return float(f"{value:.4g}")
