"""Spawn, signal, wait: the one place that touches worker processes."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Mapping
from functools import partial

from bus.system.proc import exit_in_words, read_stat, still_lives
from supervisor.processes.containment.interface import Contain, Enclosure
from supervisor.processes.fork_server_client import ForkServer, SpawnError

_GROUP = 4
"""PIDFD_SIGNAL_PROCESS_GROUP, Linux 6.9: the signal goes to the whole group of the process."""

START_AGAIN_S = 1.0
_WITH_ITS_PARENT = "ended with its fork server, which has died,"


class WorkerProcess:
    """A running worker, by its pidfd, and what holds it. `on_reaped(words)` is called once its parent has reaped it,
    and told how it exited: it is gone by then, not even a zombie. `parent_lost()` says whether the parent is about to
    die, and the worker with it."""

    def __init__(
        self,
        pid: int,
        pidfd: int,
        enclosure: Enclosure,
        on_reaped: Callable[[str], None],
        parent_lost: Callable[[], bool] = lambda: False,
    ) -> None:
        self.pid = pid
        self.exit_words = ""
        self._pidfd: int | None = pidfd
        self._enclosure = enclosure
        stat = read_stat(pid)
        self.started = stat.started if stat else 0
        self._on_reaped = on_reaped
        self._parent_lost = parent_lost
        enclosure.hold(self)

    def __repr__(self) -> str:
        return f"<WorkerProcess pid={self.pid} {self.exit_words or 'lives'}>"

    @property
    def lives(self) -> bool:
        """False from its death on, even before it is reaped, and once its parent is lost."""
        return not self.exit_words and not self._parent_lost() and still_lives((self.pid, self.started)) is not None

    def dump_stack(self) -> None:
        """Ask the worker itself, not its group, for a dump of its threads' stacks (faulthandler on SIGUSR1)."""
        self._signal(signal.SIGUSR1)

    def terminate(self) -> None:
        """SIGTERM to the group, and SIGCONT so that a stopped process takes it."""
        self._signal_group(signal.SIGTERM)
        self._signal_group(signal.SIGCONT)

    def kill(self) -> None:
        """SIGKILL to all that came from it, whatever session it moved to, and to its process group."""
        if self.exit_words:
            return  # its number may be another's by now
        try:
            self._enclosure.kill()
        finally:  # also where there is no descriptor left to look for them
            self._signal_group(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        if self._pidfd is not None and not self.exit_words:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, number)

    def _signal_group(self, number: signal.Signals) -> None:
        if self._pidfd is None or self.exit_words:
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

    def reaped(self, words: str) -> None:
        """The process is reaped; how it exited, in words."""
        self.exit_words = words
        if self._pidfd is not None:
            os.close(self._pidfd)
            self._pidfd = None
        self._on_reaped(words)


class Spawner:
    """Starts workers from a preloaded fork server; starting never blocks the loop. `environment` is all that they
    inherit. `contain` makes what holds them; `others()` are children of this process that have nothing to do with
    workers."""

    def __init__(
        self,
        preload: list[str],
        environment: Mapping[str, str],
        contain: Contain,
        others: Callable[[], set[int]] = set,
    ) -> None:
        self._others = others
        self._preload = preload
        self._environment = environment
        self._server: ForkServer | None = None
        self._ending = False
        self._workers: dict[ForkServer, dict[int, WorkerProcess]] = {}
        self.containment = contain(lambda: self.own_children)

    async def spawn(self, spec: bytes, enclosure: Enclosure, on_reaped: Callable[[str], None]) -> WorkerProcess:
        """A new process that becomes the worker of this spec, held by the enclosure. Raises `SpawnError`."""
        server = self._running()

        def make(pid: int, pidfd: int) -> WorkerProcess:
            worker = WorkerProcess(pid, pidfd, enclosure, on_reaped, lambda: server.lost)
            self._workers[server][pid] = worker
            return worker

        return await server.fork(spec, enclosure.group, make)

    async def warm_up(self) -> None:
        """Start the fork server, so that the first question does not wait for all of its loading."""
        self._running()

    async def until_loaded(self) -> None:
        """Start the fork server, and wait until it forks workers at once; one that dies meanwhile is replaced. Raises
        `SpawnError`."""
        while True:
            server = self._running()
            await server.settled.wait()
            if not server.lost:
                return
            await asyncio.sleep(START_AGAIN_S)

    def look(self, limit_s: float) -> None:
        """To be called now and then: replace a fork server that has not answered for so long."""
        if self._server is not None and not self._server.lost:
            self._server.look(limit_s)

    def end_loading(self) -> None:
        """Start no further fork server, and stop waiting for one that is loading: no more workers are needed."""
        self._ending = True
        if self._server is not None:
            self._server.end_unless_loaded()

    @property
    def own_children(self) -> set[int]:
        """Children of this process that are not workers: the fork server, lost ones that are not dead yet, and
        others."""
        return {server.pid for server in self._workers} | self._others()

    def close(self) -> None:
        """End the fork server, and wait for it. What holds workers stays until `close_containment`."""
        for server in self._workers:
            server.close()
        self._workers.clear()
        self._server = None

    def close_containment(self) -> None:
        """Once no worker is left, nor anything that came from one."""
        self.containment.close()

    def _running(self) -> ForkServer:
        """The fork server that takes orders, started if there is none. Raises `SpawnError`."""
        if self._server is None or self._server.lost:
            if self._ending:
                raise SpawnError("the supervisor ends")
            workers: dict[int, WorkerProcess] = {}
            self._server = ForkServer(self._preload, self._environment, partial(_reaped, workers), self._lost)
            self._workers[self._server] = workers
        return self._server

    def _lost(self, server: ForkServer) -> None:
        """Its workers die with it and become children of this process; the reaper sweeps until they are gone."""
        for worker in self._workers.pop(server).values():
            with contextlib.suppress(OSError):  # without a descriptor left, say; all of them die with their parent
                worker.kill()
            worker.reaped(_WITH_ITS_PARENT)


def _reaped(workers: dict[int, WorkerProcess], pid: int, code: int) -> None:
    worker = workers.pop(pid, None)
    if worker is not None:  # else it was no worker: something preloaded has started it
        worker.reaped(exit_in_words(code))
