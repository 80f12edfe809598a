"""The line to a fork server: what is said of a worker's death, and of the fork server's, is true."""

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

from bus.contract.settings import LimitSettings
from bus.system.proc import read_stat
from supervisor.processes.containment.sweep import Sweep
from supervisor.processes.fork_server_client import ForkServer, SpawnError
from supervisor.processes.spawner import Spawner
from tests.harness.servers import eventually, is_gone

STAYS = ["tests.programs.preloads.stays_after_fork"]


@contextmanager
def fork_server(lost: list[ForkServer]) -> Iterator[ForkServer]:
    server = ForkServer(STAYS, {}, lambda pid, code: None, lost.append)
    try:
        yield server
    finally:
        if server not in lost:
            server.close()


async def test_a_worker_that_is_refused_has_failed_once_it_is_reaped_and_not_before() -> None:
    lost: list[ForkServer] = []
    with fork_server(lost) as server:
        refused: list[int] = []

        def make(pid: int, _: int) -> NoReturn:
            os.kill(server.pid, signal.SIGSTOP)  # it cannot reap anybody now
            refused.append(pid)
            raise OSError("no descriptor left")

        forking = asyncio.ensure_future(server.fork(b"spec", None, make))
        await eventually(lambda: refused and _state(refused[0]) == "Z", "the refused worker was not killed")
        assert not forking.done()
        os.kill(server.pid, signal.SIGCONT)
        with pytest.raises(SpawnError, match="raise the limit for open files"):
            await forking
        assert is_gone(refused[0])


async def test_a_fork_server_that_was_stopped_goes_on() -> None:
    lost: list[ForkServer] = []
    with fork_server(lost) as server:
        os.kill(server.pid, signal.SIGSTOP)
        await eventually(lambda: _state(server.pid) == "T", "the fork server was not stopped")

        def goes_on() -> bool:
            server.look(60.0)
            return _state(server.pid) != "T"

        await eventually(goes_on, "it was not told to go on")
        pid = await server.fork(b"spec", None, _without_pidfd)
        os.kill(pid, signal.SIGKILL)
        assert not lost


async def test_threads_beside_a_fork_server_are_told_of(capfd: pytest.CaptureFixture[str]) -> None:
    spawner = Spawner([*STAYS, "tests.programs.preloads.starts_a_thread"], {}, Sweep)
    worker = await spawner.spawn(b"spec", spawner.containment.enclose("w", LimitSettings()), lambda _: None)
    worker.kill()
    spawner.close()
    assert "the preload of tests.programs.preloads.starts_a_thread: 1, allowed: 0" in capfd.readouterr().err


async def test_nobody_waits_for_a_fork_server_that_does_not_die(monkeypatch: pytest.MonkeyPatch) -> None:
    spawner = Spawner(STAYS, {}, Sweep)
    gone: list[str] = []
    worker = await spawner.spawn(b"spec", spawner.containment.enclose("w", LimitSettings()), gone.append)
    (hung,) = spawner.own_children

    def looked_and_lost() -> bool:
        spawner.look(0.0)
        return not worker.lives

    os.kill(hung, signal.SIGSTOP)
    with monkeypatch.context() as patch:  # as if it were where no signal reaches it
        patch.setattr("subprocess.Popen.kill", lambda _: None)
        await eventually(lambda: _state(hung) == "T", "the fork server was not stopped")
        await eventually(looked_and_lost, "it was not given up")
    other = await spawner.spawn(b"spec", spawner.containment.enclose("w", LimitSettings()), gone.append)
    assert other.lives
    assert not gone, "a worker of a fork server that lives on was reaped without proof"
    assert len(spawner.own_children) == 2
    os.kill(hung, signal.SIGKILL)
    await eventually(lambda: gone, "its worker was not lost with it")
    assert is_gone(hung)
    await eventually(lambda: _state(worker.pid) in ("Z", None), "its worker lives on")
    other.kill()
    spawner.close()
    assert not spawner.own_children


async def test_a_fork_server_that_does_not_die_holds_up_no_shutdown(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("supervisor.processes.fork_server_client.DEAD_WITHIN_S", 0.05)
    server = ForkServer(STAYS, {}, lambda pid, code: None, lambda _: None)
    with monkeypatch.context() as patch:
        patch.setattr("subprocess.Popen.kill", lambda _: os.kill(server.pid, signal.SIGSTOP))
        server.close()
    os.kill(server.pid, signal.SIGKILL)
    server._process.wait()
    assert "has not ended 0.05 s after SIGKILL" in caplog.text


async def test_it_is_ready_when_it_has_loaded_and_one_that_dies_while_it_loads_is_replaced(tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    gate.touch()
    spawner = Spawner(["tests.programs.preloads.loads_when_allowed"], {"DEADSTOP_TESTS_GATE": str(gate)}, Sweep)
    ready = asyncio.ensure_future(spawner.until_loaded())
    await eventually(lambda: spawner.own_children, "it was not started")
    (first,) = spawner.own_children
    assert not ready.done()
    os.kill(first, signal.SIGKILL)
    await eventually(lambda: spawner.own_children - {first}, "no other one was started")
    assert not ready.done()
    gate.unlink()
    await ready
    spawner.close()


def _without_pidfd(pid: int, pidfd: int) -> int:
    os.close(pidfd)
    return pid


def _state(pid: int) -> str | None:
    stat = read_stat(pid)
    return stat.state if stat is not None else None
