"""The supervisor's end of the line to its fork server."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from bus.system.interpreter import interpreter_command
from bus.system.proc import read_stat
from bus.transport.codec import Decoder
from supervisor.processes.fork_server import (
    MAX_SPEC_BYTES,
    AnyForkServerAnswer,
    Forked,
    Loaded,
    NotForked,
    WorkerReaped,
)

log = logging.getLogger(__name__)

T = TypeVar("T")

MAX_ANSWER_BYTES = 4096

LOAD_LIMIT_S = 120.0
"""Before its first answer it loads what workers need; a cold disk can take half a minute for that."""

MAX_GAP_S = 1.0
"""More time than this between two looks says that this process, and not the fork server, was not running."""

CONTINUE_AFTER_S = 0.75
"""A fork server that owes an answer, or is stopped, for so long is told to go on if it is stopped."""

DEAD_WITHIN_S = 2.0
"""How long after SIGKILL a fork server may take to end before that is logged."""

_ACTION = {"action": "fork_server"}

_decode: Decoder[AnyForkServerAnswer] = Decoder(AnyForkServerAnswer)


class SpawnError(Exception):
    """A worker could not be started; the text says why."""


class ForkServer:
    """A running fork server. Must be made in the main thread: the kernel ends it with the thread that started it.

    `on_reaped(pid, code)` is called once a worker is gone; `on_lost(this)` once the fork server itself has died, and
    with it, soon, every worker that it has forked. Once it is `lost` it forks no more; its death may come later.
    `settled` is set as soon as it has loaded all, or is lost.
    """

    def __init__(
        self,
        preload: Sequence[str],
        environment: Mapping[str, str],
        on_reaped: Callable[[int, int], None],
        on_lost: Callable[["ForkServer"], None],
    ) -> None:
        self.lost = False
        self.settled = asyncio.Event()
        self._on_reaped = on_reaped
        self._on_lost = on_lost
        self._asked: deque[tuple[asyncio.Future[Any], Callable[[int, int], object]]] = deque()
        self._refused: dict[int, tuple[asyncio.Future[Any], str]] = {}
        self._unsent: deque[tuple[bytes, list[int]]] = deque()
        self._loop = asyncio.get_running_loop()
        self._looked_at = self._loop.time()
        self._silent_s = 0.0
        self._has_answered = False
        self._line, self._process = _start(preload, environment)
        self._pidfd = os.pidfd_open(self._process.pid)  # now: when it dies there may be no descriptor left for it
        self._loop.add_reader(self._line, self._hear)

    def __repr__(self) -> str:
        return f"<ForkServer pid={self.pid} asked={len(self._asked)}>"

    @property
    def pid(self) -> int:
        return self._process.pid

    async def fork(self, spec: bytes, group: Path | None, make: Callable[[int, int], T]) -> T:
        """What `make(pid, pidfd)` has made of the new worker, before anything else is heard of it; the pidfd is its own
        to close. The worker starts in the control group, if one is named. Raises `SpawnError`."""
        if len(spec) > MAX_SPEC_BYTES:
            raise SpawnError(
                f"its settings take {len(spec):,} bytes, the limit is {MAX_SPEC_BYTES:,}; shorten the agent's options"
            )
        try:
            groups = [os.open(group, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)] if group is not None else []
        except OSError as error:
            raise SpawnError(f"its control group {group} cannot be opened: {error.strerror}") from error
        forked: asyncio.Future[T] = self._loop.create_future()
        self._asked.append((forked, make))
        self._unsent.append((spec, groups))
        self._send()
        return await forked

    def look(self, limit_s: float) -> None:
        """To be called now and then. A fork server that has owed an answer for so long, or was stopped for so long, is
        ended and counts as dead: without it no worker can be started, and none reaped. One that was stopped is told to
        go on."""
        now = self._loop.time()
        gap_s, self._looked_at = min(now - self._looked_at, MAX_GAP_S), now
        stopped = self._stopped
        self._silent_s = self._silent_s + gap_s if self._asked or stopped else 0.0
        if self._silent_s > (limit_s if self._has_answered or stopped else max(limit_s, LOAD_LIMIT_S)):
            log.error("fork server %d has not answered for %.3g s; killing it", self.pid, self._silent_s, extra=_ACTION)
            self._lose()
        elif stopped is None or (stopped and self._silent_s > CONTINUE_AFTER_S):
            signal.pidfd_send_signal(self._pidfd, signal.SIGCONT)  # which is nothing to one that runs

    @property
    def _stopped(self) -> bool | None:
        """None where there is no descriptor left to look."""
        try:
            stat = read_stat(self.pid)
        except OSError:
            return None
        return stat is not None and stat.state in "Tt"

    def end_unless_loaded(self) -> None:
        """End the fork server if it has forked nothing yet, so that callers who wait for a worker are told at once."""
        if not self.lost and not self._has_answered:
            self._lose()

    def close(self) -> None:
        """End it, and wait until it is gone, but not for ever."""
        self._end()
        self._loop.remove_reader(self._pidfd)
        os.close(self._pidfd)
        try:
            self._process.wait(DEAD_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._complain()

    def _end(self) -> None:
        if not self.lost:
            self.lost = True
            self.settled.set()
            self._loop.remove_reader(self._line)
            self._loop.remove_writer(self._line)
            self._line.close()
            self._forget_unsent()
            self._process.kill()

    def _send(self) -> None:
        try:
            while self._unsent:
                spec, groups = self._unsent[0]
                socket.send_fds(self._line, [spec], groups)
                self._forget_first()
        except BlockingIOError:
            self._loop.add_writer(self._line, self._send)
        except OSError:
            self._forget_unsent()  # it has died, which is heard where it is listened to
        else:
            self._loop.remove_writer(self._line)

    def _forget_first(self) -> None:
        _, groups = self._unsent.popleft()
        for group in groups:
            os.close(group)

    def _forget_unsent(self) -> None:
        while self._unsent:
            self._forget_first()

    def _hear(self) -> None:
        while True:
            try:
                message, descriptors, _, _ = socket.recv_fds(self._line, MAX_ANSWER_BYTES, 1)
            except BlockingIOError:
                return
            except OSError:
                message, descriptors = b"", []
            if not message:
                self._lose()
                return
            self._take(_decode(message), descriptors)

    def _take(self, answer: AnyForkServerAnswer, descriptors: list[int]) -> None:
        self._silent_s = 0.0
        self._has_answered = True
        match answer:
            case Loaded():
                self.settled.set()
            case WorkerReaped(pid) if pid in self._refused:
                _fail(*self._refused.pop(pid))
            case WorkerReaped(pid, code):
                self._on_reaped(pid, code)
            case NotForked(error):
                _fail(self._asked.popleft()[0], error)
            case Forked(pid):
                forked, make = self._asked.popleft()
                try:
                    made = make(pid, descriptors[0])
                except (OSError, IndexError):  # no descriptor is left: neither for its pidfd, nor for looking
                    _refuse(pid, descriptors)
                    text = f"worker {pid} could not be taken over: too many open files in the supervisor"
                    self._refused[pid] = (forked, f"{text}; raise the limit for open files (ulimit -n)")
                    return
                if not forked.done():
                    forked.set_result(made)

    def _lose(self) -> None:
        """Its workers are lost once it is dead: before that they are not children of this process. Waited for in the
        background."""
        self._end()
        self._loop.add_reader(self._pidfd, self._died)
        self._complaint = self._loop.call_later(DEAD_WITHIN_S, self._complain)
        log.error("fork server %d is lost; the next worker starts another", self.pid, extra=_ACTION)

    def _died(self) -> None:
        self._complaint.cancel()
        self.close()
        for forked in (*(forked for forked, _ in self._asked), *(forked for forked, _ in self._refused.values())):
            _fail(forked, "the fork server has died")
        self._on_lost(self)

    def _complain(self) -> None:
        text = "fork server %d has not ended %g s after SIGKILL; look what it waits for (`cat /proc/%d/stack`)"
        log.error(text, self.pid, DEAD_WITHIN_S, self.pid, extra=_ACTION)


def _fail(forked: asyncio.Future[Any], error: str) -> None:
    if not forked.done():
        forked.set_exception(SpawnError(error))


def _refuse(pid: int, pidfds: list[int]) -> None:
    """Kill a worker that could not be taken over: by its number, which was just received, where its pidfd is lost."""
    with contextlib.suppress(ProcessLookupError):
        if pidfds:
            signal.pidfd_send_signal(pidfds[0], signal.SIGKILL)
        else:
            os.kill(pid, signal.SIGKILL)
    for pidfd in pidfds:
        os.close(pidfd)


def _start(preload: Sequence[str], environment: Mapping[str, str]) -> tuple[socket.socket, subprocess.Popen[bytes]]:
    """A new fork server's process, and this end of the line to it. Raises OSError, and leaves nothing open then."""
    line, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    line.setblocking(False)
    with there, contextlib.ExitStack() as unless_started:
        unless_started.callback(line.close)
        process = subprocess.Popen(
            [*interpreter_command(), "-c", _program(there.fileno(), preload)],
            stdin=subprocess.DEVNULL,
            pass_fds=[there.fileno()],
            env=environment,
        )
        unless_started.pop_all()
    return line, process


def _program(line_fd: int, preload: Sequence[str]) -> str:
    """The fork server's program: it finds modules where this process does, whatever folder it is started in."""
    return (
        f"import sys; sys.path[:] = {sys.path!r}; from supervisor.processes.fork_server import main; "
        f"main({line_fd}, {os.getpid()}, {list(preload)!r})"
    )
