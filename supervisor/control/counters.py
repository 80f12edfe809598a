"""What became of the jobs since the supervisor began, and how long they took to say something and to stop. Pure."""

from collections import Counter
from dataclasses import dataclass, field

from bus.contract.histogram import Histogram
from bus.contract.vocabulary import Reason, Rung, State
from bus.wire.replies import EndedCount
from supervisor.lifecycle.job import Job


@dataclass(slots=True)
class Counters:
    """Totals since the start: how jobs ended, how long until their first chunk, how long stops took."""

    ended: Counter[tuple[State, Reason | None]] = field(default_factory=Counter)
    stops: dict[Rung, Histogram] = field(default_factory=dict)
    first_chunk: Histogram = field(default_factory=Histogram)

    def job_ended(self, job: Job) -> None:
        """It counts as stopped on the highest rung that was climbed; that took until there was proof."""
        self.ended[job.state, job.reason] += 1
        if job.ladder is not None and job.ladder.climbed:
            rung = job.ladder.rung
            self.stops[rung] = self.stops.get(rung, Histogram()).with_one(job.stop_ms / 1000)

    def first_chunk_after(self, seconds: float) -> None:
        """A job's first event of its worker came so long after the question was accepted."""
        self.first_chunk = self.first_chunk.with_one(seconds)

    def count_by_state(self) -> Counter[str]:
        counted: Counter[str] = Counter()
        for (state, _), count in self.ended.items():
            counted[state] += count
        return counted

    def ended_counts(self) -> list[EndedCount]:
        return [EndedCount(state, reason, count) for (state, reason), count in sorted(self.ended.items(), key=str)]
