"""Machines, as far as one can have several: network namespaces on one bridge, a raylet of Ray's in each.

To be run by `alone.sh`: then all of it ends with the tests, whatever becomes of them.
"""

import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.e2e.cli_runner import wait_until
from tests.harness.jobs.nodes import NodeProcesses, node_beneath

SUBNET = "10.77.0"
HEAD = f"{SUBNET}.1"
PORT = 6379
RAY = [sys.executable, "-m", "ray.scripts.scripts"]
START = [*RAY, "start", "--block", "--disable-usage-stats"]
OWN_FILES = str(Path(__file__).parents[1] / "own_files.sh")
"""A machine shares neither temporary files nor memory with another."""
WITH_GPU = 1
"""The machine of this number has a GPU, as far as Ray knows."""
KEEPER = "supervisor.nodes.machine.keeper"
STARTED, TRIES = "Ray runtime started", 6
ENDED_WITHIN_S = 10.0
STORE_BYTES = 80_000_000


class Machines:
    """Ray's head beside the tests, and the machines that join it. `environment` is Ray's: how it authenticates. One
    starts after the other: Ray gives up what has not started within half a minute."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._environment = {**os.environ, "RAY_USAGE_STATS_ENABLED": "0", **environment}
        self._folder = folder
        self._raylets: dict[int, Raylet] = {}
        _ip("link", "add", "dsbridge", "type", "bridge")
        _ip("address", "add", f"{HEAD}/24", "dev", "dsbridge")
        _ip("link", "set", "dsbridge", "up")
        self._head = self.start_head(PORT)

    def start_head(self, port: int, *more: str, **environment: str) -> "Raylet":
        """Ray's head at that port with `more` options, once it has started."""
        options = [f"--port={port}", f"--temp-dir={self._folder}/ray{port}", *more]
        head = self._start(
            ["--head", "--include-dashboard=false", *options, *_options(HEAD)], f"head-{port}", [], environment
        )
        head.until_started()  # before that, whoever wants to join waits without end
        return head

    def add(self, number: int) -> "Machine":
        """A machine that is cabled, and a raylet on it which joins. Its number says its address."""
        machine = Machine(number)
        self._raylets[number] = join(machine, PORT, self._environment, self._folder)
        return machine

    def until_started(self) -> None:
        """All of them."""
        for raylet in self._raylets.values():
            raylet.until_started()

    @property
    def there(self) -> list["Machine"]:
        """Those that have joined."""
        return [Machine(number) for number in self._raylets]

    def at(self, address: str) -> "Machine":
        """The one that has it."""
        return next(machine for machine in self.there if machine.address == address)

    def replace(self, machine: "Machine") -> None:
        """Ray has died on it, and is started there again."""
        self.remove(machine.number)
        self.add(machine.number)

    def inside(self) -> set[int]:
        """All processes in the namespaces of nodes, by their numbers here."""
        return {process.pid for machine in self.there for process in machine.node().inside}

    def remove(self, number: int) -> None:
        """End the machine's Ray in order, and wait for it."""
        self._raylets.pop(number).end()

    def close(self) -> None:
        for number in list(self._raylets):
            self.remove(number)
        self._head.end()

    def _start(self, options: list[str], name: str, within: list[str], environment: dict[str, str]) -> "Raylet":
        return Raylet([*within, *START, *options], {**self._environment, **environment}, self._folder / f"{name}.log")


def join(machine: "Machine", port: int, environment: dict[str, str], folder: Path) -> "Raylet":
    """Cable the machine, if it is not, and start a raylet on it that joins the head at that port. What it says goes to
    a file in the folder."""
    if not Path("/run/netns", machine.namespace).exists():
        _cable(machine)
    gpus = ["--num-gpus=1"] if machine.number == WITH_GPU else []
    options = [f"--address={HEAD}:{port}", *_options(machine.address), '--resources={"deadstop": 1}', *gpus]
    within = ["ip", "netns", "exec", machine.namespace, OWN_FILES]
    return Raylet([*within, *START, *options], environment, folder / f"{machine.address}.log")


