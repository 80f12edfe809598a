"""How many warm workers wait at one place for each agent, which of them a job takes, and when an agent is given a rest.

A warm worker is connected, sandboxed, its agent prepared; it serves one job and is replaced. Only agents that have been
asked for are kept warm, so that unused ones cost nothing. Pure: the warm pool acts.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

BACKOFF_S = 30.0
"""How long no worker is kept warm for an agent whose warm worker has died before its job."""


class WarmWorker(Protocol):
    """What is asked of a worker here. `requested_at` is in monotonic seconds."""

    @property
    def agent(self) -> str: ...
    @property
    def ready(self) -> bool: ...
    @property
    def outdated(self) -> bool: ...
    @property
    def requested_at(self) -> float: ...


W = TypeVar("W", bound=WarmWorker)


@dataclass(slots=True)
class WarmStock(Generic[W]):
    """At most `per_agent` workers wait for each wanted agent. `spawn` starts one."""

    per_agent: int
    spawn: Callable[[str], W]
    _waiting: dict[str, list[W]] = field(default_factory=dict)
    _backoff_until: dict[str, float] = field(default_factory=dict)

    def want(self, agent: str) -> None:
        """Keep workers warm for this agent from now on."""
        if self.per_agent:
            self._waiting.setdefault(agent, [])

    @property
    def ready(self) -> int:
        """How many could take a job now."""
        return sum(worker.ready for workers in self._waiting.values() for worker in workers)

    def has_ready(self, agent: str) -> bool:
        """Whether one of this agent could take a job now."""
        return any(worker.ready for worker in self._waiting.get(agent, []))

    def take(self, agent: str) -> W | None:
        """The worker that is furthest along, ready or still starting."""
        workers = self._waiting.get(agent)
        if not workers:
            return None
        taken = next((worker for worker in workers if worker.ready), workers[0])
        workers.remove(taken)
        return taken

    def give_up(self) -> W | None:
        """Take a ready worker away, of whichever agent; returns it."""
        agents = [agent for agent, workers in self._waiting.items() if any(worker.ready for worker in workers)]
        return self.take(agents[0]) if agents else None

    def refill(self, now: float, has_room: Callable[[], bool] = lambda: True) -> None:
        """Start what is missing, as long as there is room for one more."""
        for agent, workers in self._waiting.items():
            while now >= self._backoff_until.get(agent, 0.0) and len(workers) < self.per_agent and has_room():
                workers.append(self.spawn(agent))

    def lost(self, worker: W, now: float) -> None:
        """A worker has gone; if it waited here, its agent may not be able to start at all."""
        workers = self._waiting.get(worker.agent, [])
        if worker in workers:
            workers.remove(worker)
            self._backoff_until[worker.agent] = now + BACKOFF_S

    def late(self, now: float, start_timeout_s: float) -> list[W]:
        """Workers that have not become ready in time."""
        return [
            worker
            for workers in self._waiting.values()
            for worker in workers
            if not worker.ready and now > worker.requested_at + start_timeout_s
        ]

    def remove_outdated(self) -> list[W]:
        """Take away the workers whose data folder has been replaced; returns them, to be killed."""
        outdated = [worker for workers in self._waiting.values() for worker in workers if worker.outdated]
        for worker in outdated:
            self._waiting[worker.agent].remove(worker)
        return outdated

    def dismiss(self) -> None:
        """Keep no worker warm any more. Those that wait are forgotten, not killed."""
        self.per_agent = 0
        self._waiting.clear()
