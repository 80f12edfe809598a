"""What an operator sees of the nodes."""

from bus.wire.commands import ReadStats
from bus.wire.replies import NodeSummary, Stats
from tests.harness.servers import OPERATOR, Supervisor


async def nodes(supervisor: Supervisor) -> dict[str, NodeSummary]:
    stats = await supervisor.client.request(ReadStats(OPERATOR), Stats)
    return {node.name: node for node in stats.nodes}


async def ready(supervisor: Supervisor, number: int) -> bool:
    """Whether at least so many nodes take jobs."""
    return [node.state for node in (await nodes(supervisor)).values()].count("ready") >= number


async def has(supervisor: Supervisor, state: str, name: str) -> bool:
    found = (await nodes(supervisor)).get(name)
    return found is not None and found.state == state
