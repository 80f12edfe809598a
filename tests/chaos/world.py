"""A running `deadstop serve`, the jobs asked of it, and what is done to it."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

import aiohttp
import psutil

from bus.address import make_address
from bus.client import BusClient, CommandRefused
from bus.contract.vocabulary import Role, Rung
from bus.transport.sockets import BusError
from bus.wire.commands import AnyCommand, Caller, Show, Stop, Submit
from bus.wire.replies import AnyReply, JobShown, StopTaken, Submitted
from gateway.auth.identities import LOCAL_USER
from tests.chaos.followers import BusFollower, WireFollower
from tests.chaos.nodes import left_on, strike
from tests.chaos.script import NODE_WEIGHTS, Step
from tests.e2e.cli_runner import Server

ANSWER_WITHIN_S = 60.0
"""A command is repeated for so long: a killed supervisor is away for seconds."""

MAX_ALIVE = 12
R = TypeVar("R", bound=AnyReply)


@dataclass
class Asked:
    """A job as it was asked for, its followers, and whether a stop of it was taken."""

    job_id: str
    submit: Submit
    over_bus: BusFollower
    over_wire: WireFollower
    following: list[asyncio.Task[None]]
    stops_taken: int = 0

    @property
    def deserted(self) -> bool:
        """Nobody is left for whom it runs."""
        return self.submit.attached and self.over_wire.left


@dataclass
class World:
    """Carries out the steps of a script."""

    server: Server
    client: BusClient
    http: aiohttp.ClientSession
    jobs: list[Asked] = field(default_factory=list)
    kills: dict[str, int] = field(default_factory=dict)
    strikes: int = 0
    """How often something was done to a node."""

    @property
    def me(self) -> Caller:
        return Caller(LOCAL_USER, Role.OPERATOR)

    @property
    def alive(self) -> list[Asked]:
        return [job for job in self.jobs if job.over_bus.end is None]

    async def command(self, command: AnyCommand, expect: type[R]) -> R:
        """Every command is safe to repeat, so it is, until somebody answers."""
        async with asyncio.timeout(ANSWER_WITHIN_S):
            while True:
                try:
                    return await self.client.request(command, expect, timeout_s=2.0)
                except BusError:
                    continue

    async def take(self, step: Step) -> None:
        if step.kind == "submit":
            await self._submit(step)
        elif step.kind in ("kill_supervisor", "kill_gateway"):
            self._kill_program(step.kind.removeprefix("kill_"))
        elif step.kind == "kill_fork_server":
            self._signal_fork_server(signal.SIGKILL)
        elif step.kind == "stall_fork_server":
            self._signal_fork_server(signal.SIGSTOP)
            await asyncio.sleep(step.pause_s)
            self._signal_fork_server(signal.SIGCONT)
        elif step.kind in ("stall_supervisor", "stall_gateway"):
            await self._stall_program(step.kind.removeprefix("stall_"), step.pause_s)
        elif step.kind in NODE_WEIGHTS:
            if supervisor := self._program("supervisor"):
                self.strikes += await strike(supervisor, step)
        elif jobs := self._concerned(step):
            await self._take_with(jobs[step.pick % len(jobs)], step)
        await asyncio.sleep(step.pause_s)  # chance in time is the point

    def _concerned(self, step: Step) -> list[Asked]:
        """The jobs that a step may be about."""
        if step.kind == "leave":
            return [job for job in self.alive if job.submit.attached and not job.over_wire.left]
        return self.alive

    async def _take_with(self, job: Asked, step: Step) -> None:
        if step.kind == "leave":
            job.over_wire.leave()
        elif step.kind == "drop_sockets":
            for each in self.alive:
                each.over_wire.drop()
        elif step.kind in ("stop", "now"):
            await self.stop(job, Rung.KILL if step.kind == "now" else Rung.CANCEL)
        else:
            number = signal.SIGKILL if step.kind == "kill_worker" else signal.SIGSTOP
            await self._signal_worker(job, number)

    async def _submit(self, step: Step) -> None:
        if len(self.alive) >= MAX_ALIVE:
            return
        session_id = f"c{len(self.jobs)}"
        question = "300" if step.animal == "counts" else "go"
        submit = Submit(self.me, session_id, question, step.animal, attached=step.attached)
        job_id = (await self.command(submit, Submitted)).job.job_id
        bus, wire = BusFollower(job_id, session_id), WireFollower(job_id, session_id)
        parts = urlsplit(self.server.url)
        token = parse_qs(parts.query)["token"][0]
        following = [
            asyncio.create_task(bus.run(self.client)),
            asyncio.create_task(wire.run(self.http, f"http://{parts.netloc}", token)),
        ]
        self.jobs.append(Asked(job_id, submit, bus, wire, following))
        await self.ask_again(self.jobs[-1])

    async def ask_again(self, job: Asked) -> None:
        """A repeat attaches, now and ever after."""
        again = (await self.command(job.submit, Submitted)).job
        assert again.job_id == job.job_id, f"{job.submit.session_id} has run twice: {job.job_id}, {again.job_id}"

    async def stop(self, job: Asked, rung: Rung) -> None:
        try:
            await self.command(Stop(self.me, job_id=job.job_id, rung=rung), StopTaken)
            job.stops_taken += 1
        except CommandRefused as refused:
            if refused.refused.code != "already_ended":
                raise

    async def _signal_worker(self, job: Asked, number: signal.Signals) -> None:
        pid = (await self.command(Show(self.me, job_id=job.job_id), JobShown)).record.summary.pid
        if pid is not None:
            _signal(pid, number, lambda process: self._runtime in process.cwd())

    def left_on_nodes(self) -> list[psutil.Process]:
        """Processes of jobs on the server's nodes."""
        supervisor = self._program("supervisor")
        return left_on(supervisor) if supervisor is not None else []

    @property
    def _runtime(self) -> str:
        return make_address(self.server.state_dir, "").runtime_dir

    def _program(self, name: str) -> psutil.Process | None:
        for child in psutil.Process(self.server.program.process.pid).children():
            try:
                if child.cmdline()[-1:] == [name]:
                    return child
            except psutil.NoSuchProcess:
                continue
        return None

    def _kill_program(self, name: str) -> None:
        process = self._program(name)
        if process is not None and self.kills.get(name, 0) < 3:  # `serve` gives up a program that does nothing but die
            self.kills[name] = self.kills.get(name, 0) + 1
            process.kill()

    def _signal_fork_server(self, number: signal.Signals) -> None:
        supervisor = self._program("supervisor")
        if supervisor is not None:
            with contextlib.suppress(psutil.NoSuchProcess):
                for child in supervisor.children():
                    _signal(child.pid, number, lambda process: "fork_server" in " ".join(process.cmdline()))

    async def _stall_program(self, name: str, seconds: float) -> None:
        process = self._program(name)
        if process is not None:
            _signal(process.pid, signal.SIGSTOP, lambda _: True)
            await asyncio.sleep(seconds)
            _signal(process.pid, signal.SIGCONT, lambda _: True)


def _signal(pid: int, number: signal.Signals, is_it: Callable[[psutil.Process], bool]) -> None:
    """Send a signal to a process of ours, if it still is that one."""
    try:
        if is_it(psutil.Process(pid)):
            os.kill(pid, number)
    except (psutil.Error, ProcessLookupError):
        pass


def log_path(state_dir: Path) -> Path:
    """Where the event log of this state folder lies."""
    return Path(make_address(state_dir, "").log)
