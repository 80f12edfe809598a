"""Processes a second, and milliseconds to a process's first word, with the imports of a worker loaded before the fork.

`bench.limits.forks` is the program: multiprocessing runs the main module again in each child, so that one is small.
"""

import gc
import importlib
import multiprocessing
import multiprocessing.connection
import os
import socket
import time
from multiprocessing.context import ForkServerProcess

IN_FLIGHT = 8
"""Forks at the same time: as many as questions in the measurement beside it."""

PRELOAD = "agent_worker.warmup.preload"


def nothing() -> None:
    pass


def hello(connection: "multiprocessing.connection.Connection[bytes, bytes]") -> None:
    connection.send_bytes(b"hello")


def bare_rate(count: int) -> float:
    """fork + exit + wait, `IN_FLIGHT` at a time."""
    _load()
    started = time.perf_counter()
    running = 0
    for _ in range(count):
        if os.fork() == 0:
            os._exit(0)
        running += 1
        if running == IN_FLIGHT:
            os.wait()
            running -= 1
    for _ in range(running):
        os.wait()
    return count / (time.perf_counter() - started)


def bare_first() -> float:
    """Milliseconds from before the fork to the child's first word."""
    here, there = socket.socketpair()
    started = time.perf_counter()
    pid = os.fork()
    if pid == 0:
        there.send(b"hello")
        os._exit(0)
    here.recv(5)
    took = time.perf_counter() - started
    os.waitpid(pid, 0)
    here.close()
    there.close()
    return took * 1000


def fork_rate(count: int) -> float:
    """`multiprocessing`, start method fork, one after the other: start and join."""
    _load()
    context = multiprocessing.get_context("fork")
    started = time.perf_counter()
    for _ in range(count):
        process = context.Process(target=nothing)
        process.start()
        process.join()
    return count / (time.perf_counter() - started)


def forkserver_rate(count: int) -> float:
    """`multiprocessing`, start method forkserver, `IN_FLIGHT` at a time."""
    context = _forkserver()
    started = time.perf_counter()
    running: dict[int, ForkServerProcess] = {}
    for _ in range(count):
        process = context.Process(target=nothing)
        process.start()
        running[process.sentinel] = process
        while len(running) == IN_FLIGHT:
            _reap(running)
    while running:
        _reap(running)
    return count / (time.perf_counter() - started)


def forkserver_first() -> float:
    context = _forkserver()
    here, there = context.Pipe()
    started = time.perf_counter()
    process = context.Process(target=hello, args=(there,))
    process.start()
    here.recv_bytes()
    took = time.perf_counter() - started
    process.join()
    return took * 1000


def _reap(running: dict[int, ForkServerProcess]) -> None:
    for sentinel in multiprocessing.connection.wait(list(running)):
        assert isinstance(sentinel, int)
        running.pop(sentinel).join()


def _forkserver() -> "multiprocessing.context.ForkServerContext":
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([PRELOAD, __name__])
    warm = context.Process(target=nothing)
    warm.start()
    warm.join()
    return context


def _load() -> None:
    importlib.import_module(PRELOAD)
    gc.collect()
    gc.freeze()


def measure(what: str, how: str, count: int) -> list[float]:
    """`what` is rate or first, `how` bare, forkserver or (of rates) fork."""
    if what == "rate":
        return [{"bare": bare_rate, "fork": fork_rate, "forkserver": forkserver_rate}[how](count)]
    if how == "bare":
        _load()
    return [bare_first() if how == "bare" else forkserver_first() for _ in range(count)]
