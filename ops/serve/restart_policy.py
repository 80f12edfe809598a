"""When a program that died is started again, and when it is given up. Pure: times are monotonic seconds."""

QUICK_S = 10.0
MAX_QUICK_DEATHS = 5
FIRST_DELAY_S = 0.2


class Restarts:
    """Counts the quick deaths in a row of one program."""

    def __init__(self) -> None:
        self.quick_deaths = 0

    def __repr__(self) -> str:
        return f"<Restarts quick_deaths={self.quick_deaths}>"

    def died(self, started_at: float, now: float) -> float | None:
        """The seconds to wait before the next start, or None when there shall be none."""
        self.quick_deaths = self.quick_deaths + 1 if now - started_at < QUICK_S else 1
        if self.quick_deaths >= MAX_QUICK_DEATHS:
            return None
        return float(FIRST_DELAY_S * 2 ** (self.quick_deaths - 1))
