"""Which machines there are, as the provider knows them, and on which of them a node may be started."""

import logging
from collections.abc import Iterable, Iterator

from bus.contract.settings import ClusterSettings
from bus.wire.replies import NodeSummary
from supervisor.nodes.node import NO_MACHINE, ClusterNode, summaries_of, summary_of_provider
from supervisor.nodes.node_demand import is_wanted
from supervisor.nodes.providers.messages import AboutMachines, MachineGone, NodeUp, ProviderFailed
from supervisor.places.capacity import Capacity, capacity_of

log = logging.getLogger(__name__)


class Inventory:
    """`wanted` says of each node that is wanted what it has to offer; None: one is wanted on each machine. `failed`:
    why none could be started the last time, by machine; `trouble`: why the provider can start none at all."""

    def __init__(self, cluster: ClusterSettings) -> None:
        self._cluster = cluster
        self._offered: dict[str, list[str]] = {}
        self._drained: set[str] = set()
        self.wanted = [""] * cluster.min_nodes if cluster.autoscale else None
        self.failed: dict[str, str] = {}
        self.trouble = ""

    def __repr__(self) -> str:
        return f"<Inventory {sorted(self._offered)} offered, {sorted(self._drained)} drained>"

    def heard(self, said: AboutMachines) -> None:
        """The provider says that a machine has come or gone, or that it knows none."""
        match said:
            case NodeUp(name, resources):
                self.trouble = ""
                self._offered[name] = resources
            case MachineGone(name):
                self._offered.pop(name, None)
                self.failed.pop(name, None)
            case ProviderFailed(why):
                self.trouble = why
                log.error("no node can be started: %s", why, extra={"action": "provider"})

    def provider_ended(self) -> None:
        """Forget the machines: no node can be started until the provider is back."""
        self._offered.clear()

    def drain(self, name: str, known: Iterable[str], *, undo: bool) -> bool:
        """No node on the machine of this name, or with `undo` again. `known` are those that have one. False where there
        is none of that name."""
        if name not in {*known, *self._offered, *self._drained}:
            return False
        (self._drained.discard if undo else self._drained.add)(name)
        return True

    def take(self, nodes: list[ClusterNode]) -> Iterator[tuple[str, Capacity]]:
        """The machines on which a node is to be started now, beside these that there are: they are offered no more."""
        there = [node.place.capacity.resources for node in nodes if node.counts]
        for name in sorted(self._offered.keys() - self._drained):
            capacity = capacity_of(self._cluster, name, self._offered[name])
            if self.wanted is None or is_wanted(capacity.resources, there, self.wanted):
                there.append(capacity.resources)
                del self._offered[name]
                yield name, capacity

    def summaries(self, nodes: Iterable[ClusterNode], now: float) -> list[NodeSummary]:
        """As lists show them, by name; the provider before them while it can start none."""
        known = summaries_of(nodes, self._drained, self._offered.keys() - self._drained, self.failed, now)
        trouble = self.trouble or ("" if known else NO_MACHINE)
        return [summary_of_provider(self._cluster.provider, trouble), *known] if trouble else known
