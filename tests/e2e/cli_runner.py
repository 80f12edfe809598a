"""Runs `deadstop` as people do: as a process of its own, from a folder that is not ours. Servers start from
nothing; all other commands fork, see `tests.e2e.forked`."""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ops.serve.announcement import FILE_NAME
from tests.e2e.forked import Forked, Streams, read_to_the_end, run_forked
from tests.harness.data.kept_catalog import lay_out, take_over
from tests.harness.servers import ROOT, assert_nothing_left
from tests.harness.zoo import LITTLE, ZOO

PATIENCE_S = 100.0
"""A guard against hanging; a busy machine takes its time."""


UNHURRIED = {"DEADSTOP_WORKER__START_TIMEOUT_S": "120", "DEADSTOP_WORKER__HEARTBEAT_TIMEOUT_S": "120"}
"""No worker of a test is given up because the machine is busy."""

ZOO_ALONE = {"DEADSTOP_WORKER__PRELOAD": json.dumps(LITTLE["worker.preload"])}
"""For servers that are asked animals alone: no engine and no planner is loaded, which takes longer than all else."""


def environment(**extra: str) -> dict[str, str]:
    """Ours without settings of ours, and with us on the path where we are not installed."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("DEADSTOP_")}
    return {**kept, "PYTHONPATH": str(ROOT), **extra}


class Program:
    """A running `deadstop`; its standard error is kept in a file, so that it never waits for us."""

    def __init__(self, folder: Path, *arguments: str, **extra: str) -> None:
        self.arguments = arguments
        self._said = folder / f"stderr-{time.monotonic_ns()}"
        self._rest = b""
        self._out, theirs = os.pipe()
        with self._said.open("wb") as stderr, Path(os.devnull).open("rb") as stdin:
            streams = (stdin.fileno(), theirs, stderr.fileno())
            self.process = start(folder, arguments, environment(**extra), streams)
        os.close(theirs)

    def __repr__(self) -> str:
        return f"<deadstop {' '.join(self.arguments)}: {self.stderr()[-2000:]}>"

    def stderr(self) -> str:
        return self._said.read_text()

    def line(self) -> str:
        """The next line of standard output."""
        deadline = time.monotonic() + PATIENCE_S
        while b"\n" not in self._rest:
            readable, _, _ = select.select([self._out], [], [], max(0.0, deadline - time.monotonic()))
            assert readable, f"no line within {PATIENCE_S:g} s from {self!r}"
            data = os.read(self._out, 65536)
            assert data, f"standard output ended: {self!r}"
            self._rest += data
        line, _, self._rest = self._rest.partition(b"\n")
        return line.decode()

    def objects_until(self, wanted: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
        """Objects of `--json` up to the first that is wanted."""
        objects = [json.loads(self.line())]
        while not wanted(objects[-1]):
            objects.append(json.loads(self.line()))
        return objects

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def end(self) -> tuple[int, str]:
        """(exit code, the rest of standard output), once it has ended."""
        (rest,) = read_to_the_end(self._out, within_s=PATIENCE_S)
        said, self._rest = self._rest + rest, b""
        return self.process.wait(PATIENCE_S), said.decode()

    def close(self) -> None:
        """It does not run any more, whatever it was doing."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._out)


def start(
    folder: Path, arguments: tuple[str, ...], variables: dict[str, str], streams: Streams
) -> subprocess.Popen[bytes] | Forked:
    """A command that runs."""
    if arguments[0] != "serve":
        return Forked(arguments, folder, variables, streams)
    stdin, stdout, stderr = streams
    command = [sys.executable, "-m", "ops", *arguments]
    return subprocess.Popen(command, cwd=folder, env=variables, stdin=stdin, stdout=stdout, stderr=stderr)


@contextlib.contextmanager
def program(folder: Path, *arguments: str, **extra: str) -> Iterator[Program]:
    """A program that does not outlive the test."""
    running = Program(folder, *arguments, **extra)
    try:
        yield running
    finally:
        running.close()


def deadstop(folder: Path, *arguments: str, stdin: str = "", **extra: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, with this text as its standard input."""
    return run_forked(arguments, folder, environment(**extra), stdin, PATIENCE_S)


@dataclass
class Server:
    """A running `deadstop serve`."""

    folder: Path
    state_dir: Path
    url: str
    program: Program

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command for this server's state folder."""
        return deadstop(self.folder, *arguments, "--state-dir", str(self.state_dir))

    def objects(self, *arguments: str) -> list[dict[str, Any]]:
        """What a command prints with `--json`."""
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]


def write_config(folder: Path, text: str = "") -> Path:
    """Settings that offer the misbehaving agents, outside the sandbox, and `text` before them."""
    agents = "".join(f'[agents.{name}]\nentrypoint = "{entry}"\nsandbox = false\n' for name, entry in ZOO.items())
    path = folder / "config.toml"
    path.write_text(text + agents)
    return path


@contextlib.contextmanager
def serving(folder: Path, *flags: str, config: str = "", **extra: str) -> Iterator[Server]:
    """A server on a free port with a state folder of its own; nothing of it may be left afterwards."""
    state_dir = folder / "state"
    sample_data = "--data" not in flags and "[data" not in config and "DEADSTOP_DATA__FOLDER" not in extra
    if sample_data:
        lay_out(state_dir)
    settings = ["--config", str(write_config(folder, config)), "--state-dir", str(state_dir)]
    with program(folder, "serve", "--port", "0", *settings, *flags, **UNHURRIED, **extra) as running:
        server = Server(folder, state_dir, address_of(running.line(), state_dir), running)
        if sample_data:
            take_over(state_dir)
        yield server
        if running.process.poll() is None:
            running.signal(signal.SIGTERM)
            assert running.end() == (0, ""), running
    assert_nothing_left(state_dir)


def address_of(line: str, state_dir: Path) -> str:
    """The address that signs in: what `serve` has said is not on a terminal, and so without its token."""
    assert "token" not in line
    file = state_dir / FILE_NAME
    return file.read_text().strip() if file.exists() else line


def is_status(item: dict[str, Any]) -> bool:
    return bool(item["data"].get("chunk", {}).get("type") == "status")


@contextlib.contextmanager
def job(server: Server, agent: str, question: str = "go") -> Iterator[tuple[str, Program]]:
    """(id, the program that asks) of a job that has said its first word."""
    arguments = ["ask", question, "--agent", agent, "--json", "--state-dir", str(server.state_dir)]
    with program(server.folder, *arguments) as asked:
        objects = asked.objects_until(is_status)
        try:
            yield objects[0]["data"]["job_id"], asked
        finally:
            if asked.process.poll() is None:
                server.run("kill", objects[0]["data"]["job_id"], "--now")
                asked.end()


def wait_until(holds: Callable[[], object], sentence: str, within_s: float = PATIENCE_S) -> None:
    """Wait until something holds; fail with the sentence."""
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline, f"{sentence} (waited {within_s:g} s)"
        time.sleep(0.02)
