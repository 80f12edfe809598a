"""The limit of what a user's questions may cost in a day: a part of it is reserved for each job that runs, so that all
of them stay within it together."""

import os
import time

from bus.contract.models import has_model, models_of, price_of
from bus.contract.settings import Settings
from bus.contract.vocabulary import Reason
from bus.wire.replies import Refused
from supervisor.jobs.job_entry import JobEntry
from supervisor.scheduling.day_costs import DayCosts
from supervisor.scheduling.limits import Exceeded
from supervisor.storage.queries import Queries

OVERSPENT_FOR_S = 2.0
"""So long a worker has to end by itself, and in its own words, once its job costs more than was reserved for it."""


class DailyBudget:
    """Reserves a part of the user's day for each job that starts. It says what is too much; it stops nothing."""

    def __init__(self, settings: Settings, queries: Queries) -> None:
        self._reserving: dict[str, dict[str, JobEntry]] = {}  # user -> job id -> job that has started and not ended
        self._day_costs = DayCosts(settings.agent.max_cost_usd_per_user_day, queries.costs_usd, time.time())
        self._wanted_usd = _wanted_usd(settings)

    def refuse(self, user: str) -> Refused | None:
        """Why another question of this user would cost too much, if so."""
        return self._day_costs.refuse(user, self._running_usd(user), time.time())

    def may_start(self, user: str) -> bool:
        """Whether enough of the user's day is free for one more job: as much as one may cost, or all that is left,
        where no other job holds any of it."""
        free_usd = self._free_usd(user)
        return free_usd is None or user not in self._reserving or free_usd >= self._wanted_usd

    def short_of_budget(self) -> frozenset[str]:
        """The users for whom no further job may start yet."""
        return frozenset(user for user in self._reserving if not self.may_start(user))

    def start(self, entry: JobEntry) -> None:
        """The job starts, and what it may cost is reserved for it."""
        free_usd = self._free_usd(entry.user)
        if free_usd is not None:
            entry.reservation.usd = min(max(free_usd, 0.0), self._wanted_usd) if self._wanted_usd else free_usd
        self._reserving.setdefault(entry.user, {})[entry.job_id] = entry

    def job_ended(self, entry: JobEntry) -> None:
        """What the job has cost is known, and what else was reserved for it is free again."""
        own = self._reserving.get(entry.user, {})
        own.pop(entry.job_id, None)
        if not own:
            self._reserving.pop(entry.user, None)
        self._day_costs.add_ended(entry.user, entry.job.usage.cost_usd, time.time())

    def over_budget(self, entry: JobEntry, now: float) -> Exceeded | None:
        """Whether the job has cost more than was reserved for it, and for long; `now` is monotonic. A worker
        ends by itself at what it was given, unless its agent does not look at that."""
        cost_usd, reserved_usd = entry.job.usage.cost_usd, entry.reservation.usd
        if reserved_usd is None:
            return None
        if cost_usd <= reserved_usd:
            entry.reservation.overspent_since = None
            return None if self._wanted_usd else self._day_over(entry.user)
        if entry.reservation.overspent_since is None:
            entry.reservation.overspent_since = now
        if now < entry.reservation.overspent_since + OVERSPENT_FOR_S:
            return None
        words = f"The question has cost ${cost_usd:,.2f}; ${reserved_usd:,.2f} of your day were reserved for it"
        return Exceeded(Reason.BUDGET, f"{words} ([agent] max_cost_usd_per_user_day).")

    def _day_over(self, user: str) -> Exceeded | None:
        """Where nothing is reserved, since no model has a price, but jobs of agents of one's own cost all the same."""
        left_usd = self._day_costs.left_usd(user, self._running_usd(user), time.time())
        if left_usd is None or left_usd >= 0:
            return None
        words = self._day_costs.words(left_usd)
        return Exceeded(Reason.BUDGET, f"{words[:1].upper()}{words[1:]}.")

    def _free_usd(self, user: str) -> float | None:
        """What is left of the user's day and not reserved; None without such a limit."""
        held_usd = sum(
            max(entry.job.usage.cost_usd, (entry.reservation.usd or 0.0) if self._wanted_usd else 0.0)
            for entry in self._reserving.get(user, {}).values()
        )
        return self._day_costs.left_usd(user, held_usd, time.time())

    def _running_usd(self, user: str) -> float:
        return sum(entry.job.usage.cost_usd for entry in self._reserving.get(user, {}).values())


def _wanted_usd(settings: Settings) -> float:
    """What is reserved for one job; 0 where nothing costs anything: without a model, or with one that has no price."""
    llm, agent = settings.llm, settings.agent
    if not has_model(llm, os.environ) or all(price_of(llm, model) is None for model in models_of(llm)):
        return 0.0
    return agent.max_cost_usd or agent.max_cost_usd_per_user_day / settings.limits.max_running_per_user
