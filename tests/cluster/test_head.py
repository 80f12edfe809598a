"""The server is killed, alone (its provider ends with it) or after it: its nodes end, and the next goes on."""

import time
from pathlib import Path

import psutil
import pytest

from bus.client import BusClient
from bus.contract.vocabulary import Proof, Reason, State
from tests.cluster.conftest import CLUSTER
from tests.cluster.harness.machines import Machines
from tests.cluster.harness.people import ready
from tests.cluster.test_failures import provider_of
from tests.harness.servers import Supervisor, assert_nothing_left, eventually, start_supervisor

LEASE_S = 4.0
SETTINGS = {**CLUSTER, "cluster.lease_s": LEASE_S}


@pytest.mark.parametrize("order", ["head", "provider, head"])
async def test_a_server_that_is_killed_leaves_nothing_alive_and_the_next_goes_on(
    machines: Machines, tmp_path: Path, order: str
) -> None:
    state_dir = tmp_path / "state"
    supervisor = Supervisor(state_dir, await start_supervisor(state_dir, SETTINGS), BusClient.connect(state_dir))
    await eventually(lambda: ready(supervisor, 1), "a machine takes jobs", within_s=180)
    job_id = await supervisor.running("deaf_daemon")
    node = machines.at((await supervisor.record(job_id)).summary.node).node()
    links = {"head": psutil.Process(supervisor.process.pid), "provider": provider_of(supervisor)}
    killed_at = time.monotonic()
    for link in order.split(", "):
        links[link].kill()
    await supervisor.process.wait()

    supervisor.process = await start_supervisor(state_dir, SETTINGS)
    assert not node.living, "whoever serves again may start the same job elsewhere"
    assert time.monotonic() - killed_at > LEASE_S
    record = await supervisor.record(job_id)
    assert (record.summary.state, record.summary.reason) == (State.FAILED, Reason.SUPERVISOR_LOST)
    assert record.proof is Proof.LEASE
    await eventually(lambda: ready(supervisor, 1), "a machine takes jobs again", within_s=180)
    again = await supervisor.submit("3", "counts")
    assert await supervisor.how_it_ended(again) == (State.SUCCEEDED, None)
    supervisor.client.close()
    assert await supervisor.end() == 0
    assert_nothing_left(state_dir)
