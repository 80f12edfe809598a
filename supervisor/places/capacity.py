"""What a node offers, what a job asks of it, and whether any node could ever give that. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from bus.contract.agents import known_agents, limits_of
from bus.contract.settings import ClusterSettings, MachineSettings, Settings, on_nodes

MOST_NAMED = 3
LOCAL = "local-{}"
"""What the nodes on the server's machine are called, by number from 1."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What a job takes of a node beside a slot: as much memory as it may have (bytes; 0: it has no limit), and a
    resource ("" for none)."""

    memory_bytes: int = 0
    resource: str = ""


@dataclass(frozen=True, slots=True)
class Capacity:
    """`slots`: how many jobs at a time. `memory_bytes`: how much memory they may have together; 0: no bound."""

    slots: int
    memory_bytes: int = 0
    resources: frozenset[str] = field(default_factory=frozenset)

    def lacks(self, demand: Demand) -> str:
        """What it has too little of even if nothing ran there, for people (after "it has"); "" for nothing. A job
        without a limit of memory fits no node that has a bound."""
        if demand.resource and demand.resource not in self.resources:
            return f"no {demand.resource}"
        if not self._holds([demand]):
            most = f"up to {_mib(demand.memory_bytes)}" if demand.memory_bytes else "any amount"
            return f"{_mib(self.memory_bytes)} of memory for questions, and this one may take {most}"
        return ""

    def takes(self, demand: Demand, held: Iterable[Demand]) -> bool:
        """Whether there is room for one more such job beside those that run there now, whose demands are `held`."""
        together = [*held, demand]
        return len(together) <= self.slots and not self.lacks(demand) and self._holds(together)

    def _holds(self, demands: list[Demand]) -> bool:
        sizes = [demand.memory_bytes for demand in demands]
        return not self.memory_bytes or (all(sizes) and sum(sizes) <= self.memory_bytes)


def capacity_of(cluster: ClusterSettings, name: str, found: Iterable[str] = ()) -> Capacity:
    """Of the machine with this name; `found`: the resources that its provider knows of."""
    machine = cluster.machines.get(name, MachineSettings())
    slots = cluster.slots if machine.slots is None else machine.slots
    memory_bytes = cluster.memory_bytes if machine.memory_bytes is None else machine.memory_bytes
    return Capacity(slots, memory_bytes, frozenset({*machine.resources, *found}))


def demand_of(settings: Settings, agent: str) -> Demand:
    """What a job of this agent needs of a node."""
    return Demand(limits_of(settings, agent).max_memory_bytes, known_agents(settings)[agent].resource)


def why_never(settings: Settings, agent: str) -> str:
    """Why no job of this agent can ever run, for people; "" where one can, and on a Ray cluster, whose machines come
    and go with offers that are not known in advance."""
    demand = demand_of(settings, agent)
    if not on_nodes(settings):
        return f"it needs a node that offers {demand.resource}, and there are no nodes" if demand.resource else ""
    lacking = {name: capacity.lacks(demand) for name, capacity in _possible(settings.cluster, demand)}
    if not all(lacking.values()):
        return ""
    if len(lacking) > 1 and len(set(lacking.values())) == 1:
        return f"all {len(lacking)} nodes have {lacking.popitem()[1]}"
    return "; ".join(f"{name} has {words}" for name, words in list(lacking.items())[:MOST_NAMED])


def _possible(cluster: ClusterSettings, demand: Demand) -> list[tuple[str, Capacity]]:
    if cluster.provider == "local":
        names = [LOCAL.format(number) for number in range(1, cluster.nodes + 1)]
        return [(name, capacity_of(cluster, name)) for name in names]
    wanted = [demand.resource] if demand.resource else []
    others = ("a node", capacity_of(cluster, "", wanted))
    return [others, *((name, capacity_of(cluster, name, wanted)) for name in cluster.machines)]


def _mib(size_bytes: int) -> str:
    return f"{size_bytes >> 20:,} MiB"
