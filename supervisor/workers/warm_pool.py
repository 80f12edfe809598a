"""Warm workers that wait for a job: connected, sandboxed, their agent prepared. Each serves one job and is replaced.

Only agents that have been asked for are kept warm, so that unused ones cost nothing. Pure: the pool acts.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from supervisor.processes.spawner import WorkerProcess
from supervisor.workers.worker import Worker

TRY_AGAIN_S = 30.0
"""How long an agent whose spare has died before its job is left cold."""


@dataclass(slots=True)
class WarmPool:
    """At most `per_agent` workers wait for each wanted agent. `hire` starts one."""

    per_agent: int
    hire: Callable[[str], Worker]
    waiting: dict[str, list[Worker]] = field(default_factory=dict)
    _cold_until: dict[str, float] = field(default_factory=dict)

    def want(self, agent: str) -> None:
        """This agent is asked for."""
        if self.per_agent:
            self.waiting.setdefault(agent, [])

    @property
    def ready(self) -> int:
        """How many could take a job now."""
        return sum(worker.ready for spares in self.waiting.values() for worker in spares)

    def take(self, agent: str) -> Worker | None:
        """The spare that is furthest along, ready or still starting."""
        spares = self.waiting.get(agent)
        if not spares:
            return None
        ready = next((worker for worker in spares if worker.ready), spares[0])
        spares.remove(ready)
        return ready

    def refill(self, now: float) -> None:
        """Start what is missing."""
        for agent, spares in self.waiting.items():
            if now >= self._cold_until.get(agent, 0.0):
                spares += [self.hire(agent) for _ in range(self.per_agent - len(spares))]

    def lost(self, worker: Worker, now: float) -> None:
        """A worker has gone; if it was a spare, its agent may not be able to start at all."""
        spares = self.waiting.get(worker.agent, [])
        if worker in spares:
            spares.remove(worker)
            self._cold_until[worker.agent] = now + TRY_AGAIN_S

    def late(self, now: float, start_timeout_s: float) -> list[Worker]:
        """Spares that have not become ready in time."""
        return [
            worker
            for spares in self.waiting.values()
            for worker in spares
            if not worker.ready and now > worker.hired_at + start_timeout_s
        ]

    def give_up_outdated(self) -> list[WorkerProcess]:
        """Take away those whose data folder has been replaced; returns the processes to be ended."""
        found = [(worker, worker.process) for spares in self.waiting.values() for worker in spares if worker.outdated]
        for worker, _ in found:
            self.waiting[worker.agent].remove(worker)
        return [process for _, process in found if process is not None]

    def dismiss(self) -> None:
        """Keep none any more."""
        self.per_agent = 0
        self.waiting.clear()
