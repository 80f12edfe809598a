"""The provider whose nodes are machines of a Ray cluster: `python -m supervisor.nodes.providers.ray_provider SUPERVISOR
ADDRESS [open]`. Apart from `ray_actor`, nothing else loads Ray.

Ray knows which machines there are, starts one actor on each of those that have the resource "deadstop", and hints at
what has died. It carries no question, no stream, no stop, and proves nothing.
"""

import asyncio
import os
import subprocess
import sys
import time
from contextlib import suppress
from typing import Any

import msgspec

from bus.system.interpreter import interpreter_command
from bus.system.prctl import die_with
from supervisor.nodes.machine.orders import NodeOrders
from supervisor.nodes.providers.keepers import FAILED_AGAIN_S, OFFER_AGAIN_S
from supervisor.nodes.providers.messages import (
    MAX_ORDER_BYTES,
    MachineGone,
    NodeDown,
    NodeFailed,
    NodeReaped,
    NodeUp,
    ProviderFailed,
    Say,
    Started,
    StartNode,
    decode_to_provider,
    line_to_head,
)
from supervisor.nodes.providers.ray_machines import bundle_for, gpus_for, machines_of, offers_of

LOOK_EVERY_S = 0.5
PROBED_WITHIN_S = 30.0
MAX_CHARS = 300

OPEN = (
    "this Ray cluster asks for no token: whoever reaches it runs any program on every machine of it. Start Ray with "
    "RAY_AUTH_MODE=token on each of them, or set [cluster] allow_open_ray = true"
)
MISSING = "Ray is not installed here: pip install 'deadstop[ray]'"


class RayUnusable(Exception):
    """There is no cluster that we may use; the text is for people."""


def join(address: str, open_too: bool) -> None:
    """Become a driver of the cluster. Raises RayUnusable."""
    if not open_too:
        os.environ.setdefault("RAY_AUTH_MODE", "token")
    try:
        import ray
    except ImportError as error:
        raise RayUnusable(MISSING) from error
    try:
        ray.init(address or "auto", namespace="deadstop", log_to_driver=False, logging_level="ERROR")
    except Exception as error:  # Ray raises what it likes: also another version of Python is a RuntimeError
        raise RayUnusable(f"Ray at {address or 'auto'}: {_in_short(error)}") from error
    if not open_too and _lets_anybody_in(ray.get_runtime_context().gcs_address):
        raise RayUnusable(OPEN)


def _lets_anybody_in(address: str) -> bool:
    """Whether the cluster answers a program that has no token."""
    without = {name: value for name, value in os.environ.items() if not name.startswith("RAY_AUTH_")}
    probe = [*interpreter_command(), "-m", "ray.scripts.scripts", "status", "--address", address]
    try:
        asked = subprocess.run(
            probe,
            env={**without, "RAY_AUTH_MODE": "disabled"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PROBED_WITHIN_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return asked.returncode == 0


def _in_short(error: Exception) -> str:
    """The error in one line of at most `MAX_CHARS`: what Ray says can fill a page."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:MAX_CHARS]


class RayProvider:
    """Offers each machine to the head until it has a node, and again when that one has ended."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._machines: dict[str, str] = {}
        """Those that are alive: Ray's number of each, by the name that the head knows."""
        self._resources: dict[str, dict[str, float]] = {}
        """Of each machine, by Ray's number."""
        self._taken: set[str] = set()
        """Ray's numbers of those that are offered, or have a node."""
        self._nodes: dict[str, str] = {}
        """On which machine a node is, by Ray's number."""
        self._keeping: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        """Carry out orders until standard input is closed. Raises what Ray does once it is lost."""
        loop = asyncio.get_running_loop()
        ends = {loop.create_task(self._take_orders()), loop.create_task(self._look())}
        done, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()

    async def _take_orders(self) -> None:
        lines, loop = asyncio.StreamReader(limit=MAX_ORDER_BYTES), asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
        while line := await lines.readline():
            said = decode_to_provider.decode(line)
            task = loop.create_task(
                self._keep(said.orders) if isinstance(said, StartNode) else _request(said.resources)
            )
            self._keeping.add(task)
            task.add_done_callback(self._keeping.discard)

    async def _look(self) -> None:
        import ray

        while True:
            self._compare(await asyncio.to_thread(ray.nodes))
            await asyncio.sleep(LOOK_EVERY_S)

    def _compare(self, nodes: list[dict[str, Any]]) -> None:
        """Report which machines are new, and which seem to be dead."""
        before, self._machines = self._machines, machines_of(nodes)
        for name in before.keys() - self._machines:
            self._say(MachineGone(name))
        self._resources = {node["NodeID"]: node["Resources"] for node in nodes}
        alive = set(self._machines.values())
        for node_id in [node_id for node_id, machine in self._nodes.items() if machine not in alive]:
            del self._nodes[node_id]
            self._say(NodeDown(node_id, "Ray counts its machine as dead"))
        self._taken &= alive
        for name, machine in self._machines.items():
            if machine not in self._taken:
                self._taken.add(machine)
                self._say(NodeUp(name, offers_of(self._resources[machine])))

    async def _keep(self, orders: NodeOrders) -> None:
        """Run one node from its start until it is proven gone, or until that cannot be proven."""
        machine = self._machines.get(orders.name)
        if machine is None:
            self._say(NodeFailed(orders.node_id, "its machine is no part of the Ray cluster any more"))
            return
        self._nodes[orders.node_id] = machine
        started = await self._run(machine, orders)
        self._nodes.pop(orders.node_id, None)
        await asyncio.sleep(OFFER_AGAIN_S if started else FAILED_AGAIN_S)
        self._taken.discard(machine)

    async def _run(self, machine: str, orders: NodeOrders) -> bool:
        """Whether there was a node at all."""
        import ray

        from supervisor.nodes.providers.ray_actor import actor_on

        actor = actor_on(machine, gpus_for(orders.settings, self._resources.get(machine, {})))
        started = False
        try:
            keeper, init, why = await actor.start.remote(msgspec.json.encode(orders))
            if why:
                self._say(NodeFailed(orders.node_id, why))
                return False
            started = True
            self._say(Started(orders.node_id, keeper, init))
            await actor.until_reaped.remote()
            self._say(NodeReaped(orders.node_id))
        except Exception as error:  # whatever Ray has to say of it, the node's lease decides
            self._say(NodeDown(orders.node_id, f"Ray has lost it: {_in_short(error)}"))
        finally:
            with suppress(Exception):
                ray.kill(actor)
        return started


async def _request(resources: list[str]) -> None:
    """Ask Ray's autoscaler for machines for so many nodes. What is asked for stays until something else is. Without an
    autoscaler nothing comes of it."""
    from ray.autoscaler.sdk import request_resources

    try:
        await asyncio.to_thread(request_resources, bundles=[bundle_for(resource) for resource in resources])
    except Exception as error:  # Ray raises what it likes
        sys.stderr.write(f"Ray was asked for {len(resources)} machines: {_in_short(error)}\n")


def main() -> None:
    """Serve, and end with the supervisor."""
    supervisor, address, *open_too = sys.argv[1:]
    say = line_to_head()
    die_with(int(supervisor))
    try:
        join(address, open_too=bool(open_too))
    except RayUnusable as error:
        say(ProviderFailed(str(error)))
        time.sleep(FAILED_AGAIN_S)
        return
    asyncio.run(RayProvider(say).serve())


if __name__ == "__main__":
    main()
