"""What somebody removes from under a running supervisor is noticed within seconds, said, and there again."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bus.address import read_address
from bus.contract.events import Completed, Killed
from bus.contract.vocabulary import State
from bus.log import LOG_NAME
from bus.serve_contract import STATE_LOST
from bus.wire.commands import ReadStats
from bus.wire.replies import Stats
from tests.harness.jobs.stopping import ROOMY, ended
from tests.harness.servers import OPERATOR, eventually, running_supervisor, start_supervisor

SOCKETS = ("commands.sock", "events.sock", "control.sock", "collector.sock")
WARM = {**ROOMY, "worker.warm_workers": 1, "agent.default": "echoes"}


def every_socket(runtime: Path) -> None:
    for name in SOCKETS:
        (runtime / name).unlink()


def the_scratch_folders(runtime: Path) -> None:
    shutil.rmtree(runtime / "scratch")


@pytest.mark.parametrize("remove", [every_socket, shutil.rmtree, the_scratch_folders])
async def test_what_is_removed_from_the_runtime_folder_is_there_again(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], remove: Callable[[Path], None]
) -> None:
    async with running_supervisor(tmp_path, WARM) as supervisor:
        runtime = Path(read_address(supervisor.state_dir).runtime_dir)
        before = await supervisor.running("sleeps")
        await ended(supervisor, await supervisor.submit("hello", "echoes"))
        await eventually(lambda: warm(supervisor), "no worker is warm")
        remove(runtime)
        await eventually(lambda: all((runtime / name).is_socket() for name in SOCKETS), "the sockets are not back")
        said = ""

        def noticed() -> bool:
            nonlocal said
            said += capfd.readouterr().err
            return "keep whatever tidies" in said

        await eventually(noticed, "nothing was said of it")
        for _ in range(3):
            assert isinstance((await ended(supervisor, await supervisor.submit("hello", "echoes"))).last, Completed)
        await supervisor.stop(before)
        assert isinstance((await ended(supervisor, before)).last, Killed)
        await eventually(lambda: runtime.stat().st_mode & 0o777 == 0o700, "others may enter the folder")


async def warm(supervisor: object) -> bool:
    stats = await supervisor.client.request(ReadStats(OPERATOR), Stats)  # type: ignore[attr-defined]
    return bool(stats.gauges["warm_workers"])


@pytest.mark.parametrize("removed", ["the folder", "the log", "what lies beside the log"])
async def test_a_log_that_is_removed_is_written_anew_and_gone_on_with(tmp_path: Path, removed: str) -> None:
    async with running_supervisor(tmp_path, ROOMY) as supervisor:
        done = await supervisor.submit("hello", "echoes")
        await ended(supervisor, done)
        running = await supervisor.running("sleeps")
        state = supervisor.state_dir
        if removed == "the folder":
            shutil.rmtree(state)
        else:
            (state / (LOG_NAME if removed == "the log" else f"{LOG_NAME}-wal")).unlink()
        assert await supervisor.process.wait() == STATE_LOST
        supervisor.process = await start_supervisor(state, ROOMY)
        assert (await supervisor.record(done)).summary.state is State.SUCCEEDED
        assert (await supervisor.record(running)).summary.reason == "shutdown"
        assert isinstance((await ended(supervisor, await supervisor.submit("hello", "echoes"))).last, Completed)
        assert isinstance((await supervisor.events(done))[-1][1], Completed)
