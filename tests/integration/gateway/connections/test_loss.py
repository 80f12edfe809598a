"""Lost connections, slow clients, dying gateways: nothing is missing, nothing comes twice, nobody is left running."""

import asyncio
import itertools
import signal
from pathlib import Path

import psutil
import pytest

from bus.contract.events import Status
from bus.contract.vocabulary import State
from bus.wire.outside import ENDINGS
from tests.harness.gateways import RunningGateway, Wire, running_gateway
from tests.harness.servers import Supervisor, assert_nothing_left, eventually, start_supervisor
from tests.harness.zoo import zoo_settings

GRACE_S = 1.0
NEVER_S = 600.0
"""No gateway that waited for its clients for so long would end in time."""

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTINGS = {**zoo_settings(), "supervisor.disconnect_grace_s": GRACE_S}


async def grace_passed(supervisor: Supervisor, gateway: RunningGateway) -> None:
    """Wait until a job that is left now has been stopped for it: who was left before would have been, too."""
    async with gateway.wire("bob") as wire:
        await wire.ask("left", "go", "sleeps")
        job_id = (await wire.until("agent_accepted"))[0]["data"]["job_id"]
    assert await supervisor.how_it_ended(job_id) == (State.CANCELLED, "disconnect")


async def test_when_everybody_has_left_the_job_is_stopped_after_the_grace(
    supervisor: Supervisor, gateway: RunningGateway, session: str
) -> None:
    async with gateway.wire() as wire:
        await wire.ask(session, "go", "sleeps")
        job_id = await wire.first_word()
    assert await supervisor.how_it_ended(job_id) == (State.CANCELLED, "disconnect")


async def test_a_connection_that_breaks_without_a_goodbye_has_left_too(
    supervisor: Supervisor, gateway: RunningGateway, session: str
) -> None:
    async with gateway.wire() as wire:
        await wire.ask(session, "go", "sleeps")
        job_id = await wire.first_word()
        wire.socket._response.connection.transport.abort()
        assert await supervisor.how_it_ended(job_id) == (State.CANCELLED, "disconnect")


async def test_who_comes_back_within_the_grace_keeps_the_job(
    supervisor: Supervisor, gateway: RunningGateway, session: str
) -> None:
    """A machine that is busy may keep somebody away for longer; then they come back in time the next time."""
    clock = asyncio.get_running_loop()
    for number in itertools.count():
        name = f"{session}-{number}"
        async with gateway.wire() as first:
            await first.ask(name, "go", "sleeps")
            job_id = await first.first_word()
            left_at = clock.time()
        async with gateway.wire() as second:
            await second.send("agent_follow", session_id=name, after_seq=2)
            await second.send("agent_list")  # answered after what was sent before
            await second.until("agent_jobs")
            if clock.time() > left_at + GRACE_S / 2:
                continue
            await grace_passed(supervisor, gateway)
            assert (await supervisor.record(job_id)).summary.state is State.RUNNING
            await second.send("agent_kill", session_id=name)
            assert (await second.stream(after=2))[-1]["event"] == "agent_killed"
            return


async def test_an_operator_who_watches_does_not_keep_the_job(
    supervisor: Supervisor, gateway: RunningGateway, session: str
) -> None:
    async with gateway.wire("ops") as ops:
        async with gateway.wire("ann") as ann:
            await ann.ask(session, "go", "sleeps")
            job_id = await ann.first_word()
            await ops.send("agent_follow", job_id=job_id, after_seq=0)
            await ops.until_chunk("status")
        killed = (await ops.until(*ENDINGS))[-1]
    assert killed["data"]["reason"] == "disconnect"


async def test_detached_jobs_and_those_of_http_run_on_alone(
    supervisor: Supervisor, gateway: RunningGateway, session: str
) -> None:
    async with gateway.wire() as wire:
        await wire.ask(session, "go", "sleeps", detached=True)
        detached = await wire.first_word()
    _, job = await gateway.json("POST", "/api/jobs", json={"query": "go", "agent": "sleeps"})
    await supervisor.until(job["job_id"], Status)
    await grace_passed(supervisor, gateway)
    for job_id in (detached, job["job_id"]):
        assert (await supervisor.record(job_id)).summary.state is State.RUNNING
        await supervisor.stop(job_id)
        assert (await supervisor.how_it_ended(job_id))[0] is State.CANCELLED


async def test_a_gateway_that_is_killed_takes_its_clients_with_it(supervisor: Supervisor, session: str) -> None:
    async with running_gateway(supervisor.state_dir, zoo_settings()) as gateway, gateway.wire() as wire:
        await wire.ask(session, "go", "sleeps")
        job_id = await wire.first_word()
        await gateway.end(signal.SIGKILL)
        assert await supervisor.how_it_ended(job_id) == (State.CANCELLED, "disconnect")


