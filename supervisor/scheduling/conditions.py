"""How things stand around the queue: the log, the budgets and the workers, asked once for each decision."""

from bus.wire.replies import Refused
from supervisor.scheduling.admission import Admission, Facts
from supervisor.scheduling.daily_budget import DailyBudget
from supervisor.storage.group_commit import GroupCommit
from supervisor.workers.worker_pool import WorkerPool


class Conditions:
    """Gathers the facts that admission decides by."""

    def __init__(self, admission: Admission, commit: GroupCommit, daily_budget: DailyBudget, pool: WorkerPool) -> None:
        self._admission = admission
        self._commit = commit
        self._daily_budget = daily_budget
        self._pool = pool

    @property
    def closed(self) -> bool:
        """Whether no question is accepted, of any user."""
        return self._admission.draining or bool(self._commit.trouble)

    def now(self) -> Facts:
        """Those of this moment; stale as soon as a job starts or ends."""
        rooms = {agent: self._pool.no_room(agent) for agent in self._admission.waiting_agents}
        return Facts(
            trouble=self._commit.trouble,
            shortage=self._pool.shortage,
            short_of_budget=self._daily_budget.short_of_budget(),
            no_room={agent: words for agent, words in rooms.items() if words},
        )

    def refuse(self, user: str, agent: str = "") -> Refused | None:
        """Why another job of this user cannot be accepted now, if so."""
        return self._admission.refuse(self.now(), user, agent)

    def short_of_room(self) -> list[str]:
        """The agents of the jobs that wait for nothing but a machine with room for them."""
        return self._admission.short_of_room(self.now()) if self._admission.waiting else []
