"""Starts real supervisors and real servers for tests, and sees to it that nothing of them is left."""

import asyncio
import inspect
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from bus.address import broker_socket, make_address
from bus.client import BusClient
from bus.contract.events import Event, JobEvent, Status
from bus.contract.vocabulary import Reason, Role, Rung, State
from bus.serve_contract import VARIABLE
from bus.wire.commands import Caller, ReadStats, Show, Stop, Submit
from bus.wire.job_record import JobRecord, JobSummary
from bus.wire.replies import JobShown, Stats, StopTaken, Submitted
from tests.harness.data.kept_catalog import SAMPLE_DATA, lay_out, take_over

ROOT = Path(__file__).resolve().parents[2]
OPERATOR = Caller("tester", Role.OPERATOR)
READY_WITHIN_S = 120.0
GONE_WITHIN_S = 60.0
PATIENCE_S = 60.0
"""Guards against hanging are far from what anything takes: how busy the machine is, no test knows."""

UNHURRIED = {"worker.start_timeout_s": 120.0, "worker.heartbeat_timeout_s": 120.0}
"""Unless a test says otherwise, no worker is given up for being slow."""

CLUSTER_PROVIDER = "DEADSTOP_CLUSTER__PROVIDER"

_lifelines: dict[int, int] = {}


@dataclass
class Supervisor:
    """A running supervisor and a client of it."""

    state_dir: Path
    process: asyncio.subprocess.Process
    client: BusClient
    _sessions: int = field(default=0)

    async def submit(self, question: str, agent: str = "parquet", **fields: Any) -> str:
        """A new question; returns its job's id."""
        self._sessions += 1
        fields = {"session_id": f"s{self._sessions}", "caller": OPERATOR, **fields}
        reply = await self.client.request(Submit(question=question, agent=agent, **fields), Submitted)
        return reply.job.job_id

    async def events(self, job_id: str, after: int = 0) -> list[tuple[int, JobEvent]]:
        """The job's whole stream, once it has ended; its numbers are checked to be gapless."""
        events: list[tuple[int, JobEvent]] = []
        async for batch, skip in self.client.follow(job_id, after):
            events += batch.events(skip)
        assert [seq for seq, _ in events] == list(range(after + 1, after + len(events) + 1))
        return events

    async def how_it_ended(self, job_id: str) -> tuple[State, Reason | None]:
        """The state and reason with which a job ended, once it has; its whole stream is read."""
        await self.events(job_id)
        summary = (await self.record(job_id)).summary
        return summary.state, summary.reason

    async def until(self, job_id: str, *kinds: type[Event]) -> list[JobEvent]:
        """The job's stream up to its first event of one of these kinds."""
        return await self.until_seen(job_id, lambda event: isinstance(event, kinds))

    async def until_seen(self, job_id: str, seen: Callable[[JobEvent], bool]) -> list[JobEvent]:
        """The job's stream up to the first event that is the one."""
        events: list[JobEvent] = []
        async with aclosing(self.client.follow(job_id)) as batches:
            async for batch, skip in batches:
                for _, event in batch.events(skip):
                    events.append(event)
                    if seen(event):
                        return events
        raise AssertionError(f"job {job_id} ended without it: {events}")

    @asynccontextmanager
    async def followed(self, job_id: str, *words: str) -> AsyncIterator["Follower"]:
        """A follower of the job in a process of its own, `tests.programs.clients.follower`, that ends with this."""
        command = (sys.executable, "-m", "tests.programs.clients.follower", str(self.state_dir), job_id, *words)
        process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
        try:
            yield Follower(process)
        finally:
            if process.returncode is None:
                process.kill()
            await process.communicate()

    async def stop(self, job_id: str, rung: Rung = Rung.CANCEL, caller: Caller = OPERATOR) -> JobSummary:
        """The job as it was when the stop came."""
        return (await self.client.request(Stop(caller, job_id=job_id, rung=rung), StopTaken)).job

    async def record(self, job_id: str) -> JobRecord:
        return (await self.client.request(Show(OPERATOR, job_id=job_id), JobShown)).record

    async def pid(self, job_id: str) -> int:
        """The number of the running job's process. Of a node's worker it is known only once the node has said it, which
        the worker's own first word may overtake."""

        async def known() -> bool:
            return (await self.record(job_id)).summary.pid is not None

        await eventually(known, f"the process of {job_id} is known")
        pid = (await self.record(job_id)).summary.pid
        assert pid is not None
        return pid

    async def running(self, agent: str, question: str = "go", **fields: Any) -> str:
        """A job of this agent that has said its first word."""
        job_id = await self.submit(question, agent, **fields)
        await self.until(job_id, Status)
        return job_id

    async def has_node(self) -> bool:
        """Whether a node takes jobs."""
        stats = await self.client.request(ReadStats(OPERATOR), Stats)
        return any(node.state == "ready" for node in stats.nodes)

    async def end(self) -> int:
        """SIGTERM, and wait."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(GONE_WITHIN_S):
            status = await self.process.wait()
        if self.process.pid in _lifelines:
            os.close(_lifelines.pop(self.process.pid))
        return status


@dataclass
class Follower:
    """A process that prints each number of a job's stream."""

    process: asyncio.subprocess.Process

    async def next(self) -> int:
        assert self.process.stdout is not None
        return int(await self.process.stdout.readline())

    async def rest(self) -> list[int]:
        """All that it has yet to say, once it has ended."""
        said, _ = await self.process.communicate()
        return [int(seq) for seq in said.split()]


