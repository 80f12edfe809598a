"""Gives each job its worker, a warm one where there is one, at the place that is chosen for it."""

import asyncio

from bus.contract.agents import INTERNAL_AGENTS
from bus.contract.settings import Settings
from bus.contract.vocabulary import Proof
from bus.system.proc import POLL_S
from bus.wire.replies import NodeSummary
from supervisor.places.local_place import LocalPlace
from supervisor.places.place import Place
from supervisor.workers.descriptors import Descriptors
from supervisor.workers.placement import Machines, Placement
from supervisor.workers.warm_pool import WarmPool, kill
from supervisor.workers.worker import Listener, Worker
from supervisor.workers.worker_table import WorkerTable


class WorkerPool:
    """Starts workers `here` and on the other `machines`, which hand what they hear to the `table`. Where there are
    other machines, they do what people ask."""

    def __init__(
        self, settings: Settings, table: WorkerTable, here: LocalPlace, machines: Machines | None = None
    ) -> None:
        self._settings = settings
        self._table = table
        self._here = here
        self._descriptors = Descriptors(lambda: table.starting_at(here))
        self._placement = Placement(here, machines)
        self._warm = WarmPool(
            self._placement, settings.worker.warm_workers, self._request, has_room_here=self._has_room_here
        )
        self._closed = False

    def __repr__(self) -> str:
        return f"<WorkerPool {len(self.workers)} workers, {self.warm} warm>"

    def close(self) -> None:
        """No worker can be got any more, and none is heard."""
        self._closed = True
        self._here.close()

    @property
    def shortage(self) -> str:
        """Why no job can have a worker now, for people; empty where one can. Warm workers give way to it."""
        return self._descriptors.shortage(self._warm.ready_at(self._here))

    def no_room(self, agent: str) -> str:
        """Why no job of this agent can begin now, for people, although nothing is wrong; empty where one can."""
        return self._placement.no_room(agent)

    @property
    def workers(self) -> list[Worker]:
        return self._table.workers

    @property
    def warm(self) -> int:
        """How many workers wait for a job, ready."""
        return self._warm.ready

    @property
    def proof(self) -> Proof:
        """How it is found that nothing of a worker is left."""
        return self._here.proof

    @property
    def controllers(self) -> frozenset[str]:
        """What the kernel limits of each worker."""
        return self._here.controllers

    @property
    def nodes(self) -> list[NodeSummary]:
        """The other machines, as they are now."""
        return self._placement.machines.summaries()

    def drain_node(self, name: str, *, undo: bool) -> bool:
        """Use this other machine no more, or with `undo` again. False where there is none of that name."""
        return self._placement.machines.drain(name, undo=undo)

    @property
    def stray_messages(self) -> int:
        """How many messages came that no living worker has sent."""
        return self._table.stray_messages

    def get(self, agent: str, job_id: str, listener: Listener, own_folder: str = "") -> Worker:
        """A worker of this agent for the job, a warm one if there is one; the listener hears of it from now on. One
        that may open a folder of a user's own is made for the job, on this machine: no warm one knows its user."""
        if agent not in INTERNAL_AGENTS:
            self._warm.want(agent)
        if own_folder:
            worker = self._request_for_job(self._here, agent, own_folder)
            worker.assign(job_id, listener)
            return worker
        place = self._placement.choose(agent, lambda place: self._warm.is_ready_at(place, agent))
        worker = self._warm.take(place, agent) or self._request_for_job(place, agent)
        worker.assign(job_id, listener)
        return worker

    def refill_soon(self) -> None:
        """Replace the warm workers that were taken, once the jobs that took them have had a head start."""
        self._warm.refill_soon()

    def keep_warm(self, agent: str) -> None:
        """Start warm workers of this agent ahead of its first question."""
        self._warm.want(agent)
        self._warm.refill_soon()

    def check_warm(self) -> None:
        """Kill warm workers that are of no use any more, and replace what is missing. To be called now and then."""
        self._here.refresh_folders()
        for worker in self.workers:
            if worker.job_id is None and worker.place in self._placement.machines.draining:
                kill(worker)
        self._warm.check(self._settings.worker.start_timeout_s)

    async def dismiss_warm(self) -> None:
        """Kill every warm worker, and wait until no worker is left."""
        self._warm.dismiss()
        while self.workers:
            for worker in self.workers:
                if worker.job_id is None:
                    kill(worker)
            await asyncio.sleep(POLL_S)

    def _has_room_here(self) -> bool:
        return not self._descriptors.shortage()

    def _request_for_job(self, place: Place, agent: str, own_folder: str = "") -> Worker:
        """Where descriptors are short, in the place of a warm worker of another agent."""
        if place is self._here and not self._has_room_here():
            self._warm.give_up_one(place)
        return self._request(place, agent, own_folder)

    def _request(self, place: Place, agent: str, own_folder: str = "") -> Worker:
        if self._closed:
            raise RuntimeError("the pool is closed")
        worker = Worker(agent, self._settings, place, self._warm.lost, own_folder)
        self._table.add(worker)
        place.spawn(worker.worker_id, agent, worker.token, own_folder)
        return worker
