"""SIGHUP replaces the gateway under 50 streaming jobs, and `drain` ends under them: nobody misses a number."""

import asyncio
import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import psutil

from bus.transport.codec import BUS_VERSION
from bus.wire.outside import ENDINGS
from tests.e2e.cli_runner import PATIENCE_S, ZOO_ALONE, Server, environment, serving, wait_until, write_config
from tests.harness.gateways import Event
from tests.harness.servers import assert_nothing_left, eventually

JOBS = 50
ROOMY = f"""
[supervisor]
disconnect_grace_s = 0.0
[limits]
max_running = {JOBS}
max_running_per_user = {JOBS}
[gateway]
finish_grace_s = 6.0
"""
PACE = "400 40"
TICKS_PER_S = 10
KNOCK_EVERY_S = 0.01


@dataclass
class Follower:
    """Follows one job of its own; comes back when it is sent away. `closed` has the code of each time."""

    session: aiohttp.ClientSession
    base: str
    name: str
    asked: dict[str, str]
    numbers: list[int] = field(default_factory=list)
    closed: list[int | None] = field(default_factory=list)
    last: str = ""

    async def page(self) -> None:
        """Over a WebSocket, as the page does."""
        while self.last not in ENDINGS:
            async with self.session.ws_connect(f"{self.base}/ws", max_msg_size=0) as socket:
                await socket.send_json({"event": "authenticate", "data": {}})
                await socket.send_json(self._wanted())
                async for message in socket:
                    self._take(json.loads(message.data))
                    if self.last in ENDINGS:
                        return
            self.closed.append(socket.close_code)

    def _wanted(self) -> dict[str, object]:
        if self.numbers:
            return {"event": "agent_follow", "data": {"session_id": self.name, "after_seq": self.numbers[-1]}}
        return {"event": "agent_query_stream", "data": {"session_id": self.name, **self.asked}}

    async def events(self) -> None:
        """Over server-sent events."""
        asked = {"session_id": self.name, **self.asked}
        async with self.session.post(f"{self.base}/api/jobs", json=asked) as answer:
            url = f"{self.base}/api/jobs/{(await answer.json())['job_id']}/events"
        while self.last not in ENDINGS:
            headers = {"Last-Event-ID": str(len(self.numbers))}
            async with self.session.get(url, headers=headers) as stream, aclosing(_data(stream)) as found:
                async for event in found:
                    self._take(event)
            if self.last not in ENDINGS:
                self.closed.append(None)

    def _take(self, event: Event) -> None:
        if event["event"] != "authenticated":
            self.numbers.append(event["data"]["seq"])
            self.last = event["event"]


async def _data(stream: aiohttp.ClientResponse) -> AsyncGenerator[Event, None]:
    async for line in stream.content:
        if line.startswith(b"data: "):
            yield json.loads(line[len(b"data: ") :])


class Crowd:
    """As many followers as there are jobs, half of them pages, each of which asks `agent` the same question."""

    def __init__(self, server: Server, agent: str, query: str) -> None:
        parts = urlsplit(server.url)
        self._base = f"http://{parts.netloc}"
        token = parts.query.removeprefix("token=")
        self._session = aiohttp.ClientSession(
            headers={"Authorization": f"Bearer {token}"}, connector=aiohttp.TCPConnector(limit=0, force_close=True)
        )
        asked = {"agent": agent, "query": query}
        made = [Follower(self._session, self._base, f"s{number}", asked) for number in range(JOBS)]
        self.pages, self.others = made[: JOBS // 2], made[JOBS // 2 :]

    async def __aenter__(self) -> "Crowd":
        following = [page.page() for page in self.pages] + [other.events() for other in self.others]
        self._tasks = [asyncio.create_task(one) for one in following]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._session.close()

    async def goes_on(self) -> None:
        """Until each of them has had something more."""
        had = [(one, len(one.numbers)) for one in (*self.pages, *self.others)]
        await eventually(lambda: all(len(one.numbers) > count for one, count in had), "all have more", PATIENCE_S)

    async def sent_away(self, times: int) -> None:
        everybody = (*self.pages, *self.others)
        await eventually(lambda: all(len(one.closed) >= times for one in everybody), "all are sent away", PATIENCE_S)

    async def ended(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.gather(*self._tasks)
        for one in (*self.pages, *self.others):
            assert one.numbers == list(range(1, len(one.numbers) + 1)), one.name
            assert one.last == "agent_complete", one

    async def knock(self, until: asyncio.Event) -> int:
        """Connect again and again; every time there must be an answer. Returns how often."""
        times = 0
        while not until.is_set():
            async with self._session.get(f"{self._base}/healthz") as answer:
                assert answer.status == 200
            times += 1
            await asyncio.sleep(KNOCK_EVERY_S)
        return times


def takeovers(server: Server) -> int:
    return server.program.stderr().count(" takes over from pid ")


def gateways(server: Server) -> list[int]:
    found = []
    for child in psutil.Process(server.program.process.pid).children():
        try:
            if child.cmdline()[-1] == "gateway":
                found.append(child.pid)
        except (psutil.NoSuchProcess, IndexError):
            continue
    return found


async def test_two_rolling_restarts_under_fifty_jobs(tmp_path: Path) -> None:
    with serving(tmp_path, config=ROOMY, **ZOO_ALONE) as server:
        first = gateways(server)
        enough = tmp_path / "enough"
        async with Crowd(server, "ticks_until_told", f"{TICKS_PER_S} {enough}") as crowd:
            done = asyncio.Event()
            knocking = asyncio.create_task(crowd.knock(done))
            for turn in (1, 2):
                await crowd.goes_on()
                server.program.signal(signal.SIGHUP)
                await crowd.sent_away(turn)
            await crowd.goes_on()
            assert takeovers(server) == 2
            enough.touch()
            await crowd.ended()
            done.set()
            assert await knocking > 0
            assert [page.closed for page in crowd.pages] == [[aiohttp.WSCloseCode.SERVICE_RESTART] * 2] * len(
                crowd.pages
            )
        await eventually(lambda: len(gateways(server)) == 1, "the earlier ones have ended")
        assert gateways(server) != first
        ended = server.objects("ps", "--all", "--agent", "ticks_until_told")
        assert [job["state"] for job in ended] == ["succeeded"] * JOBS


async def test_a_drain_under_fifty_jobs(tmp_path: Path) -> None:
    with serving(tmp_path, config=ROOMY, **ZOO_ALONE) as server:
        async with Crowd(server, "paces", PACE) as crowd:
            await crowd.goes_on()
            draining = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "ops", "drain", "--json", "--state-dir", str(server.state_dir)),
                cwd=tmp_path,
                env=environment(),
                stdout=asyncio.subprocess.PIPE,
            )
            await crowd.ended()
            assert {len(one.numbers) for one in (*crowd.pages, *crowd.others)} == {402}
            assert not [one.closed for one in (*crowd.pages, *crowd.others) if one.closed]
            async with asyncio.timeout(PATIENCE_S):
                said, _ = await draining.communicate()
        lines = [json.loads(line) for line in said.splitlines()]
        assert (draining.returncode, lines[-1]["drained"]) == (0, True)
        assert lines[0]["running"] <= JOBS  # as many as there were left when it had started
        assert server.program.end() == (0, "")


