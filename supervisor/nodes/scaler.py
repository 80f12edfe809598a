"""As many nodes as the questions need: some are always there, and those that are idle beyond that are let go."""

from collections.abc import Callable

from bus.contract.settings import Settings, known_agents
from supervisor.nodes.node import Node
from supervisor.nodes.scaling import IdleNodes, is_wanted, wanted_nodes


class Scaler:
    """`short_of_room()`: the agents of the jobs that wait for nothing but a place."""

    def __init__(self, settings: Settings, short_of_room: Callable[[], list[str]]) -> None:
        self._agents = known_agents(settings)
        self._slots, self._least = settings.cluster.slots, settings.cluster.min_nodes
        self._short_of_room = short_of_room
        self._idle = IdleNodes(settings.cluster.idle_s)

    def look(self, nodes: list[Node], now: float) -> list[str]:
        """Returns what each node that is wanted has to offer. To be called often: those beyond that are drained when
        they have been idle for long, and one that is still there when it is wanted again stays."""
        waiting = [self._agents[agent].resource for agent in self._short_of_room()]
        running = [need for node in nodes for need in node.place.needs]
        wanted = wanted_nodes([*waiting, *running], self._slots, self._least)
        self._keep(nodes, wanted)
        self._let_go(nodes, wanted, now)
        return wanted

    def _keep(self, nodes: list[Node], wanted: list[str]) -> None:
        for node in nodes:
            if node.let_go and node.lease.granting and _is_wanted(node, nodes, wanted):
                node.let_go = node.draining = False

    def _let_go(self, nodes: list[Node], wanted: list[str], now: float) -> None:
        staying = {node.agent_id: node for node in nodes if not node.draining}
        for agent_id in self._idle.look({agent_id: node.place.jobs for agent_id, node in staying.items()}, now):
            if not _is_wanted(staying[agent_id], nodes, wanted):
                staying[agent_id].let_go = staying[agent_id].draining = True


def _is_wanted(node: Node, nodes: list[Node], wanted: list[str]) -> bool:
    others = [other.place.capacity.resources for other in nodes if other is not node and other.counts]
    return is_wanted(node.place.capacity.resources, others, wanted)
