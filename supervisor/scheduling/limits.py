"""What a job may use: how long its phases may last, how much it may say, what its user may still spend today."""

import time
from collections.abc import Callable

from bus.contract.settings import Settings, limits_of
from bus.contract.vocabulary import SUPERVISOR, Reason
from bus.wire.commands import Submit
from supervisor.jobs.job_entry import JobEntry
from supervisor.lifecycle.job import Deadlines
from supervisor.lifecycle.kill_ladder import Graces, StopRequest
from supervisor.scheduling.admission import NoRoom
from supervisor.scheduling.budgets import Spending, day_began_at
from supervisor.storage.store import Store


class Limits:
    """Calls `stop(entry, request)` for a job that has gone beyond one. `entries` are the jobs that have not ended."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        entries: dict[str, JobEntry],
        stop: Callable[[JobEntry, StopRequest], None],
    ) -> None:
        self._settings = settings
        self._store = store
        now, limit_usd = time.time(), settings.agent.max_cost_usd_per_user_day
        self._spending = Spending(limit_usd, store.queries.costs_usd(day_began_at(now)), now)
        self._entries = entries
        self._stop = stop

    @property
    def graces(self) -> Graces:
        """How long the rungs of a job's ladder are apart."""
        return Graces(self._settings.supervisor.cancel_grace_s, self._settings.supervisor.terminate_grace_s)

    def deadlines(self, submit: Submit) -> Deadlines:
        """How long the phases of this question's job may last."""
        worker, limit_s = self._settings.worker, limits_of(self._settings, submit.agent).max_runtime_s
        wanted_s = submit.options.max_runtime_s
        return Deadlines(
            start_s=worker.start_timeout_s,
            runtime_s=min(wanted_s, limit_s) if wanted_s and limit_s else (wanted_s or limit_s),
            heartbeat_s=worker.heartbeat_timeout_s,
            linger_s=worker.linger_s,
        )

    def refuse_spending(self, user: str) -> NoRoom | None:
        """Why another question of this user would cost too much, if so."""
        return self._spending.refuse(user, self._entries.values(), time.time())

    def cost_left_usd(self, entry: JobEntry) -> float | None:
        """What is left of the day of the job's user; None without such a limit."""
        return self._spending.left_usd(entry.user, self._entries.values(), time.time())

    def check_spending(self, entry: JobEntry) -> None:
        """A worker ends by itself at what was left when it began; but its user's other jobs spend too."""
        left_usd = self.cost_left_usd(entry)
        if left_usd is None or entry.cost_left_usd is None or left_usd >= 0:
            return
        if entry.job.usage.cost_usd <= entry.cost_left_usd:
            words = self._spending.words(left_usd)
            self.exceeded(entry, Reason.BUDGET, f"{words[:1].upper()}{words[1:]}.")

    def check_output(self, entry: JobEntry) -> None:
        """The stream has grown."""
        limits = self._settings.limits
        for what, value, limit in (
            ("bytes", entry.stream.size_bytes, limits.max_output_bytes),
            ("events", entry.stream.seq, limits.max_events),
        ):
            if value > limit:
                words = f"The answer has grown to {value:,} {what}; the limit is {limit:,}."
                self.exceeded(entry, Reason.OUTPUT_LIMIT, words)

    def exceeded(self, entry: JobEntry, reason: Reason, words: str) -> None:
        """The job has gone beyond a limit; `words` name it with its number, for people. A job that is being stopped
        already keeps the reason it has."""
        if entry.job.ladder is None:
            entry.limit_words = words
            self._stop(entry, StopRequest(SUPERVISOR, reason))

    def keep_spending(self, entry: JobEntry) -> None:
        """Have it on disk, if it has grown: it counts for the day although we crash. Not for each event, since what an
        answer costs grows with each; a heartbeat later is soon enough."""
        cost_usd = entry.job.usage.cost_usd
        if cost_usd > entry.cost_kept_usd:
            entry.cost_kept_usd = cost_usd
            self._store.update(entry.stream.number, entry.record())

    def ended(self, entry: JobEntry) -> None:
        """What the job has cost is known."""
        self._spending.end(entry, time.time())
