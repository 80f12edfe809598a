"""The warm workers of all places: taken by jobs, replaced soon after, killed when they are of no use any more. Which of
those at one place, `warm_stock` decides."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from functools import partial

from supervisor.lifecycle.kill_ladder import Step
from supervisor.places.place import Place
from supervisor.workers.placement import Placement
from supervisor.workers.warm_stock import WarmStock
from supervisor.workers.worker import Worker

log = logging.getLogger(__name__)

REFILL_AFTER_S = 0.05


class WarmPool:
    """Some for each agent that was asked for, at each place that serves it. `request` starts one; `has_room_here` says
    whether this machine has descriptors for another."""

    def __init__(
        self,
        placement: Placement,
        per_agent: int,
        request: Callable[[Place, str], Worker],
        has_room_here: Callable[[], bool],
    ) -> None:
        self._placement = placement
        self._per_agent = per_agent
        self._request = request
        self._has_room_here = has_room_here
        self._wanted: set[str] = set()
        self._at_places: dict[Place, WarmStock[Worker]] = {}
        self._refill: asyncio.TimerHandle | None = None

    @property
    def ready(self) -> int:
        """How many wait for a job, wherever they are."""
        return sum(warm.ready for warm in self._at_places.values())

    def ready_at(self, place: Place) -> int:
        """How many wait for a job there."""
        return self._at(place).ready

    def is_ready_at(self, place: Place, agent: str) -> bool:
        """Whether one of this agent waits for a job there."""
        return self._at(place).has_ready(agent)

    def want(self, agent: str) -> None:
        """Keep workers warm for this agent from now on, at each place that serves it."""
        self._wanted.add(agent)
        for place, warm in self._at_places.items():
            self._want_at(place, warm, agent)

    def take(self, place: Place, agent: str) -> Worker | None:
        """One that waits there and can be used; the job has it from now on."""
        while (worker := self._at(place).take(agent)) is not None:
            if _usable(worker):
                return worker
            kill(worker)
        return None

    def give_up_one(self, place: Place) -> None:
        """Kill one that is ready there, so that another agent's job has its descriptors."""
        if worker := self._at(place).give_up():
            kill(worker)

    def lost(self, worker: Worker) -> None:
        """This worker's process has ended: it is handed out no more."""
        self._at(worker.place).lost(worker, asyncio.get_running_loop().time())

    def refill_soon(self) -> None:
        """Replace those that were taken, once the jobs that took them have had a head start."""
        if self._per_agent and self._refill is None:
            self._refill = asyncio.get_running_loop().call_later(REFILL_AFTER_S, self._refill_now)

    def check(self, start_timeout_s: float) -> None:
        """Kill those that never became ready or are outdated, and replace what is missing. To be called now and
        then."""
        self._leave_places()
        now = asyncio.get_running_loop().time()
        for warm in self._at_places.values():
            for worker in warm.remove_outdated():
                kill(worker)
            for worker in warm.late(now, start_timeout_s):
                if worker.pid is not None:
                    warm.lost(worker, now)
                    kill(worker)
        self.refill_soon()

    def dismiss(self) -> None:
        """Keep none warm any more. Those that wait are not killed here."""
        if self._refill is not None:
            self._refill.cancel()
        self._per_agent = 0
        for warm in self._at_places.values():
            warm.dismiss()

    def _at(self, place: Place) -> WarmStock[Worker]:
        if place not in self._at_places:
            warm = self._at_places[place] = WarmStock(self._per_agent, partial(self._request, place))
            for agent in self._wanted:
                self._want_at(place, warm, agent)
        return self._at_places[place]

    def _want_at(self, place: Place, warm: WarmStock[Worker], agent: str) -> None:
        if self._placement.serves(place, agent):
            warm.want(agent)

    def _leave_places(self) -> None:
        """Nothing is kept warm at a place that there is no more, or that is being drained."""
        left = self._at_places.keys() - self._placement.places
        for place in left.union(self._at_places.keys() & self._placement.machines.draining):
            del self._at_places[place]

    def _refill_now(self) -> None:
        self._refill = None
        now = asyncio.get_running_loop().time()
        for place in self._placement.ready:
            self._at(place).refill(now, self._has_room_here if place is self._placement.here else lambda: True)


def kill(worker: Worker) -> None:
    """Kill its process, if it has one yet. Where its descendants cannot be looked for, its group is killed all the
    same; the others are swept after it."""
    with contextlib.suppress(OSError):
        worker.do(Step.KILL)


def _usable(worker: Worker) -> bool:
    """A warm worker that cannot be looked at, for want of a descriptor for example, is not used."""
    try:
        return worker.place.lives(worker.worker_id) and not worker.outdated
    except OSError as error:
        log.warning("cannot look at warm %r: %s; taking another", worker, error, extra={"action": "warm"})
        return False
