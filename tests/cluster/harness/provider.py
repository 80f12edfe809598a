"""How Ray's autoscaler gets machines in these tests: a provider of nodes, as a cloud's, that cables them here.

Runs in a process of Ray's, beside its head.
"""

import os
from pathlib import Path
from typing import Any

from ray.autoscaler.node_provider import NodeProvider
from ray.autoscaler.tags import (
    NODE_KIND_HEAD,
    STATUS_UP_TO_DATE,
    TAG_RAY_NODE_KIND,
    TAG_RAY_NODE_STATUS,
    TAG_RAY_USER_NODE_TYPE,
)

from tests.cluster.harness.machines import HEAD, Machine, Raylet, join

FIRST = 7
"""The number of the first machine that it gives."""

HEAD_TYPE, MACHINE_TYPE = "head", "machine"
NOTHING_TO_RUN = (
    *("head_start_ray_commands", "worker_start_ray_commands", "cluster_synced_files", "rsync_exclude", "rsync_filter"),
    *("initialization_commands", "setup_commands", "head_setup_commands", "worker_setup_commands"),
)


def configuration(port: int, folder: Path, most: int) -> dict[str, Any]:
    """What Ray's head is started with: machines that offer one node each, at most so many, let go after 3 s."""
    provider = {"type": "external", "module": f"{__name__}.Provider", "port": port, "folder": str(folder)}
    switches = {"disable_node_updaters": True, "disable_launch_config_check": True, "foreground_node_launch": True}
    nothing: dict[str, Any] = {"node_config": {}, "min_workers": 0}
    return {
        "cluster_name": "autoscaled",
        "max_workers": most,
        "idle_timeout_minutes": 0.05,
        "provider": {**provider, **switches, "worker_liveness_check": False},
        "auth": {},
        "head_node_type": HEAD_TYPE,
        "available_node_types": {
            HEAD_TYPE: {**nothing, "resources": {"CPU": 1}, "max_workers": 0},
            MACHINE_TYPE: {**nothing, "resources": {"CPU": 1, "deadstop": 1}, "max_workers": most},
        },
        **{key: {} for key in ("file_mounts", "docker")},
        **{key: [] for key in NOTHING_TO_RUN},
    }


class Provider(NodeProvider):  # type: ignore[misc]
    """Nodes are known by the numbers of their machines, as text; the head is 0."""

    def __init__(self, provider_config: dict[str, Any], cluster_name: str) -> None:
        super().__init__(provider_config, cluster_name)
        head = {TAG_RAY_NODE_KIND: NODE_KIND_HEAD, TAG_RAY_USER_NODE_TYPE: HEAD_TYPE}
        self._tags = {"0": {**head, TAG_RAY_NODE_STATUS: STATUS_UP_TO_DATE}}
        self._raylets: dict[str, Raylet] = {}

    def non_terminated_nodes(self, tag_filters: dict[str, str]) -> list[str]:
        return [node for node, tags in self._tags.items() if tag_filters.items() <= tags.items()]

    def is_running(self, node_id: str) -> bool:
        return node_id in self._tags

    def is_terminated(self, node_id: str) -> bool:
        return node_id not in self._tags

    def node_tags(self, node_id: str) -> dict[str, str]:
        return self._tags[node_id]

    def set_node_tags(self, node_id: str, tags: dict[str, str]) -> None:
        self._tags[node_id] |= tags

    def external_ip(self, node_id: str) -> str:
        return self.internal_ip(node_id)

    def internal_ip(self, node_id: str) -> str:
        return HEAD if node_id == "0" else Machine(int(node_id)).address

    def create_node(self, node_config: dict[str, Any], tags: dict[str, str], count: int) -> None:
        free = (number for number in range(FIRST, 255) if str(number) not in self._tags)
        for number, _ in zip(free, range(count), strict=False):
            folder, port = Path(self.provider_config["folder"]), self.provider_config["port"]
            self._raylets[str(number)] = join(Machine(number), port, dict(os.environ), folder)
            self._tags[str(number)] = {**tags, TAG_RAY_NODE_STATUS: STATUS_UP_TO_DATE}

    def terminate_node(self, node_id: str) -> None:
        self._tags.pop(node_id)
        self._raylets.pop(node_id).end()
