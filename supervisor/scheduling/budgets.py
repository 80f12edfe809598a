"""What each user's questions have cost today (the day of UTC), against the limit for a user and a day. Pure: moments
are Unix seconds and come in as arguments."""

from collections.abc import Iterable

from bus.contract.vocabulary import SUPERVISOR, Refusal
from supervisor.jobs.job_entry import JobEntry
from supervisor.scheduling.admission import NoRoom

DAY_S = 86_400


class Spending:
    """Costs in US dollars. A job counts for the day on which it ended, and while it runs for today. `ended_usd` are
    the costs of the jobs that have ended today, by user."""

    def __init__(self, limit_usd: float, ended_usd: dict[str, float], now: float) -> None:
        self._limit_usd = limit_usd
        self._ended_usd = ended_usd
        self._day = now // DAY_S

    def end(self, entry: JobEntry, now: float) -> None:
        """The job has ended, so that it is known what it cost."""
        ended = self._ended_today(now)
        ended[entry.user] = ended.get(entry.user, 0.0) + entry.job.usage.cost_usd

    def left_usd(self, user: str, entries: Iterable[JobEntry], now: float) -> float | None:
        """What is left of the user's day, below 0 where it was exceeded; None without a limit. `entries` are the
        jobs that may still be running."""
        if not self._limit_usd or user == SUPERVISOR:
            return None
        running = (entry.job.usage.cost_usd for entry in entries if entry.user == user and not entry.job.ended)
        return self._limit_usd - self._ended_today(now).get(user, 0.0) - sum(running)

    def refuse(self, user: str, entries: Iterable[JobEntry], now: float) -> NoRoom | None:
        """Why another question of this user would cost too much, if so."""
        left_usd = self.left_usd(user, entries, now)
        if left_usd is None or left_usd > 0:
            return None
        hours, minutes = divmod(int(DAY_S - now % DAY_S) // 60, 60)
        hint = f"ask again in {hours} h {minutes} min, when the next day begins (UTC), or raise "
        return NoRoom(Refusal.QUOTA, self.words(left_usd), hint + "[agent] max_cost_usd_per_user_day")

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