async def test_a_gateway_that_ends_says_so_and_the_next_one_goes_on(supervisor: Supervisor, session: str) -> None:
    settings = {**zoo_settings(), "gateway.finish_grace_s": NEVER_S}
    async with running_gateway(supervisor.state_dir, settings) as first, first.wire() as wire:
        await wire.ask(session, "go", "sleeps", detached=True)
        before = await wire.until_chunk("status")
        await asyncio.gather(first.end(), _expect_code(wire, 1001))
    async with running_gateway(supervisor.state_dir, zoo_settings()) as second, second.wire() as wire:
        after = before[-1]["data"]["seq"]
        await wire.send("agent_follow", session_id=session, after_seq=after)
        await wire.send("agent_kill", session_id=session)
        assert (await wire.stream(after=after))[-1]["event"] == "agent_killed"


async def test_ending_does_not_wait_for_clients_that_say_nothing(supervisor: Supervisor, session: str) -> None:
    settings = {**zoo_settings(), "gateway.finish_grace_s": NEVER_S}
    async with running_gateway(supervisor.state_dir, settings) as gateway, gateway.wire(batch=True) as deaf:
        await deaf.ask(session, "200000", "counts", detached=True)
        await deaf.until("agent_accepted")
        await supervisor.events((await _jobs(gateway))[0]["job_id"])
        await gateway.end()


async def test_a_slow_client_misses_nothing_and_delays_nobody(
    supervisor: Supervisor, gateway: RunningGateway, session: str
) -> None:
    memory = psutil.Process(gateway.process.pid)
    async with gateway.wire(batch=True) as slow, gateway.wire(batch=True) as quick:
        await slow.ask(session, "400000", "counts")
        await slow.until("agent_accepted")
        before = memory.memory_info().rss
        await quick.send("agent_follow", session_id=session, after_seq=0)
        stream = await quick.stream()
        # Meanwhile the slow one has not read a byte; a stop and a list of its own are answered all the same.
        await quick.ask(f"{session}-2", "3", "counts")
        await quick.until(*ENDINGS, session_id=f"{session}-2")
        assert memory.memory_info().rss - before < 60_000_000
        assert await slow.stream(after=1) == stream[1:]
        assert stream[-1]["event"] == "agent_complete"


async def test_a_stop_gets_through_while_the_client_is_flooded(
    supervisor: Supervisor, gateway: RunningGateway, session: str
) -> None:
    async with gateway.wire(batch=True) as wire:
        await wire.ask(session, "go", "floods_events")
        job_id = (await wire.until("agent_accepted"))[0]["data"]["job_id"]
        await wire.until_chunk("status")
        # From here on the client reads nothing, as a page does that is busy with what it has received.
        await wire.send("agent_kill", session_id=session)
        assert (await supervisor.how_it_ended(job_id))[0] is State.CANCELLED
        stream = await wire.until(*ENDINGS)
        assert stream[-1]["event"] == "agent_killed"


async def test_a_supervisor_that_dies_is_survived_by_the_connection(tmp_path: Path, session: str) -> None:
    state_dir = tmp_path / "state"
    first = await start_supervisor(state_dir, zoo_settings())
    async with running_gateway(state_dir, zoo_settings()) as gateway, gateway.wire() as wire:
        await wire.ask(session, "go", "sleeps")
        before = await wire.until_chunk("status")
        first.kill()
        await first.wait()
        second = await start_supervisor(state_dir, zoo_settings())
        stream = await wire.stream(after=before[-1]["data"]["seq"])
        assert (stream[-1]["event"], stream[-1]["data"]["code"]) == ("agent_error", "supervisor_lost")
        await wire.ask(f"{session}-2", "3", "counts")
        assert (await wire.stream())[-1]["event"] == "agent_complete"
        second.terminate()
        assert await second.wait() == 0
    assert_nothing_left(state_dir)


async def test_many_streams_share_one_connection(gateway: RunningGateway, session: str) -> None:
    async with gateway.wire(batch=True) as wire:
        for number in range(6):
            await wire.ask(f"{session}-{number}", "3000", "counts")
        found: dict[str, list[int]] = {}
        ends = 0
        while ends < 6:
            event = await wire.next()
            found.setdefault(event["data"]["session_id"], []).append(event["data"]["seq"])
            ends += event["event"] == "agent_complete"
    assert found == {f"{session}-{number}": list(range(1, 3003)) for number in range(6)}


async def test_the_gateway_lets_go_of_who_has_left(gateway: RunningGateway, session: str) -> None:
    process = psutil.Process(gateway.process.pid)
    async with gateway.wire() as wire:
        await wire.ask(session, "3", "counts")
        await wire.stream()
    before = process.num_fds()
    for number in range(1, 6):
        async with gateway.wire() as wire:
            await wire.ask(f"{session}-{number}", "3", "counts")
            await wire.stream()
    await eventually(lambda: process.num_fds() <= before, "the gateway keeps descriptors of closed connections")


async def _expect_code(wire: Wire, code: int) -> None:
    assert await wire.closed() == code


async def _jobs(gateway: RunningGateway) -> list[dict[str, str]]:
    return (await gateway.json("GET", "/api/jobs?all=1"))[1]["jobs"]  # type: ignore[no-any-return]
