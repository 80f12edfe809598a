"""The figures of `stats`: from the supervisor's to what people read."""

from typing import Any

import msgspec

from bus.contract.histogram import Histogram
from bus.contract.vocabulary import Rung
from bus.wire.commands import EndedCount


class ServerStats(msgspec.Struct, frozen=True):
    """Since the supervisor began: `jobs` by state, `gauges` by name (one that a server does not know reads as 0), how
    jobs `ended`, how long `stops` took by rung, and how long the first words of a job."""

    jobs: dict[str, int]
    gauges: dict[str, float]
    ended: list[EndedCount] = []
    stops: dict[Rung, Histogram] = {}
    first_chunk: Histogram = Histogram()

    def __getitem__(self, gauge: str) -> float:
        return self.gauges.get(gauge, 0.0)

    def flat(self) -> dict[str, Any]:
        """What `--json` prints."""
        counted = {name: getattr(self, name) for name in ("jobs", "ended", "stops", "first_chunk")}
        return {**counted, **self.gauges}
