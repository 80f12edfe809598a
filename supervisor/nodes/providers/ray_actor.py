"""What Ray runs on a machine: an actor that starts the node's keeper, and reaps what it leaves.

A plain actor: its methods run on its main thread, with which the keeper ends.
"""

import os
import subprocess
from typing import Any

import msgspec
import ray
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from bus.system.prctl import become_subreaper
from supervisor.nodes.machine.node_folder import NodeFolder
from supervisor.nodes.machine.orders import NodeOrders
from supervisor.nodes.providers.keepers import init_of, keeper_command, reap, why_failed
from supervisor.nodes.providers.ray_machines import RESOURCE


class NodeActor:
    """One node. What it cannot say any more, the node's lease does."""

    def __init__(self) -> None:
        become_subreaper()

    def start(self, orders: bytes) -> tuple[int, int, str]:
        """Start the node: its keeper, its first process, and "", or why it could not be started."""
        self._folder = NodeFolder()
        own = msgspec.structs.replace(
            msgspec.json.decode(orders, type=NodeOrders), parent=os.getpid(), folder=str(self._folder.path)
        )
        self._keeper = subprocess.Popen(
            keeper_command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_without_ray(), cwd="/"
        )
        assert self._keeper.stdin is not None
        assert self._keeper.stdout is not None
        self._keeper.stdin.write(msgspec.json.encode(own) + b"\n")
        self._keeper.stdin.flush()
        said = self._keeper.stdout.readline()
        init = init_of(said)
        if init is None:
            status = self._keeper.wait()
            self._folder.remove()
            return 0, 0, why_failed(said, status)
        self._init = init
        return self._keeper.pid, init[0], ""

    def until_reaped(self) -> None:
        """Return when nothing of the node lives: what this returns is a proof."""
        self._keeper.wait()
        reap(*self._init)
        self._folder.remove()


def actor_on(machine: str, gpus: float) -> Any:
    """An actor on the machine with this number of Ray's, and on no other. It has so many of the machine's GPUs: Ray
    names them in CUDA_VISIBLE_DEVICES."""
    return (
        ray.remote(NodeActor)
        .options(
            num_cpus=0,
            num_gpus=gpus,
            resources={RESOURCE: 1},
            max_restarts=0,
            max_task_retries=0,
            scheduling_strategy=NodeAffinitySchedulingStrategy(machine, soft=False),
        )
        .remote()
    )


def _without_ray() -> dict[str, str]:
    """What Ray says to its own processes, its token included, is nothing for ours."""
    return {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}
