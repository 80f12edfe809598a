"""Whichever link that holds a node is cut: by a job's last event all that ran there is dead, and the next job runs."""

import signal

import psutil
import pytest

from bus.contract.events import Status
from bus.contract.vocabulary import Proof, Reason, State
from tests.harness.jobs.nodes import node_of
from tests.harness.jobs.stopping import ROOMY
from tests.harness.servers import Supervisor

pytestmark = pytest.mark.asyncio(loop_scope="module")

LEASE_S = 3.0
MARGIN_S = 3.0
"""Enough for a chain of processes to end one after the other on a machine that is busy with other tests."""

WHICHEVER_IS_FIRST = {Proof.NODE_REAPED, Proof.LEASE}
"""The timer ends the node, whose provider may say so before the head's own time has come, or after it."""

SETTINGS = {
    **ROOMY,
    "cluster.provider": "local",
    "cluster.lease_s": LEASE_S,
    "cluster.margin_s": MARGIN_S,
    "worker.preload": ["agent_worker.runtime.worker"],
}


@pytest.mark.parametrize(
    ("link", "number", "proofs"),
    [
        ("keeper", signal.SIGKILL, {Proof.NODE_REAPED}),
        ("init", signal.SIGKILL, {Proof.NODE_REAPED}),
        ("program", signal.SIGKILL, {Proof.NODE_REAPED}),
        ("program", signal.SIGSTOP, WHICHEVER_IS_FIRST),
        ("keeper", signal.SIGSTOP, WHICHEVER_IS_FIRST),
        ("provider", signal.SIGKILL, {Proof.LEASE}),
    ],
)
async def test_nothing_lives_on_when_a_link_is_cut(
    supervisor: Supervisor, link: str, number: signal.Signals, proofs: set[Proof]
) -> None:
    animals = ("deaf_daemon", "ignores_signals")
    jobs = [await supervisor.submit("go", animal) for animal in animals]
    for job_id in jobs:
        await supervisor.until(job_id, Status)
    node = node_of(supervisor)
    assert len(node.left) >= 6  # init, program, fork server, two workers, a daemon
    cut: psutil.Process = getattr(node, link)
    cut.send_signal(number)
    for job_id in jobs:
        events = await supervisor.events(job_id)
        assert not node.living, f"{node.living} live on after {events[-1]}"
        record = await supervisor.record(job_id)
        assert (record.summary.state, record.summary.reason) == (State.FAILED, Reason.NODE_LOST)
        assert record.proof in proofs
    again = await supervisor.submit("3", "counts")
    assert await supervisor.how_it_ended(again) == (State.SUCCEEDED, None)
