"""Where a job is to run: on this machine, or on the one of the others that has most room."""

from collections.abc import Callable, Sequence
from typing import Protocol

from bus.contract.agents import HISTORY_AGENT, INTERNAL_AGENTS
from bus.wire.replies import NodeSummary
from supervisor.places.place import Place


class Machine(Place, Protocol):
    """Another machine as a place for workers."""

    @property
    def free(self) -> int:
        """How many more jobs it takes."""

    def lacks(self, agent: str) -> str:
        """What it has too little of for a job of this agent even if nothing runs there, for people; "" for nothing."""

    def takes(self, agent: str) -> bool:
        """Whether a job of this agent can begin there now."""


class Machines(Protocol):
    """Other machines that take jobs: all of them, and those of them that take one now."""

    @property
    def places(self) -> Sequence[Machine]: ...
    @property
    def ready(self) -> Sequence[Machine]: ...
    @property
    def draining(self) -> Sequence[Machine]:
        """The machines that take no more jobs, and end once nothing is left there."""

    def drain(self, name: str, *, undo: bool) -> bool:
        """Let the machine of this name take no more jobs, or with `undo` again. False where there is none."""

    def summaries(self) -> list[NodeSummary]: ...


class NoMachines:
    """Stands for other machines where there are none: everything runs on this one."""

    places: Sequence[Machine] = ()
    ready: Sequence[Machine] = ()
    draining: Sequence[Machine] = ()

    def drain(self, name: str, *, undo: bool) -> bool:
        """False: there is no machine of any name."""
        return False

    def summaries(self) -> list[NodeSummary]:
        """An empty list."""
        return []


class Placement:
    """Chooses among this machine and the others. Where there are others, they do what people ask."""

    def __init__(self, here: Place, machines: Machines | None) -> None:
        self._elsewhere = machines is not None
        self.here = here
        self.machines: Machines = machines if machines is not None else NoMachines()

    @property
    def places(self) -> list[Place]:
        """All machines as places, this one first."""
        return [self.here, *self.machines.places]

    @property
    def ready(self) -> list[Place]:
        """Those that take a job now, or will when one has ended."""
        return [self.here, *self.machines.ready]

    def serves(self, place: Place, agent: str) -> bool:
        """Whether jobs of this agent run there."""
        if not self._is_for_machines(agent):
            return place is self.here
        return any(machine is place and not machine.lacks(agent) for machine in self.machines.places)

    def no_room(self, agent: str) -> str:
        """Why no job of this agent can begin now, for people, although nothing is wrong; empty where one can."""
        if not self._is_for_machines(agent) or self._taking(agent):
            return ""
        lacking = {machine.name: machine.lacks(agent) for machine in self.machines.ready}
        if not all(lacking.values()):
            return "no node has a place for another job"
        return next((f"node {name} has {words}" for name, words in lacking.items()), "no node is ready yet")

    def choose(self, agent: str, is_warm_at: Callable[[Place], bool]) -> Place:
        """Rather where a worker of this agent is warm, then where most is free. RuntimeError: no node takes a job."""
        if not self._is_for_machines(agent):
            return self.here
        if not (taking := self._taking(agent)):
            raise RuntimeError("no node takes a job")
        return max(taking, key=lambda place: (is_warm_at(place), place.free))

    def _is_for_machines(self, agent: str) -> bool:
        """What reads or writes the log and the catalog stays here."""
        return self._elsewhere and agent not in INTERNAL_AGENTS and agent != HISTORY_AGENT

    def _taking(self, agent: str) -> list[Machine]:
        return [machine for machine in self.machines.ready if machine.takes(agent)]
