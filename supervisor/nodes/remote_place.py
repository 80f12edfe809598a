"""A node as a place for workers: asks it over the line, and hears its reports, each once and in order."""

from collections.abc import Callable
from dataclasses import dataclass

from bus.contract.vocabulary import Proof
from supervisor.lifecycle.kill_ladder import Step
from supervisor.nodes.line import (
    Do,
    Exited,
    LineMessage,
    NodeReport,
    NumberedReport,
    Outdated,
    Overcrowded,
    Reaped,
    Seen,
    Serves,
    Spawn,
    Spawned,
    Tell,
)
from supervisor.places.capacity import Capacity, Demand
from supervisor.places.place import Gone, PlaceListener


@dataclass(slots=True)
class _Known:
    """What is known of a worker there, and what it is spawned with until it is known to run; what its job takes."""

    spawn: Spawn | None
    demand: Demand
    job_id: str = ""
    exited: bool = False
    outdated: bool = False


class RemotePlace:
    """Takes jobs as far as its `capacity` goes; `demand` says what one of an agent takes of it. `send` says something
    to the node, if it is connected."""

    def __init__(
        self,
        name: str,
        capacity: Capacity,
        demand: Callable[[str], Demand],
        send: Callable[[LineMessage], None],
        listener: PlaceListener,
    ) -> None:
        self.name = name
        self.capacity = capacity
        self._demand = demand
        self.proof = Proof.NODE_REAPED
        self._send = send
        self._listener = listener
        self._workers: dict[str, _Known] = {}
        self._heard_through = 0

    def __repr__(self) -> str:
        return f"<RemotePlace {self.name} {len(self._workers)} workers, {self.free} of {self.capacity.slots} free>"

    @property
    def workers(self) -> int:
        return len(self._workers)

    @property
    def jobs(self) -> int:
        return sum(bool(known.job_id) for known in self._workers.values())

    @property
    def needs(self) -> list[str]:
        """The resource that each job there needs, "" for none."""
        return [known.demand.resource for known in self._workers.values() if known.job_id]

    @property
    def free(self) -> int:
        """How many more jobs it takes."""
        return self.capacity.slots - self.jobs

    def lacks(self, agent: str) -> str:
        """What it has too little of for a job of this agent even if nothing runs there, for people; "" for nothing."""
        return self.capacity.lacks(self._demand(agent))

    def takes(self, agent: str) -> bool:
        """Whether a job of this agent can begin there now."""
        held = [known.demand for known in self._workers.values() if known.job_id]
        return self.capacity.takes(self._demand(agent), held)

    # ---- the seam

    def spawn(self, worker_id: str, agent: str, token: bytes, own_folder: str = "") -> None:
        assert not own_folder, "files of a user's own lie at the head"
        spawn = Spawn(worker_id, agent, token)
        self._workers[worker_id] = _Known(spawn, self._demand(agent))
        self._send(spawn)

    def assigned(self, worker_id: str, job_id: str) -> None:
        if known := self._workers.get(worker_id):
            known.job_id = job_id
            self._send(Serves(worker_id, job_id))

    def tell(self, worker_id: str, message: bytes) -> None:
        if worker_id in self._workers:
            self._send(Tell(worker_id, message))

    def do(self, worker_id: str, step: Step) -> None:
        if worker_id in self._workers:
            self._send(Do(worker_id, step))

    def lives(self, worker_id: str) -> bool:
        known = self._workers.get(worker_id)
        return known is not None and not known.exited

    def outdated(self, worker_id: str) -> bool:
        known = self._workers.get(worker_id)
        return known is not None and known.outdated

    # ---- what the node says

    def reported(self, numbered: NumberedReport) -> None:
        """One that is out of turn comes again, when the line stands again."""
        if numbered.number == self._heard_through + 1:
            self._heard_through += 1
            self._take(numbered.report)
        self._send(Seen(self._heard_through))

    def connected_again(self) -> None:
        """What a broken line may have lost is said again. The rest comes again by itself: a job with its worker's next
        heartbeat, a stop with its next step."""
        for worker_id, known in self._workers.items():
            if known.spawn is not None:
                self._send(known.spawn)
            if known.job_id:
                self._send(Serves(worker_id, known.job_id))

    def lost(self, proof: Proof, words: str) -> None:
        """Nothing of the node lives any more, as `proof` says."""
        for worker_id, known in list(self._workers.items()):
            if not known.exited:
                self._listener.exited(worker_id)
            del self._workers[worker_id]
            self._listener.gone(worker_id, Gone(words, proof, with_its_node=True))

    def _take(self, report: NodeReport) -> None:
        known = self._workers.get(report.worker_id)
        if known is None:
            return
        match report:
            case Spawned(worker_id, pid):
                known.spawn = None
                self._listener.spawned(worker_id, pid)
            case Outdated():
                known.outdated = True
            case Overcrowded(worker_id, words, reason):
                self._listener.overcrowded(worker_id, reason, words)
            case Exited(worker_id):
                known.exited = True
                self._listener.exited(worker_id)
            case Reaped():
                del self._workers[report.worker_id]
                self._listener.gone(report.worker_id, self._gone(report))

    def _gone(self, reaped: Reaped) -> Gone:
        return Gone(
            reaped.exit_words,
            self.proof if reaped.proven else None,
            reaped.last_words,
            limit_hit=reaped.limit_hit,
            counted=reaped.counted,
        )
