"""Which machines of a Ray cluster may take a node, and what people call them. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

RESOURCE = "deadstop"
"""Ray starts a node where there is one of these: `ray start --resources='{"deadstop": 1}'`."""

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


def _name(node: Mapping[str, Any]) -> str:
    return str(node.get("NodeName") or node["NodeManagerAddress"])
