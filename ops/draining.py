"""`drain`: no more questions, and waiting until what runs has ended."""

import asyncio
import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from bus.address import read_address
from bus.sockets import BusError
from ops.errors import EXIT_STOPPED, OpsError
from ops.interrupts import Interrupted, counted
from ops.local import LocalJobs, served_address

LOOK_EVERY_S = 0.2
ANSWER_WITHIN_S = 2.0
SERVE_ENDS_WITHIN_S = 30.0
"""Beside what `[gateway] finish_grace_s` gives slow readers."""


class Left(msgspec.Struct, frozen=True):
    """What a drain still waits for. `drained`: the server has ended too."""

    running: int
    waiting: int
    drained: bool = False

    def __str__(self) -> str:
        if self.drained:
            return "drained: every job has ended, and so has the server"
        if not self.running + self.waiting:
            return "draining: no jobs left"
        return f"draining: {self.running} running, {self.waiting} waiting"


async def drain(state_dir: Path, show: Callable[[Left], None], say: Callable[[str], None]) -> int:
    """Begin the drain and `show` what is left, whenever that has changed, until the server has ended.

    Returns the exit code. Raises `BusError` when no supervisor runs, `OpsError` when it went otherwise.
    """
    jobs = LocalJobs.open(str(state_dir))
    try:
        with counted() as interrupts, _serve_above(state_dir) as serve:
            await jobs.drain()
            try:
                await interrupts.guard(_until_drained(jobs, state_dir, show))
                await interrupts.guard(_until_gone(serve))
                show(Left(0, 0, drained=True))
            except Interrupted:
                say("the drain goes on without being watched; `deadstop ps` shows what still runs")
                return EXIT_STOPPED
        return 0
    finally:
        await jobs.close()


async def _until_drained(jobs: LocalJobs, state_dir: Path, show: Callable[[Left], None]) -> None:
    shown: Left | None = None
    while served_address(state_dir) is not None:
        left = await _left(jobs)
        if left is not None and left != shown:
            show(left)
            shown = left
        await asyncio.sleep(LOOK_EVERY_S)
    if shown is not None and shown.running + shown.waiting:
        count = shown.running + shown.waiting
        raise OpsError(f"the supervisor has gone with {count} jobs left; its log says why")


async def _left(jobs: LocalJobs) -> Left | None:
    """None when the supervisor has no time to answer, or has just gone."""
    try:
        figures = await jobs.figures(timeout_s=ANSWER_WITHIN_S)
    except BusError:
        return None
    if not figures["draining"]:
        raise OpsError("the supervisor was started anew meanwhile and accepts questions; drain it again")
    return Left(int(figures["running"]), int(figures["waiting"]))


@contextlib.contextmanager
def _serve_above(state_dir: Path) -> Iterator[int | None]:
    """A pidfd of the `serve` that started the supervisor: until it has ended, it holds the port."""
    serve = None
    with contextlib.suppress(OSError, ValueError):
        stat = Path(f"/proc/{read_address(state_dir).pid}/stat").read_text()
        parent = int(stat[stat.rindex(")") + 2 :].split()[1])
        if "serve" in Path(f"/proc/{parent}/cmdline").read_text().split("\0"):
            serve = os.pidfd_open(parent)
    try:
        yield serve
    finally:
        if serve is not None:
            os.close(serve)


async def _until_gone(pidfd: int | None) -> None:
    """Wait for a process to end; not for ever, because what was asked for is done."""
    if pidfd is None:
        return
    loop, gone = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(pidfd, gone.set)
    try:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(gone.wait(), SERVE_ENDS_WITHIN_S)
    finally:
        loop.remove_reader(pidfd)
