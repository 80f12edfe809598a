"""What each user's questions have cost today (the day of UTC), against the limit for a user and a day. Pure: moments
are Unix seconds and come in as arguments."""

from bus.contract.vocabulary import SUPERVISOR, Refusal
from bus.wire.replies import Refused

DAY_S = 86_400


class DailyBudget:
    """Costs in US dollars. A job counts for the day on which it ended, and while it runs for today. `ended_usd` are
    the costs of the jobs that have ended today, by user."""

    def __init__(self, limit_usd: float, ended_usd: dict[str, float], now: float) -> None:
        self._limit_usd = limit_usd
        self._ended_usd = ended_usd
        self._day = now // DAY_S

    def add_ended(self, user: str, cost_usd: float, now: float) -> None:
        """A job of this user has ended, and has cost so much."""
        ended = self._ended_today(now)
        ended[user] = ended.get(user, 0.0) + cost_usd

    def left_usd(self, user: str, running_usd: float, now: float) -> float | None:
        """What is left of the user's day, below 0 where it was exceeded; None without a limit. `running_usd` is what
        the user's jobs that have not ended have cost so far."""
        if not self._limit_usd or user == SUPERVISOR:
            return None
        return self._limit_usd - self._ended_today(now).get(user, 0.0) - running_usd

    def refuse(self, user: str, running_usd: float, now: float) -> Refused | None:
        """Why another question of this user would cost too much, if so."""
        left_usd = self.left_usd(user, running_usd, now)
        if left_usd is None or left_usd > 0:
            return None
        hours, minutes = divmod(int(DAY_S - now % DAY_S) // 60, 60)
        hint = f"ask again in {hours} h {minutes} min, when the next day begins (UTC), or raise "
        return Refused(Refusal.QUOTA, self.words(left_usd), hint + "[agent] max_cost_usd_per_user_day")

    def words(self, left_usd: float) -> str:
        """How much of how much has been used, for people."""
        used_usd = self._limit_usd - left_usd
        return f"your questions have cost ${used_usd:,.2f} today; the limit is ${self._limit_usd:,.2f} a day"

    def _ended_today(self, now: float) -> dict[str, float]:
        if now // DAY_S != self._day:
            self._day, self._ended_usd = now // DAY_S, {}
        return self._ended_usd


def day_began_at(now: float) -> float:
    """When the day of this moment began."""
    return now - now % DAY_S
