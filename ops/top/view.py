"""`top`: polls the server, shows what it says, and carries out what the keys want."""

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import Iterator

from rich.console import Console
from rich.live import Live

from bus.transport.sockets import BusError
from bus.wire.replies import Stats
from ops.actions.kill import kill_job
from ops.client.access import Declined, JobsAccess
from ops.client.connect import connect
from ops.errors import EXIT_USAGE, OpsError
from ops.target import Target
from ops.top.key_reader import listening
from ops.top.screen import picture
from ops.top.state import PendingStop, TopState

LOOK_EVERY_S = 1.0
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


async def top(target: Target, out: Console) -> None:
    """Show until the user quits. Raises `OpsError` without a terminal, `BusError` without a server."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise OpsError("`top` needs a terminal; programs use `deadstop ps --json`", EXIT_USAGE)
    where = target.address()[0] if target.url else target.settings().supervisor.state_dir
    async with connect(target) as jobs:
        model = TopState()
        model.update(await jobs.list(), await _figures(jobs), time.monotonic())
        await _Top(jobs, model, where, out).run()


async def _figures(jobs: JobsAccess) -> Stats | None:
    """None for users who may see their own jobs only."""
    try:
        return await jobs.figures()
    except Declined:
        return None


class _Top:
    """The shell around the model: whatever changes it wakes the screen."""

    def __init__(self, jobs: JobsAccess, model: TopState, where: str, out: Console) -> None:
        self._jobs = jobs
        self._model = model
        self._where = where
        self._out = out
        self._changed = asyncio.Event()
        self._stops: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        looking = asyncio.create_task(self._look())
        screen = Live(console=self._out, screen=True, auto_refresh=False, redirect_stdout=False, redirect_stderr=False)
        try:
            with screen, listening(self._press, self._quit), self._signals():
                while not self._model.quit:
                    self._changed.clear()
                    width, height = self._out.size
                    screen.update(picture(self._model, self._where, time.time(), width, height), refresh=True)
                    await self._changed.wait()
        finally:
            tasks = {looking, *self._stops}  # a stop that was asked for goes on without us
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                listed, figures = await self._jobs.list(), await _figures(self._jobs)
            except (OpsError, BusError) as error:
                self._model.lost(str(error))
            else:
                self._model.update(listed, figures, time.monotonic())
            self._changed.set()

    def _press(self, key: str) -> None:
        stop = self._model.press(key)
        if stop is not None:
            task = asyncio.get_running_loop().create_task(self._stop(stop))
            self._stops.add(task)
            task.add_done_callback(self._stops.discard)
        self._changed.set()

    async def _stop(self, stop: PendingStop) -> None:
        outcome = await kill_job(self._jobs, stop.job, stop.rung)
        self._model.said = outcome.sentence
        self._changed.set()

    def _quit(self) -> None:
        self._model.quit = True
        self._changed.set()

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        """Being ended quits, so that the terminal is given back; a new size is a change."""
        loop = asyncio.get_running_loop()
        for number in ENDING:
            loop.add_signal_handler(number, self._quit)
        loop.add_signal_handler(signal.SIGWINCH, self._changed.set)
        try:
            yield
        finally:
            for number in (*ENDING, signal.SIGWINCH):
                loop.remove_signal_handler(number)
