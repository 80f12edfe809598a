"""Ray's autoscaler gives a machine for a question that has no place, and takes it back when no question needs it."""

import json
import os
from pathlib import Path

from bus.contract.vocabulary import State
from tests.cluster.conftest import CLUSTER
from tests.cluster.harness.machines import HEAD, Machine, Machines
from tests.cluster.harness.people import nodes
from tests.cluster.harness.provider import FIRST, configuration
from tests.harness.servers import ROOT, Supervisor, eventually, running_supervisor

PORT = 6579
SETTINGS = {
    "cluster.address": f"{HEAD}:{PORT}",
    "cluster.autoscale": True,
    "cluster.min_nodes": 0,
    "cluster.idle_s": 1,
    "cluster.lease_s": 8,
}


async def test_a_machine_comes_with_a_question_and_goes_after_it(machines: Machines, tmp_path: Path) -> None:
    file = tmp_path / "autoscaler.json"
    file.write_text(json.dumps(configuration(PORT, tmp_path, 2)))
    more = {"PYTHONPATH": str(ROOT), "AUTOSCALER_UPDATE_INTERVAL_S": "1", "RAY_AUTH_MODE": os.environ["RAY_AUTH_MODE"]}
    head = machines.start_head(PORT, f"--autoscaling-config={file}", **more)
    try:
        async with running_supervisor(tmp_path, {**CLUSTER, **SETTINGS}) as supervisor:
            job_id = await supervisor.submit("3", "counts")
            assert await supervisor.how_it_ended(job_id) == (State.SUCCEEDED, None)
            name = Machine(FIRST).address
            assert (await supervisor.record(job_id)).summary.node == name
            await eventually(lambda: not Machine(FIRST).processes, "its machine is let go", within_s=120)
            await eventually(lambda: is_gone(supervisor, name), "nobody counts on it any more")
    finally:
        head.end()


async def is_gone(supervisor: Supervisor, name: str) -> bool:
    return name not in await nodes(supervisor)
