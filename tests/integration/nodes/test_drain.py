"""A node is let go: what runs there finishes, nothing new begins, and it comes back when it is wanted again."""

import asyncio
from typing import Any

import pytest

from bus.contract.vocabulary import State
from bus.wire.commands import ReadStats
from bus.wire.replies import NodeSummary, Stats
from tests.e2e.cli_runner import deadstop
from tests.harness.gateways import RunningGateway
from tests.harness.jobs.stopping import ROOMY
from tests.harness.servers import OPERATOR, Supervisor, eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTINGS = {
    **ROOMY,
    "cluster.provider": "local",
    "cluster.nodes": 2,
    "cluster.slots": 1,
    "cluster.lease_s": 8,
    "worker.warm_workers": 1,
}


async def nodes(supervisor: Supervisor) -> dict[str, NodeSummary]:
    stats = await supervisor.client.request(ReadStats(OPERATOR), Stats)
    return {node.name: node for node in stats.nodes}


async def has(supervisor: Supervisor, state: str, *names: str) -> bool:
    known = await nodes(supervisor)
    return all(name in known and known[name].state == state for name in names)


async def command(supervisor: Supervisor, *words: str) -> tuple[int, str]:
    """A command for this supervisor: its status, and all that it says."""
    arguments = (*words, "--state-dir", str(supervisor.state_dir))
    done = await asyncio.to_thread(deadstop, supervisor.state_dir.parent, *arguments)
    return done.returncode, done.stdout + done.stderr


async def test_a_drained_node_finishes_what_it_runs_then_leaves_and_comes_back(
    supervisor: Supervisor, gateway: RunningGateway
) -> None:
    await eventually(lambda: has(supervisor, "ready", "local-1", "local-2"), "both take jobs")
    job_id = await supervisor.running("sleeps")
    drained = (await supervisor.record(job_id)).summary.node
    (other,) = {"local-1", "local-2"} - {drained}
    assert await drain(gateway, "POST", drained, "ann") == (403, {})
    status, states = await drain(gateway, "POST", drained)
    assert (status, states[drained]) == (202, "draining")
    next_one = await supervisor.running("sleeps")
    waiting = await supervisor.submit("3", "counts")
    assert (await supervisor.record(next_one)).summary.node == other
    assert (await supervisor.record(waiting)).summary.state is State.QUEUED
    assert await has(supervisor, "draining", drained), "its job runs on"
    await supervisor.stop(job_id)
    await eventually(lambda: has(supervisor, "left", drained), "it has left")
    assert (await supervisor.record(waiting)).summary.state is State.QUEUED
    assert (await drain(gateway, "DELETE", drained))[0] == 200
    assert await supervisor.how_it_ended(waiting) == (State.SUCCEEDED, None)
    assert (await supervisor.record(waiting)).summary.node == drained
    await supervisor.stop(next_one)
    await supervisor.events(next_one)


async def test_the_command_waits_until_nothing_is_left_there(supervisor: Supervisor) -> None:
    await eventually(lambda: has(supervisor, "ready", "local-1", "local-2"), "both take jobs")
    status, said = await command(supervisor, "nodes", "drain", "local-1")
    assert (status, said.splitlines()[-1]) == (0, "local-1: left, 0 running")
    assert (await nodes(supervisor))["local-1"].workers == 0, "also workers that only waited have ended"
    _, listed = await command(supervisor, "nodes")
    assert "deadstop nodes drain --undo local-1" in " ".join(listed.split())
    assert (await command(supervisor, "nodes", "drain", "--undo", "local-1"))[0] == 0
    await eventually(lambda: has(supervisor, "ready", "local-1"), "it takes jobs again")


async def test_of_a_node_that_there_is_not_so_much_is_said(supervisor: Supervisor, gateway: RunningGateway) -> None:
    status, said = await command(supervisor, "nodes", "drain", "local-7")
    assert (status, said) == (1, "deadstop: there is no node 'local-7'; `deadstop nodes` lists them\n")
    assert await drain(gateway, "POST", "local-7") == (404, {})


async def drain(gateway: RunningGateway, method: str, name: str, user: str = "ops") -> tuple[int, dict[str, Any]]:
    """The answer's status, and the state of each node in it."""
    status, body = await gateway.json(method, f"/api/nodes/{name}/drain", user)
    return status, {node["name"]: node["state"] for node in body.get("nodes", [])}
