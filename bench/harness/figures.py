"""What a measurement found: medians and percentiles, beside the physical limit that was measured in the same run."""

import msgspec

from ops.load.report.spread import Spread, spread

__all__ = ["Figure", "Result", "Spread", "spread"]


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
