"""How many jobs of one agent run at the same time."""

from pathlib import Path

from bus.contract.events import Status
from bus.contract.vocabulary import State
from tests.harness.servers import running_supervisor
from tests.harness.zoo import zoo_settings


async def test_further_jobs_of_the_agent_wait_and_others_pass_them(tmp_path: Path) -> None:
    settings = zoo_settings()
    settings["agents.sleeps"] = {**settings["agents.sleeps"], "max_running": 1}
    async with running_supervisor(tmp_path, settings) as supervisor:
        first = await supervisor.running("sleeps")
        second = await supervisor.submit("go", "sleeps")
        passing = await supervisor.submit("3", "counts")
        await supervisor.events(passing)
        assert (await supervisor.record(second)).summary.state is State.QUEUED
        await supervisor.stop(first)
        await supervisor.until(second, Status)
        assert (await supervisor.record(first)).summary.state is State.CANCELLED
        await supervisor.stop(second)
        await supervisor.events(second)