class Raylet:
    """What `ray start` has started."""

    def __init__(self, command: list[str], environment: dict[str, str], log: Path) -> None:
        self._command, self._environment, self._log = command, environment, log
        self._process = self._run()

    def until_started(self) -> None:
        """It is started again where Ray has given it up, on a machine that is too busy."""
        for _ in range(TRIES):
            wait_until(lambda: self._has_started() or self._process.poll() is not None, f"{self._log} says no word")
            if self._has_started():
                return
            said = self._log.read_text()[-2000:]
            self._process = self._run()
        self.end()
        raise AssertionError(f"Ray does not start: {said}")

    def _has_started(self) -> bool:
        return STARTED in self._log.read_text()

    def end(self) -> None:
        """What it has started may outlive it."""
        ray = self._process
        children = psutil.Process(ray.pid).children(recursive=True) if ray.poll() is None else []
        ray.terminate()
        try:
            ray.wait(ENDED_WITHIN_S)
        except subprocess.TimeoutExpired:
            ray.kill()
            ray.wait()
        for child in children:
            if child.is_running():
                child.kill()
        psutil.wait_procs(children, ENDED_WITHIN_S)

    def _run(self) -> subprocess.Popen[bytes]:
        with self._log.open("wb") as log:
            return subprocess.Popen(self._command, env=self._environment, stdout=log, stderr=log)


@dataclass(frozen=True)
class Machine:
    number: int

    @property
    def address(self) -> str:
        return f"{SUBNET}.{10 + self.number}"

    @property
    def namespace(self) -> str:
        return f"machine{self.number}"

    def cut(self) -> None:
        """Its cable is pulled."""
        _ip("link", "set", f"cable{self.number}", "down")

    def mend(self) -> None:
        _ip("link", "set", f"cable{self.number}", "up")

    def node(self) -> NodeProcesses:
        """The one that runs there."""
        return node_beneath(self.actor)

    def path(self, path: Path) -> Path:
        """Where a file of that machine is seen from here."""
        return Path(f"/proc/{self.raylet.pid}/root") / path.relative_to("/")

    @property
    def actor(self) -> psutil.Process:
        """Ray's, that has started the node."""
        return next(parent for process in self.processes if (parent := _keeper_s_parent(process)))

    @property
    def raylet(self) -> psutil.Process:
        return next(process for process in self.processes if process.name() == "raylet")

    @property
    def processes(self) -> list[psutil.Process]:
        """All that run there now, as they are seen from here."""
        said = subprocess.run(
            ["ip", "netns", "pids", self.namespace], capture_output=True, text=True, check=True
        ).stdout
        return [process for pid in said.split() if (process := _process(int(pid)))]


def _cable(machine: Machine) -> None:
    cable, inside = f"cable{machine.number}", ["ip", "netns", "exec", machine.namespace]
    _ip("netns", "add", machine.namespace)
    _ip("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", machine.namespace)
    _ip("link", "set", cable, "master", "dsbridge", "up")
    for words in (
        ["address", "add", f"{machine.address}/24", "dev", "eth0"],
        ["link", "set", "eth0", "up"],
        ["link", "set", "lo", "up"],
    ):
        subprocess.run([*inside, "ip", *words], check=True)


def _options(address: str) -> list[str]:
    return [f"--node-ip-address={address}", "--num-cpus=1", f"--object-store-memory={STORE_BYTES}"]


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


def _process(pid: int) -> psutil.Process | None:
    try:
        return psutil.Process(pid)
    except psutil.NoSuchProcess:
        return None


def _keeper_s_parent(process: psutil.Process) -> psutil.Process | None:
    """Who has started it, if it is a keeper; what a keeper forks has its command line too."""
    with suppress(psutil.NoSuchProcess):
        parent = process.parent()
        if KEEPER in process.cmdline() and parent is not None and KEEPER not in parent.cmdline():
            return parent
    return None
