"""For whom a job runs: when the last of them has gone, it is stopped some time later, whatever way they went."""

import asyncio
import itertools
import json
import secrets
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from bus.contract.vocabulary import Role, State
from bus.wire.commands import Caller
from tests.e2e.cli_runner import environment
from tests.harness.gateways import RunningGateway, Wire, running_gateway
from tests.harness.network.cuts import ServedGateway, served_gateway
from tests.harness.servers import ROOT, Supervisor, running_supervisor
from tests.harness.zoo import zoo_settings

GRACE_S = 1.5
STOPPED = (State.CANCELLED, "disconnect")
ANN = Caller("ann", Role.USER)

pytestmark = pytest.mark.asyncio(loop_scope="module")


@asynccontextmanager
async def supervising(folder: Path, grace_s: float) -> AsyncIterator[Supervisor]:
    async with running_supervisor(folder, {**zoo_settings(), "supervisor.disconnect_grace_s": grace_s}) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def supervisor(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Supervisor]:
    async with supervising(tmp_path_factory.mktemp("disconnects"), GRACE_S) as running:
        yield running


@pytest.fixture
def session() -> str:
    return f"s{secrets.token_hex(4)}"


async def begun(wire: Wire, session: str, agent: str = "sleeps", query: str = "go") -> str:
    """Ask, and wait for the first chunk, whatever it is; returns the job's id."""
    await wire.ask(session, query, agent)
    return str((await wire.until("agent_chunk"))[0]["data"]["job_id"])


async def grace_passes(supervisor: Supervisor) -> None:
    """Wait until a job that somebody leaves now has been stopped for it: earlier ones would have been, too."""
    async with running_gateway(supervisor.state_dir, zoo_settings()) as gateway:
        async with gateway.wire("bob") as wire:
            job_id = await begun(wire, f"left-{secrets.token_hex(4)}")
        assert await supervisor.how_it_ended(job_id) == STOPPED


async def state(supervisor: Supervisor, job_id: str) -> State:
    return (await supervisor.record(job_id)).summary.state


async def test_a_killed_gateway_leaves_its_jobs_the_grace(supervisor: Supervisor, session: str) -> None:
    async with running_gateway(supervisor.state_dir, zoo_settings()) as gateway, gateway.wire() as wire:
        job_id = await begun(wire, session)
        killed_at = time.monotonic()
        await gateway.end(signal.SIGKILL)
        assert await supervisor.how_it_ended(job_id) == STOPPED
        assert time.monotonic() - killed_at > GRACE_S - 0.1


async def test_whoever_is_left_at_another_gateway_keeps_the_job(supervisor: Supervisor, session: str) -> None:
    async with AsyncExitStack() as stack:
        first, second = [
            await stack.enter_async_context(running_gateway(supervisor.state_dir, zoo_settings())) for _ in range(2)
        ]
        asker = await stack.enter_async_context(first.wire())
        job_id = await begun(asker, session)
        async with second.wire() as other:
            await other.send("agent_follow", session_id=session, after_seq=0)
            await other.until_chunk("status")
            await first.end(signal.SIGKILL)
            await grace_passes(supervisor)
            assert await state(supervisor, job_id) is State.RUNNING
        assert await supervisor.how_it_ended(job_id) == STOPPED


async def test_a_gateway_that_is_back_within_the_grace_keeps_the_job(supervisor: Supervisor, session: str) -> None:
    async with served_gateway(supervisor.state_dir, zoo_settings()) as served:
        for number in itertools.count():
            name = f"{session}-{number}"
            async with client_of(served) as gateway, gateway.wire() as wire:
                job_id = await begun(wire, name)
                first = served.process
                # The next one is ready before: what a busy machine takes to start it would be a part of the grace.
                await served.start()
                await served.ready()
                assert first is not None
                killed_at = time.monotonic()
                first.kill()
                await first.wait()
            async with client_of(served) as gateway, gateway.wire() as wire:
                await wire.send("agent_follow", session_id=name, after_seq=0)
                await wire.until_chunk("status")
                if time.monotonic() > killed_at + GRACE_S / 2:
                    continue  # a machine so busy has us come too late
                await grace_passes(supervisor)
                assert await state(supervisor, job_id) is State.RUNNING
            assert await supervisor.how_it_ended(job_id) == STOPPED
            return


async def test_an_operator_with_tail_does_not_keep_the_job(supervisor: Supervisor, session: str) -> None:
    async with running_gateway(supervisor.state_dir, zoo_settings()) as gateway, gateway.wire() as wire:
        job_id = await begun(wire, session)
        tail = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "ops", "tail", job_id, "--json", "--state-dir", str(supervisor.state_dir)),
            cwd=ROOT,
            env=environment(),
            stdout=asyncio.subprocess.PIPE,
        )
        assert tail.stdout is not None
        first = json.loads(await tail.stdout.readline())
        await wire.socket.close()
        rest, _ = await tail.communicate()
    assert first["event"] == "agent_accepted"
    assert json.loads(rest.splitlines()[-1])["data"]["reason"] == "disconnect"
    assert await supervisor.how_it_ended(job_id) == STOPPED


async def test_a_job_whose_asker_never_came_to_listen_is_stopped(supervisor: Supervisor, session: str) -> None:
    job_id = await supervisor.submit("go", "sleeps", caller=ANN, session_id=session, attached=True)
    assert await supervisor.how_it_ended(job_id) == STOPPED


async def test_without_a_grace_the_last_one_to_leave_stops_the_job(tmp_path: Path, session: str) -> None:
    async with supervising(tmp_path, 0) as supervisor, running_gateway(supervisor.state_dir, zoo_settings()) as gateway:
        async with gateway.wire() as first, gateway.wire() as second:
            job_id = await begun(first, session)
            await first.send("agent_follow", session_id=session, after_seq=0)
            await first.until_chunk("status")
            await second.send("agent_follow", session_id=session, after_seq=0)
            await second.until_chunk("status")
            await first.socket.close()
            assert (await gateway.json("GET", f"/api/jobs/{job_id}"))[1]["state"] == "running"
        assert await supervisor.how_it_ended(job_id) == STOPPED


async def test_with_an_endless_grace_the_job_goes_on_alone(tmp_path: Path, session: str) -> None:
    async with (
        supervising(tmp_path, -1) as supervisor,
        running_gateway(supervisor.state_dir, zoo_settings()) as gateway,
    ):
        async with gateway.wire() as wire:
            job_id = await begun(wire, session, "paces", "100 50")
        assert await state(supervisor, job_id) is State.RUNNING
        assert await supervisor.how_it_ended(job_id) == (State.SUCCEEDED, None)


@asynccontextmanager
async def client_of(served: ServedGateway) -> AsyncIterator[RunningGateway]:
    """What other tests use to speak to a gateway, for one that outlives its process."""
    assert served.process is not None
    async with aiohttp.ClientSession() as http:
        yield RunningGateway(served.process, served.port, http)
