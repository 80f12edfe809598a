"""The server is killed: its nodes end, and the next one says that their jobs are dead only when that is sure."""

import time
from pathlib import Path

from bus.client import BusClient
from bus.contract.vocabulary import Proof, Reason, State
from tests.harness.jobs.nodes import node_of
from tests.harness.jobs.stopping import ROOMY
from tests.harness.servers import Supervisor, assert_nothing_left, eventually, start_supervisor

LEASE_S, SHORTER_S = 5.0, 3.0


async def test_its_jobs_on_nodes_end_when_the_lease_that_they_had_is_over(tmp_path: Path) -> None:
    state_dir, settings = tmp_path / "state", {**ROOMY, "cluster.provider": "local", "cluster.lease_s": LEASE_S}
    supervisor = Supervisor(state_dir, await start_supervisor(state_dir, settings), BusClient.connect(state_dir))
    job_id = await supervisor.running("deaf_daemon")
    node = node_of(supervisor)
    killed_at = time.monotonic()
    supervisor.process.kill()
    await supervisor.process.wait()
    await eventually(lambda: not node.living, "its node ends with it")

    supervisor.process = await start_supervisor(state_dir, {**ROOMY, "cluster.lease_s": SHORTER_S})
    assert time.monotonic() - killed_at > LEASE_S, "the lease that was promised counts, whatever the settings say now"
    record = await supervisor.record(job_id)
    assert (record.summary.state, record.summary.reason) == (State.FAILED, Reason.SUPERVISOR_LOST)
    assert record.proof is Proof.LEASE
    again = await supervisor.submit("3", "counts")
    assert await supervisor.how_it_ended(again) == (State.SUCCEEDED, None)
    assert (await supervisor.record(again)).summary.node == "", "there is no cluster any more"
    supervisor.client.close()
    assert await supervisor.end() == 0
    assert_nothing_left(state_dir)
