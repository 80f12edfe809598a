"""As many nodes as the questions need: some are always there, and those that are idle beyond that are let go."""

from bus.contract.agents import known_agents
from bus.contract.settings import Settings
from supervisor.nodes.node import ClusterNode
from supervisor.nodes.node_demand import IdleNodes, Room, is_wanted, wanted_nodes
from supervisor.places.capacity import capacity_of


class Autoscaler:
    """Says how many nodes are wanted, and drains those beyond."""

    def __init__(self, settings: Settings) -> None:
        self._agents = known_agents(settings)
        self._cluster = settings.cluster
        self._idle = IdleNodes(settings.cluster.idle_s)

    def look(self, nodes: list[ClusterNode], short_of_room: list[str], now: float) -> list[str]:
        """Returns what each node that is wanted has to offer; `short_of_room` are the agents of the jobs that wait for
        nothing but room on a node, `now` is in seconds. To be called often: those beyond that are drained when
        they have been idle for long, and one that is still there when it is wanted again stays."""
        waiting = [self._agents[agent].resource for agent in short_of_room]
        needed = waiting + [need for node in nodes for need in node.place.needs]
        self._keep(nodes, needed)
        self._let_go(nodes, needed, now)
        return self._wanted(needed, [node for node in nodes if node.counts])

    def _keep(self, nodes: list[ClusterNode], needed: list[str]) -> None:
        for node in nodes:
            if node.let_go and node.lease.granting and self._is_wanted(node, nodes, needed):
                node.let_go = node.draining = False

    def _let_go(self, nodes: list[ClusterNode], needed: list[str], now: float) -> None:
        staying = {node.node_id: node for node in nodes if not node.draining}
        for node_id in self._idle.look({node_id: node.place.jobs for node_id, node in staying.items()}, now):
            if not self._is_wanted(staying[node_id], nodes, needed):
                staying[node_id].let_go = staying[node_id].draining = True

    def _is_wanted(self, node: ClusterNode, nodes: list[ClusterNode], needed: list[str]) -> bool:
        """Whether another would have to come if this one were not there."""
        others = [other for other in nodes if other is not node and other.counts]
        offered = [other.place.capacity.resources for other in others]
        return is_wanted(node.place.capacity.resources, offered, self._wanted(needed, others))

    def _wanted(self, needed: list[str], there: list[ClusterNode]) -> list[str]:
        return wanted_nodes(needed, [self._room(node) for node in there], self._cluster.slots, self._cluster.min_nodes)

    def _room(self, node: ClusterNode) -> Room:
        """Of one that has not said yet how much it takes: as its machine is to."""
        place = node.place
        slots = place.capacity.slots or capacity_of(self._cluster, place.name).slots
        return Room(slots, place.capacity.resources)
