"""What each user's questions have cost today (the day of UTC), against the limit for a user and a day. Pure: moments
are Unix seconds and come in as arguments."""

import math
from collections.abc import Callable, Iterable

from bus.contract.vocabulary import SUPERVISOR, Refusal
from bus.wire.replies import Refused

DAY_S = 86_400

Cost = tuple[str, float, float]
"""Of a job that has ended: its user, when it ended, and what it has cost."""


class DayCosts:
    """Costs in US dollars. A job counts for the day on which it ended, and while it runs for today. Each day is kept,
    so that a clock that jumps to another and back neither gives a day twice nor takes one that has not come yet.
    `ended_between(since, before)` are the jobs that the log has of a time."""

    def __init__(self, limit_usd: float, ended_between: Callable[[float, float], Iterable[Cost]], now: float) -> None:
        self._limit_usd = limit_usd
        self._ended_between = ended_between
        self._known_since = day_began_at(now)
        self._days: dict[float, dict[str, float]] = {}
        self._read(self._known_since, math.inf)

    def add_ended(self, user: str, cost_usd: float, now: float) -> None:
        """A job of this user has ended, and has cost so much."""
        ended = self._ended_on(now)
        ended[user] = ended.get(user, 0.0) + cost_usd

    def left_usd(self, user: str, running_usd: float, now: float) -> float | None:
        """What is left of the user's day, below 0 where it was exceeded; None without a limit. `running_usd` is what
        the user's jobs that have not ended have cost so far."""
        if not self._limit_usd or user == SUPERVISOR:
            return None
        return self._limit_usd - self._ended_on(now).get(user, 0.0) - running_usd

    def refuse(self, user: str, running_usd: float, now: float) -> Refused | None:
        """Why another question of this user would cost too much, if so."""
        left_usd = self.left_usd(user, running_usd, now)
        if left_usd is None or left_usd > 0:
            return None
        hours, minutes = divmod(int(DAY_S - now % DAY_S) // 60, 60)
        hint = f"ask again in {hours} h {minutes} min, when the next day begins (UTC), or raise "
        return Refused(Refusal.QUOTA, self.words(left_usd), hint + "[agent] max_cost_usd_per_user_day")

    def words(self, left_usd: float) -> str:
        """How much of the day's limit has been used, for people."""
        used_usd = self._limit_usd - left_usd
        return f"your questions have cost ${used_usd:,.2f} today; the limit is ${self._limit_usd:,.2f} a day"

    def _ended_on(self, now: float) -> dict[str, float]:
        """The costs by user of the jobs that have ended on the day of this moment."""
        day = day_began_at(now)
        if day not in self._days and day < self._known_since:
            self._read(day, day + DAY_S)
        return self._days.setdefault(day, {})

    def _read(self, since: float, before: float) -> None:
        for user, ended_at, cost_usd in self._ended_between(since, before):
            costs = self._days.setdefault(day_began_at(ended_at), {})
            costs[user] = costs.get(user, 0.0) + cost_usd


def day_began_at(now: float) -> float:
    """When the day of this moment began."""
    return now - now % DAY_S
