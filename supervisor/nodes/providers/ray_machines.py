"""Which machines of a Ray cluster may take a node, and what people call them. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from bus.contract.settings import Settings

RESOURCE = "deadstop"
"""Ray starts a node where there is one of these: `ray start --resources='{"deadstop": 1}'`."""

GPU = "gpu"
"""What agents ask for where Ray says GPU."""

_NO_OFFER = ("CPU", "memory", "object_store_memory", RESOURCE)
_NO_OFFER_BEGINS = ("node:", "accelerator_type:")
_DIGITS = 6


def machines_of(nodes: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Ray's number of each machine that is alive and has the resource, by name. `nodes` is what `ray.nodes()` returns.
    Where two have the same name, the beginning of the number tells them apart."""
    usable = [node for node in nodes if node["Alive"] and node["Resources"].get(RESOURCE, 0) >= 1]
    times = Counter(_name(node) for node in usable)
    return {
        _name(node) if times[_name(node)] == 1 else f"{_name(node)}-{node['NodeID'][:_DIGITS]}": node["NodeID"]
        for node in usable
    }


def offers_of(resources: Mapping[str, float]) -> list[str]:
    """What a machine with these resources of Ray's offers to agents that need it, by name: its own resources (`ray
    start --resources`), and its GPUs."""
    own = [name for name, count in resources.items() if count >= 1 and name not in _NO_OFFER]
    return sorted(GPU if name == "GPU" else name for name in own if not name.startswith(_NO_OFFER_BEGINS))


def bundle_for(resource: str) -> dict[str, float]:
    """What Ray is asked for, for one node that offers this; "" for nothing."""
    return {RESOURCE: 1, **({"GPU" if resource == GPU else resource: 1} if resource else {})}


def gpus_for(settings: Settings, resources: Mapping[str, float]) -> float:
    """How many GPUs a node takes of such a machine: all, if an agent asks for them; Ray hides them from it else."""
    wanted = any(agent.resource == GPU for agent in settings.agents.values())
    return resources.get("GPU", 0.0) if wanted else 0.0


def _name(node: Mapping[str, Any]) -> str:
    return str(node.get("NodeName") or node["NodeManagerAddress"])