def test_a_gateway_that_cannot_start_leaves_the_earlier_one_serving(tmp_path: Path) -> None:
    with serving(tmp_path, **ZOO_ALONE) as server:
        before = gateways(server)
        write_config(tmp_path, "[gateway]\nprot = 1\n")
        server.program.signal(signal.SIGHUP)
        wait_until(lambda: "goes on" in server.program.stderr(), "it says that the new one cannot start")
        said = server.program.stderr()
        assert (
            f"gateway ended before it was ready (exited with status 2); the one that serves (pid {before[0]}) goes"
            in said
        )
        assert "config.toml: " in said
        write_config(tmp_path)
        assert gateways(server) == before
        server.program.signal(signal.SIGHUP)
        wait_until(lambda: f"takes over from pid {before[0]}" in server.program.stderr(), "then it is replaced")


def test_parts_of_another_version_are_refused(tmp_path: Path) -> None:
    with serving(tmp_path, **ZOO_ALONE) as server:
        address = server.state_dir / "bus.json"
        ours = address.read_text()
        address.write_text(ours.replace(f'"protocol_version":"{BUS_VERSION}"', '"protocol_version":"1.1"'))
        words = f"speaks protocol 1.1, this program {BUS_VERSION}; upgrade the older one"
        done = server.run("ps")
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == f"deadstop: the supervisor of {server.state_dir} {words}\n"
        server.program.signal(signal.SIGHUP)
        wait_until(lambda: "goes on" in server.program.stderr(), "it says that the new one cannot start")
        assert f"deadstop gateway: the supervisor of {server.state_dir} {words}\n" in server.program.stderr()
        address.write_text(ours)
        assert server.run("ps").returncode == 0


def test_a_terminal_that_is_closed_ends_serve(tmp_path: Path) -> None:
    state_dir = tmp_path / "state"
    terminal, inside = pty.openpty()
    arguments = ["serve", "--port", "0", "--config", str(write_config(tmp_path)), "--state-dir", str(state_dir)]
    serve = subprocess.Popen(
        # The shell is what the terminal belongs to, and stays between the two, as people have it.
        [
            "env",
            "--default-signal=HUP",
            "setsid",
            "--ctty",
            "sh",
            "-c",
            '"$@"; exit $?',
            "sh",
            sys.executable,
            "-m",
            "ops",
            *arguments,
        ],
        cwd=tmp_path,
        env=environment(),
        stdin=inside,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    os.close(inside)
    assert serve.stdout is not None
    assert serve.stdout.readline().startswith(b"http://")
    programs = psutil.Process(serve.pid).children(recursive=True)
    os.close(terminal)
    serve.wait(timeout=PATIENCE_S)
    _, alive = psutil.wait_procs(programs, timeout=PATIENCE_S)
    assert not alive
    serve.stdout.close()
    assert_nothing_left(state_dir)