@asynccontextmanager
async def running_supervisor(tmp_path: Path, settings: dict[str, Any] | None = None) -> AsyncIterator[Supervisor]:
    """A supervisor with its own state folder, offering `settings` (dotted keys); ended and checked afterwards. Where
    the environment gives it a node, that takes jobs."""
    state_dir = tmp_path / "state"
    process = await start_supervisor(state_dir, settings or {})
    client = BusClient.connect(state_dir)
    supervisor = Supervisor(state_dir, process, client)
    try:
        if CLUSTER_PROVIDER in os.environ:
            await eventually(supervisor.has_node, "its node takes jobs", within_s=READY_WITHIN_S)
        yield supervisor
    finally:
        client.close()
        status = await supervisor.end()
        take_over(state_dir, (settings or {}).get("data.folder", SAMPLE_DATA))
    assert status == 0, f"the supervisor ended with status {status}"
    assert_nothing_left(state_dir)


async def start_supervisor(state_dir: Path, settings: dict[str, Any]) -> asyncio.subprocess.Process:
    """A supervisor process that is ready. It ends when this process does, however that comes."""
    lay_out(state_dir, settings.get("data.folder", SAMPLE_DATA))
    lifeline, held = os.pipe()
    overrides = {"supervisor.state_dir": str(state_dir), "worker.warm_workers": 0, **UNHURRIED, **settings}
    orders = {"overrides": overrides, "lifeline_fd": lifeline}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "supervisor",
        cwd=ROOT,
        env={**os.environ, VARIABLE: json.dumps(orders)},
        stdout=asyncio.subprocess.PIPE,
        pass_fds=[lifeline],
    )
    os.close(lifeline)
    _lifelines[process.pid] = held
    assert process.stdout is not None
    async with asyncio.timeout(READY_WITHIN_S):
        line = await process.stdout.readline()
    assert b"ready" in line, f"the supervisor said {line!r}"
    take_over(state_dir, settings.get("data.folder", SAMPLE_DATA))
    return process


def assert_nothing_left(state_dir: Path) -> None:
    """No socket, no scratch folder, no process of this state folder's supervisor."""
    address = make_address(state_dir, "")
    runtime = Path(address.runtime_dir)
    for folder in (runtime, broker_socket(address).parent):
        assert not folder.exists(), f"left behind: {list(folder.rglob('*'))}"
    left = [process for process in psutil.process_iter(["cwd"]) if str(runtime) in (process.info["cwd"] or "")]
    assert not left, f"left behind: {left}"


def is_gone(pid: int) -> bool:
    """Whether there is no such process, not even a zombie."""
    return not Path(f"/proc/{pid}").exists()


async def eventually(predicate: Callable[[], Any], sentence: str, within_s: float = PATIENCE_S) -> None:
    """Wait until the predicate (it may be a coroutine function) holds; fail with the sentence."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within_s
    while True:
        holds = predicate()
        if await holds if inspect.isawaitable(holds) else holds:
            return
        if loop.time() > deadline:
            raise AssertionError(f"{sentence} (waited {within_s:g} s)")
        await asyncio.sleep(0.01)
