"""What a measurement found: medians and percentiles, beside the physical limit that was measured in the same run."""

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


class Figure(msgspec.Struct, frozen=True):
    """One line of the result. `limit` is what the machine could do at best, in the same unit: the same work without
    Deadstop. `targets` are bounds for the median, p95 or p99, by those names."""

    name: str
    unit: str
    measured: Spread
    higher_is_better: bool = False
    limit: Spread | None = None
    limit_name: str = ""
    targets: dict[str, float] = {}

    @property
    def ratio(self) -> float | None:
        """The measured median over the limit's."""
        if self.limit is None or not self.limit.median:
            return None
        return self.measured.median / self.limit.median

    def missed(self) -> list[str]:
        """The targets that were not reached."""
        values = msgspec.structs.asdict(self.measured)
        if self.higher_is_better:
            return [name for name, bound in self.targets.items() if values[name] < bound]
        return [name for name, bound in self.targets.items() if values[name] > bound]


class Result(msgspec.Struct, frozen=True):
    """Everything one run of the benchmark found, and on what."""

    at: str
    revision: str
    machine: dict[str, str]
    versions: dict[str, str]
    figures: list[Figure]


def spread(values: Sequence[float]) -> Spread:
    """Raises `ValueError` for no values."""
    if not values:
        raise ValueError("nothing was measured")
    ordered = sorted(values)
    return Spread(
        rounded(statistics.median(ordered)), rounded(rank(ordered, 0.95)), rounded(rank(ordered, 0.99)), len(ordered)
    )


def rank(ordered: Sequence[float], share: float) -> float:
    """The nearest-rank percentile of sorted values."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def rounded(value: float) -> float:
    """To four significant digits: more would pretend."""
    return float(f"{value:.4g}")
