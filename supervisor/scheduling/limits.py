"""What a job may use: how long its phases may last, how much it may say, what its user may still spend today."""

import time
from dataclasses import dataclass

from bus.contract.settings import Settings, limits_of
from bus.contract.vocabulary import Reason
from bus.wire.commands import Refused, Submit
from supervisor.jobs.job_entry import JobEntry
from supervisor.jobs.job_table import JobTable
from supervisor.lifecycle.job import Deadlines
from supervisor.lifecycle.kill_ladder import Graces
from supervisor.scheduling.budgets import DailyBudget, day_began_at
from supervisor.storage.queries import Queries


@dataclass(frozen=True, slots=True)
class Exceeded:
    """A limit that a job has gone beyond; `words` name it with its number, for people."""

    reason: Reason
    words: str


class Limits:
    """Says what is too much; it stops nothing. `jobs` are those that may still be running."""

    def __init__(self, settings: Settings, queries: Queries, jobs: JobTable) -> None:
        self._settings = settings
        self._jobs = jobs
        now, limit_usd = time.time(), settings.agent.max_cost_usd_per_user_day
        self._spending = DailyBudget(limit_usd, queries.costs_usd(day_began_at(now)), now)

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

    def refuse_spending(self, user: str) -> Refused | None:
        """Why another question of this user would cost too much, if so."""
        return self._spending.refuse(user, self._jobs.running_cost_usd(user), time.time())

    def cost_left_usd(self, user: str) -> float | None:
        """What is left of the user's day; None without such a limit."""
        return self._spending.left_usd(user, self._jobs.running_cost_usd(user), time.time())

    def over_budget(self, entry: JobEntry) -> Exceeded | None:
        """Whether the user's day is spent, though not by this job alone: a worker ends by itself at what was left when
        it began, but its user's other jobs spend too."""
        left_usd = self.cost_left_usd(entry.user)
        if left_usd is None or entry.cost_left_usd is None or left_usd >= 0:
            return None
        if entry.job.usage.cost_usd > entry.cost_left_usd:
            return None
        words = self._spending.words(left_usd)
        return Exceeded(Reason.BUDGET, f"{words[:1].upper()}{words[1:]}.")

    def over_output(self, entry: JobEntry) -> Exceeded | None:
        """Whether the job's stream has grown too large."""
        limits = self._settings.limits
        for what, value, limit in (
            ("bytes", entry.stream.size_bytes, limits.max_output_bytes),
            ("events", entry.stream.seq, limits.max_events),
        ):
            if value > limit:
                words = f"The answer has grown to {value:,} {what}; the limit is {limit:,}."
                return Exceeded(Reason.OUTPUT_LIMIT, words)
        return None

    def job_ended(self, entry: JobEntry) -> None:
        """What the job has cost is known."""
        self._spending.add_ended(entry.user, entry.job.usage.cost_usd, time.time())
