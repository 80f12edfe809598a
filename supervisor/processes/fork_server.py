"""The fork server: loads once what workers need, then forks a worker for each request. One thread, no loop.

Of our own, and not multiprocessing's, because that one costs a worker twice as much as the fork itself, and swallows
the ImportError of a preloaded module: every worker would then be slow in silence.

    supervisor → fork server   a worker's spec, as it is, and with it the folder of the control group it is to be in
    fork server → supervisor   Loaded; Forked or NotForked, in the order of the requests; WorkerReaped when one is gone

Each is one message over a socket pair. `fork_server_client.py` is the other end; only the types are imported there.
"""

import importlib
import os
import select
import signal
import socket
import sys
import time
import traceback
from collections.abc import Sequence
from typing import NoReturn

import msgspec

from bus.system.interpreter import loading
from bus.system.prctl import die_with
from bus.system.proc import POLL_S, threads_of
from bus.transport.codec import encode
from supervisor.processes import entrypoint, huge_pages
from supervisor.processes.clone import fork_into

MAX_SPEC_BYTES = 1 << 17
"""One message of a socket pair, well below what Linux lets it hold."""

THREADS_END_WITHIN_S = 1.0


class ForkServerAnswer(msgspec.Struct, frozen=True, tag_field="answer"):
    """Base of what the fork server says."""


class Loaded(ForkServerAnswer, frozen=True, tag="loaded"):
    """What workers need is there: from now on one is forked in milliseconds."""


class Forked(ForkServerAnswer, frozen=True, tag="forked"):
    """The worker runs. Its pidfd comes with this message: it stays this very process's, however soon that ends."""

    pid: int


class NotForked(ForkServerAnswer, frozen=True, tag="not_forked"):
    error: str


class WorkerReaped(ForkServerAnswer, frozen=True, tag="reaped"):
    """The worker is gone, not even a zombie. `code` is its exit status, or the signal as a negative number."""

    pid: int
    code: int


AnyForkServerAnswer = Loaded | Forked | NotForked | WorkerReaped


def main(line_fd: int, supervisor_pid: int, preload: Sequence[str]) -> NoReturn:
    """Serve until the line is closed."""
    die_with(supervisor_pid)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the supervisor, which ends this process
    with loading():
        _load(preload)
    huge_pages.collapse()
    line = socket.socket(fileno=line_fd)
    line.send(encode(Loaded()))
    _serve(line)


def _load(preload: Sequence[str]) -> None:
    known = 0
    for name in preload:
        try:
            importlib.import_module(name)
        except Exception as error:  # whatever it is, workers can still import what they need, slowly
            _say(f"{name} could not be preloaded, workers start slowly: {error!r}")
        if (stayed := threads_that_stay()) > known:
            known = stayed
            _say(
                f"threads that stay after the preload of {name}: {stayed}, allowed: 0. A worker that is "
                "forked beside them can hang, on a lock that one of them held; preload nothing that starts threads"
            )


def _say(sentence: str) -> None:
    sys.stderr.write(f"fork server: {sentence}\n")


def threads_that_stay() -> int:
    """How many threads there are beside this one. One that was joined may still be seen for some milliseconds."""
    deadline = time.monotonic() + THREADS_END_WITHIN_S
    while (stayed := len(threads_of(os.getpid())) - 1) and time.monotonic() < deadline:
        time.sleep(POLL_S)
    return stayed


def _serve(line: socket.socket) -> NoReturn:
    ended, wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, _do_nothing)  # without a handler the pipe is not written
    ready = select.poll()
    for descriptor in (line.fileno(), ended):
        ready.register(descriptor, select.POLLIN)
    while True:
        for descriptor, _ in ready.poll():
            if descriptor == ended:
                os.read(ended, 4096)
                _reap(line)
                continue
            spec, groups, _, _ = socket.recv_fds(line, MAX_SPEC_BYTES, 1)
            if not spec:
                os._exit(0)  # not sys.exit: the engine's bindings complain at the end of an interpreter that forked
            _fork(line, spec, groups, (ended, wake))
            for group in groups:
                os.close(group)


def _fork(line: socket.socket, spec: bytes, groups: Sequence[int], inherited: Sequence[int]) -> None:
    server = os.getpid()
    try:
        pid = fork_into(groups[0] if groups else None)
    except OSError as error:
        if os.getpid() != server:  # the worker could not move into its group
            _say(f"worker {os.getpid()} cannot enter its control group: {error}")
            os._exit(1)
        line.send(encode(NotForked(str(error))))
        return
    if pid == 0:
        _become_worker(line, spec, (*inherited, *groups))
    pidfd = os.pidfd_open(pid)  # only this process can reap it, so the number is still its own
    socket.send_fds(line, [encode(Forked(pid))], [pidfd])
    os.close(pidfd)


def _become_worker(line: socket.socket, spec: bytes, inherited: Sequence[int]) -> NoReturn:
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        line.close()
        for descriptor in inherited:
            os.close(descriptor)
        entrypoint.run(spec)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)


def _reap(line: socket.socket) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        line.send(encode(WorkerReaped(pid, os.waitstatus_to_exitcode(status))))


def _do_nothing(*_: object) -> None:
    pass
