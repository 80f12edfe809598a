"""From `--now` to the proof, of one worker and of a family of 50, and what the bare kernel takes for the same."""

import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import msgspec

from bench.harness.misbehaving import until_misbehaving
from bus.contract.events import Killed
from bus.contract.vocabulary import Rung
from bus.system.cgroupfs import ControlGroup, write_file
from supervisor.processes import huge_pages
from tests.harness.servers import Supervisor

FAMILY = 50
LOOK_S = 0.0002

_FAMILY = f"""
import os, signal
for _ in range({FAMILY}):
    if os.fork():
        os.wait()
        continue
    os.setsid()
    if os.fork():
        os._exit(0)
    os.write(1, b".")
    while True:
        signal.pause()
while True:
    signal.pause()
"""


class Killing(msgspec.Struct, frozen=True):
    """How long it took, in milliseconds, from the signal or the request until nothing was left."""

    what: str
    median_ms: float
    worst_ms: float


async def through_the_supervisor(supervisor: Supervisor, form: str, runs: int) -> list[Killing]:
    """Kills by the supervisor, timed as the jobs' last events tell it."""
    family = [await _killed(supervisor, "double_forks", f"{FAMILY} kept") for _ in range(runs)]
    alone = [await _killed(supervisor, "sleeps", "go") for _ in range(runs)]
    return [_result(f"family of {FAMILY}, {form}", family), _result(f"one worker, {form}", alone)]


async def _killed(supervisor: Supervisor, animal: str, question: str) -> float:
    job_id = await supervisor.submit(question, animal)
    await until_misbehaving(supervisor, job_id, animal)
    await supervisor.stop(job_id, Rung.KILL)
    last = (await supervisor.events(job_id))[-1][1]
    assert isinstance(last, Killed), last
    return last.ms


def bare(tree: Path | None, runs: int) -> list[Killing]:
    """Kills by the kernel alone: one process like a worker, killed and reaped, and with its fork before that; one with
    its family in a control group, until that is empty and its leader reaped. To be called before this process has
    threads."""
    import agent_worker.warmup.preload  # noqa: F401 - what a worker has loaded

    gc.freeze()
    huge_pages.collapse()  # as the fork server does
    found = [
        _result("fork, kill, reap", [_timed(lambda: _kill_one()()) for _ in range(runs)]),
        _result("kill, reap", [_timed(_kill_one()) for _ in range(runs)]),
    ]
    if tree is not None:
        times = []
        for _ in range(runs):
            with _family(ControlGroup(tree / "family")) as kill:
                times.append(_timed(kill))
        found.insert(0, _result(f"family of {FAMILY}, bare control group", times))
    return found


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def _kill_one() -> Callable[[], object]:
    pid = _forked(lambda: b".", 1)

    def kill() -> None:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)

    return kill


@contextmanager
def _family(group: ControlGroup) -> Iterator[Callable[[], object]]:
    group.make()

    def begin() -> bytes:
        write_file(group.path / "cgroup.procs", "0")
        process = subprocess.Popen([sys.executable, "-S", "-c", _FAMILY], stdout=subprocess.PIPE)
        assert process.stdout is not None
        return process.stdout.read(FAMILY)

    pid = _forked(begin, FAMILY)

    def kill() -> None:
        group.kill()
        os.waitpid(pid, 0)
        while group.populated:
            time.sleep(LOOK_S)

    yield kill
    group.remove()


def _forked(begin: Callable[[], bytes], words: int) -> int:
    """A process that stays once it has begun."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.write(writing, begin())
            while True:
                signal.pause()
        finally:
            os._exit(1)
    os.close(writing)
    assert len(os.read(reading, words)) == words
    os.close(reading)
    return pid


def _result(what: str, times: list[float]) -> Killing:
    return Killing(what, round(median(times), 2), round(max(times), 2))


def markdown(killings: list[Killing]) -> str:
    """A table, the quickest first within each kind."""
    lines = ["| killed at once | median ms | worst ms |", "| --- | ---: | ---: |"]
    return "\n".join([*lines, *(f"| {each.what} | {each.median_ms} | {each.worst_ms} |" for each in killings)])
