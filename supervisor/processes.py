"""Spawn, signal, wait: the one place that touches worker processes."""

import asyncio
import contextlib
import logging
import multiprocessing
import multiprocessing.forkserver
import multiprocessing.process
import multiprocessing.util
import os
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import resource_tracker
from multiprocessing.context import ForkServerContext, ForkServerProcess
from threading import Lock

from bus.orphans import descendants, kill_process
from supervisor import child, fork_server
from supervisor.procfs import read_stat

log = logging.getLogger(__name__)

_GROUP = 4
"""PIDFD_SIGNAL_PROCESS_GROUP, Linux 6.9: the signal goes to the whole group of the process."""

_UNKNOWN_EXIT = 255


def exit_in_words(code: int) -> str:
    """An exit code of multiprocessing (negative: the signal) for people."""
    if code >= 0:
        return f"exited with status {code}"
    try:
        return f"killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"killed by signal {-code}"


class WorkerProcess:
    """A running worker. `on_reaped(exit code)` is called once its parent has reaped it: it is gone by then, not even
    a zombie."""

    def __init__(self, process: ForkServerProcess, on_reaped: Callable[[int], None]) -> None:
        assert process.pid is not None
        self.pid = process.pid
        self.exit_code: int | None = None
        self._process = process
        self._pidfd = _open_pidfd(self.pid)
        stat = read_stat(self.pid)
        self.started = stat.started if stat else 0
        self._on_reaped = on_reaped
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(process.sentinel, self._reaped)

    def __repr__(self) -> str:
        return f"<WorkerProcess pid={self.pid} exit={self.exit_code}>"

    def dump_stack(self) -> None:
        """Ask the worker itself, not its group, for a dump of its threads' stacks (faulthandler on SIGUSR1)."""
        self._signal(signal.SIGUSR1)

    def terminate(self) -> None:
        """SIGTERM to the group, and SIGCONT so that a stopped process takes it."""
        self._signal_group(signal.SIGTERM)
        self._signal_group(signal.SIGCONT)

    def kill(self) -> None:
        """SIGKILL to every descendant, whatever session it moved to, and to the group."""
        for pid in descendants(self.pid):
            kill_process(pid)
        self._signal_group(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        if self._pidfd is not None and self.exit_code is None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, number)

    def _signal_group(self, number: signal.Signals) -> None:
        if self._pidfd is None or self.exit_code is not None:
            return
        try:
            signal.pidfd_send_signal(self._pidfd, number, None, _GROUP)
        except ProcessLookupError:
            # No such group: the leader has ended, or has not yet made its own session.
            self._signal(number)
        except OSError:
            self._signal_group_by_number(number)

    def _signal_group_by_number(self, number: signal.Signals) -> None:
        """For kernels older than 6.9. The leader is not reaped yet, so its number is not another's."""
        stat = read_stat(self.pid)
        if stat is not None and stat.group == self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, number)
        else:
            self._signal(number)

    def _reaped(self) -> None:
        self._loop.remove_reader(self._process.sentinel)
        code = self._process.exitcode
        self.exit_code = _UNKNOWN_EXIT if code is None else code
        if self._pidfd is not None:
            os.close(self._pidfd)
            self._pidfd = None
        self._process.close()
        self._on_reaped(self.exit_code)


class Spawner:
    """Starts workers from a preloaded fork server; starting never blocks the loop."""

    def __init__(self, preload: list[str]) -> None:
        # One thread for as long as we live: the fork server dies with the thread that started it.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="spawn")
        self._context: ForkServerContext = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([fork_server.__name__, child.__name__])
        self._server_starting = Lock()
        os.environ[fork_server.SUPERVISOR_PID] = str(os.getpid())
        os.environ[fork_server.PRELOAD] = ",".join(preload)

    async def spawn(self, spec: bytes, on_reaped: Callable[[int], None]) -> WorkerProcess:
        """A new process that becomes the worker of this spec."""
        process = await asyncio.get_running_loop().run_in_executor(self._thread, self._start, spec)
        return WorkerProcess(process, on_reaped)

    async def warm_up(self) -> None:
        """Start the fork server and let it load, so that the first question does not wait for it."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._ensure_server)

    @property
    def own_children(self) -> set[int]:
        """Children of ours that are not workers: the fork server and multiprocessing's resource tracker."""
        with self._server_starting:  # a server that is just being started has a pid that nobody knows yet
            server = multiprocessing.forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
            tracker = resource_tracker._resource_tracker._pid  # type: ignore[attr-defined]
        return {pid for pid in (server, tracker) if pid}

    def close(self) -> None:
        """End the fork server and its helper, and wait for both."""
        self._thread.shutdown(wait=True)
        multiprocessing.forkserver._forkserver._stop()  # type: ignore[attr-defined]
        resource_tracker._resource_tracker._stop()  # type: ignore[attr-defined]
        multiprocessing.util._run_finalizers()  # type: ignore[attr-defined]  # its socket's folder

    def _ensure_server(self) -> None:
        with self._server_starting:
            multiprocessing.forkserver.ensure_running()

    def _start(self, spec: bytes) -> ForkServerProcess:
        self._ensure_server()
        process = self._context.Process(target=child.run, args=(spec,))
        process.start()
        # multiprocessing would poll it from this thread and take its exit status away from the loop.
        multiprocessing.process._children.discard(process)  # type: ignore[attr-defined]
        return process


def kill_left_behind(pid: int, started: int) -> bool:
    """Kill a process of an earlier supervisor, if this is still that process."""
    stat = read_stat(pid)
    if stat is None or stat.started != started:
        return False
    for below in descendants(pid):
        kill_process(below)
    kill_process(pid)
    return True


def _open_pidfd(pid: int) -> int | None:
    try:
        return os.pidfd_open(pid)
    except ProcessLookupError:
        return None
