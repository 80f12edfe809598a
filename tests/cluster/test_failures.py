"""Whatever dies, stops or is cut off: all that ran there is dead before anybody says so, and that is said in time."""

import asyncio
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

import psutil
import pytest

from bus.contract.vocabulary import Proof, Reason, Rung, State
from tests.cluster.harness.machines import Machine, Machines
from tests.cluster.harness.people import ready
from tests.harness.jobs.nodes import NodeProcesses
from tests.harness.servers import Supervisor, eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

LEASE_S = 3.0
MARGIN_S = 0.5
IN_TIME_S = LEASE_S + MARGIN_S + 1.0

SETTINGS = {"cluster.lease_s": LEASE_S, "cluster.margin_s": MARGIN_S}

REAPED, BY_LEASE = {Proof.NODE_REAPED}, {Proof.LEASE}
WHICHEVER_IS_FIRST = REAPED | BY_LEASE


@dataclass(frozen=True)
class Fault:
    """What is done to a machine on which a job runs, and undone afterwards. `by_ray`: it takes until Ray has ended its
    actor that the node dies, and the lease begins to count only then."""

    strike: Callable[[Machine], None]
    proofs: set[Proof]
    undo: Callable[[Machine], None] = lambda _: None
    by_ray: bool = False


def _signal(link: str, number: signal.Signals) -> Callable[[Machine], None]:
    def strike(machine: Machine) -> None:
        process: psutil.Process = getattr(machine.node(), link)
        process.send_signal(number)

    return strike


def _stop_all(machine: Machine) -> None:
    for process in machine.processes:
        process.suspend()


def _resume_all(machine: Machine) -> None:
    for process in machine.processes:
        process.resume()


FAULTS = {
    "keeper killed": Fault(_signal("keeper", signal.SIGKILL), REAPED),
    "program killed": Fault(_signal("program", signal.SIGKILL), REAPED),
    "program stopped": Fault(_signal("program", signal.SIGSTOP), WHICHEVER_IS_FIRST),
    "keeper stopped": Fault(_signal("keeper", signal.SIGSTOP), WHICHEVER_IS_FIRST),
    "actor killed": Fault(lambda machine: machine.actor.kill(), BY_LEASE),
    "all stopped": Fault(_stop_all, BY_LEASE, _resume_all),
    "link down": Fault(Machine.cut, BY_LEASE, Machine.mend),
    "raylet killed": Fault(lambda machine: machine.raylet.kill(), BY_LEASE, by_ray=True),
}


async def _struck(supervisor: Supervisor, machines: Machines) -> tuple[str, Machine]:
    """A job that no signal but SIGKILL ends, with a daemon of its own, and the machine on which it runs."""
    await eventually(lambda: ready(supervisor, 1), "a machine takes jobs")
    job_id = await supervisor.running("deaf_daemon")
    return job_id, machines.at((await supervisor.record(job_id)).summary.node)


@pytest.mark.parametrize("name", FAULTS)
async def test_no_claim_before_the_death_nor_long_after_it(
    supervisor: Supervisor, machines: Machines, name: str
) -> None:
    fault = FAULTS[name]
    job_id, machine = await _struck(supervisor, machines)
    node = machine.node()
    assert len(node.left) >= 5  # init, program, fork server, worker, daemon
    struck_at = time.monotonic()
    fault.strike(machine)
    dead = asyncio.create_task(_when_dead(node))
    try:
        await supervisor.events(job_id)
        claimed_at = time.monotonic()
        assert not node.living, f"{node.living} live on"
        died_at = await dead
    finally:
        dead.cancel()
        fault.undo(machine)
    print(f"{name}: dead after {died_at - struck_at:.2f} s, claimed after {claimed_at - struck_at:.2f} s")
    assert claimed_at - (died_at if fault.by_ray else struck_at) <= IN_TIME_S
    record = await supervisor.record(job_id)
    assert (record.summary.state, record.summary.reason) == (State.FAILED, Reason.NODE_LOST)
    assert record.proof in fault.proofs
    if fault.by_ray:
        machines.replace(machine)


async def _when_dead(node: NodeProcesses) -> float:
    await eventually(lambda: not node.living, "all of it is dead")
    return time.monotonic()


async def test_a_stop_of_what_is_cut_off_is_bounded_by_the_lease(supervisor: Supervisor, machines: Machines) -> None:
    job_id, machine = await _struck(supervisor, machines)
    node = machine.node()
    machine.cut()
    try:
        asked_at = time.monotonic()
        await supervisor.stop(job_id, Rung.KILL)
        await supervisor.events(job_id)
        assert not node.living
        assert time.monotonic() - asked_at <= IN_TIME_S
    finally:
        machine.mend()
    record = await supervisor.record(job_id)
    assert (record.summary.state, record.summary.reason) == (State.CANCELLED, Reason.USER)
    assert record.proof is Proof.LEASE


async def test_every_machine_comes_back(supervisor: Supervisor, machines: Machines) -> None:
    """After all that was done to them here."""
    machines.until_started()
    await eventually(lambda: ready(supervisor, len(machines.there)), "all take jobs again", within_s=180)
    done = [await supervisor.submit("3", "counts") for _ in range(6)]
    assert {await supervisor.how_it_ended(job_id) for job_id in done} == {(State.SUCCEEDED, None)}


async def test_the_provider_s_death_ends_its_nodes_and_another_starts_new_ones(
    supervisor: Supervisor, machines: Machines
) -> None:
    job_id, machine = await _struck(supervisor, machines)
    node = machine.node()
    provider_of(supervisor).kill()
    killed_at = time.monotonic()
    await supervisor.events(job_id)
    assert not node.living
    assert time.monotonic() - killed_at <= IN_TIME_S
    record = await supervisor.record(job_id)
    assert (record.summary.reason, record.proof) == (Reason.NODE_LOST, Proof.LEASE)
    await eventually(lambda: ready(supervisor, len(machines.there)), "new nodes take jobs", within_s=180)


def provider_of(supervisor: Supervisor) -> psutil.Process:
    children = psutil.Process(supervisor.process.pid).children()
    return next(child for child in children if "supervisor.nodes.providers.ray_provider" in child.cmdline())
