"""What jobs say they have used: taken in the order in which it was so, held to what was reserved, kept on disk."""

import msgspec

from bus.contract.events import Usage
from supervisor.jobs.job_entry import JobEntry
from supervisor.scheduling.daily_budget import DailyBudget
from supervisor.scheduling.limits import Exceeded
from supervisor.storage.store import Store


class UsageReports:
    """Takes the usage that workers report, for all jobs that have not ended."""

    def __init__(self, store: Store, daily_budget: DailyBudget) -> None:
        self._store = store
        self._daily_budget = daily_budget

    def take(self, entry: JobEntry, usage: Usage, used_at: float, now: float) -> Exceeded | None:
        """What the job's worker says that it had used at `used_at`. Two lines carry it, so that an older report can
        come after a newer one: it is passed over. Returns the budget that is used up, if one is. `now` is monotonic."""
        if used_at < entry.usage_report.used_at:
            return None
        entry.usage_report.used_at = used_at
        # The worker's own figures, except the number of chunks, which is counted here.
        entry.job.usage = msgspec.structs.replace(usage, chunks=max(entry.stream.seq - 1, 0))
        return self._daily_budget.over_budget(entry, now)

    def record(self, entry: JobEntry) -> None:
        """Have it on disk, if a model was asked for more: it counts although the supervisor crashes. Not for each
        event, since what an answer costs grows with each; a heartbeat later is soon enough."""
        paid = _paid(entry.job.usage)
        if paid != entry.usage_report.recorded:
            entry.usage_report.recorded = paid
            self._store.update(entry.stream.number, entry.record())


def _paid(usage: Usage) -> Usage:
    """The usage without rows and chunks, which cost nothing and grow while a job runs."""
    return msgspec.structs.replace(usage, rows=0, chunks=0)
