"""Landlock, each time in a fresh process: there is no way back out of it."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent_worker.sandbox import landlock

ROOT = Path(__file__).parents[4]
RUN_S = 120

needs_landlock = pytest.mark.skipif(landlock.abi() == 0, reason="this kernel has no Landlock")

PROBE = """
import json, os, socket, sys
from pathlib import Path
from agent_worker.sandbox import landlock
from agent_worker.sandbox.restrict import interpreter_paths

data, outside, scratch, allowed, other, most = json.loads(sys.argv[1])
landlock.KNOWN_ABI = most
opened_before = open(os.path.join(outside, "log"), "w")
abi = landlock.restrict([*interpreter_paths(), data], [scratch], [allowed])


def outcome(action):
    try:
        action()
    except OSError as error:
        return type(error).__name__
    return "done"


def write(path, mode="w"):
    with open(path, mode) as file:
        file.write("x")


def connect(port):
    socket.create_connection(("127.0.0.1", port), timeout=5).close()


tries = {
    "read data": lambda: open(f"{data}/a.txt").read(),
    "list data": lambda: os.listdir(data),
    "overwrite data": lambda: write(f"{data}/a.txt", "r+"),
    "truncate data": lambda: os.truncate(f"{data}/a.txt", 0),
    "create in data": lambda: write(f"{data}/new.txt"),
    "make folder in data": lambda: os.mkdir(f"{data}/new"),
    "remove data": lambda: os.unlink(f"{data}/a.txt"),
    "rename data": lambda: os.rename(f"{data}/a.txt", f"{data}/b.txt"),
    "move data out": lambda: os.rename(f"{data}/a.txt", f"{scratch}/a.txt"),
    "link data": lambda: os.link(f"{data}/a.txt", f"{data}/c.txt"),
    "read outside": lambda: open(f"{outside}/secret.txt").read(),
    "list outside": lambda: os.listdir(outside),
    "write outside": lambda: write(f"{outside}/new.txt"),
    "read users": lambda: open("/etc/passwd").read(),
    "read environment": lambda: open("/proc/self/environ").read(),
    "read a link to outside": lambda: (os.symlink(f"{outside}/secret.txt", f"{scratch}/l"), open(f"{scratch}/l"))[1],
    "write scratch": lambda: write(f"{scratch}/new.txt"),
    "remove scratch": lambda: os.unlink(f"{scratch}/new.txt"),
    "make a device": lambda: os.mknod(f"{scratch}/device", 0o60600, os.makedev(8, 0)),
    "write what was open before": lambda: (opened_before.write("x"), opened_before.flush()),
    "connect to the model": lambda: connect(allowed),
    "connect elsewhere": lambda: connect(other),
    "listen": lambda: socket.create_server(("127.0.0.1", 0)).close(),
    "signal the parent": lambda: os.kill(os.getppid(), 0),
    "signal itself": lambda: os.kill(os.getpid(), 0),
    "run a shell": lambda: os.execv("/bin/sh", ["sh"]),
}
print(json.dumps({"abi": abi, **{name: outcome(action) for name, action in tries.items()}}))
"""

DENIED_BY_ABI = {
    1: {"overwrite data", "create in data", "make folder in data", "remove data", "rename data", "move data out"},
    3: {"truncate data"},
    4: {"connect elsewhere", "listen"},
    6: {"signal the parent"},
}
ALWAYS_DENIED = {
    "link data",
    "read outside",
    "list outside",
    "write outside",
    "read users",
    "read environment",
    "read a link to outside",
    "make a device",
    "run a shell",
}
ALWAYS_DONE = {
    "read data",
    "list data",
    "write scratch",
    "remove scratch",
    "write what was open before",
    "connect to the model",
    "signal itself",
}


@pytest.fixture
def ports() -> Iterator[tuple[int, int]]:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        yield one.getsockname()[1], other.getsockname()[1]


def probe(tmp_path: Path, ports: tuple[int, int], most: int) -> dict[str, Any]:
    for name in ("data", "outside", "scratch"):
        (tmp_path / name).mkdir()
    (tmp_path / "data" / "a.txt").write_text("data")
    (tmp_path / "outside" / "secret.txt").write_text("secret")
    folders = [str(tmp_path / name) for name in ("data", "outside", "scratch")]
    done = run(PROBE, json.dumps([*folders, *ports, most]))
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=RUN_S, check=False)


@needs_landlock
@pytest.mark.parametrize("most", range(1, landlock.KNOWN_ABI + 1))
def test_each_version_holds_what_it_can(tmp_path: Path, ports: tuple[int, int], most: int) -> None:
    if most > landlock.abi():
        pytest.skip(f"this kernel speaks Landlock {landlock.abi()}")
    outcome = probe(tmp_path, ports, most)
    assert outcome.pop("abi") == most
    denied = ALWAYS_DENIED | set().union(*(names for since, names in DENIED_BY_ABI.items() if most >= since))
    assert {name for name, result in outcome.items() if result != "done"} >= denied
    assert {name for name, result in outcome.items() if result == "done"} >= ALWAYS_DONE
    if most >= landlock.SCOPES_SINCE:
        assert {name for name, result in outcome.items() if result == "done"} == ALWAYS_DONE
        assert (tmp_path / "data" / "a.txt").read_text() == "data"
        assert [file.name for file in (tmp_path / "data").iterdir()] == ["a.txt"]


@needs_landlock
def test_what_a_held_process_starts_is_held_too(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from agent_worker.sandbox import landlock, restrict\n"
        "landlock.restrict(restrict.interpreter_paths(), [sys.argv[1]], [])\n"
        "child = 'import sys; open(sys.argv[1])'\n"
        "code = os.spawnv(os.P_WAIT, sys.executable, [sys.executable, '-c', child, '/etc/passwd'])\n"
        "sys.exit(0 if code == 1 else 5)"
    )
    done = run(code, str(tmp_path))
    assert done.returncode == 0
    assert "PermissionError" in done.stderr


@needs_landlock
def test_the_certificates_that_the_environment_names_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("company.pem", "other.pem"):
        (tmp_path / name).write_text(name)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "company.pem"))
    code = (
        "import sys; from agent_worker.sandbox import landlock, restrict\n"
        "landlock.restrict(restrict.interpreter_paths(), [], [])\n"
        "print(open(sys.argv[1] + '/company.pem').read(), flush=True)\n"
        "open(sys.argv[1] + '/other.pem')"
    )
    done = run(code, str(tmp_path))
    assert done.stdout == "company.pem\n"
    assert "PermissionError" in done.stderr


def test_a_process_with_threads_is_not_sandboxed_in_silence() -> None:
    code = (
        "import threading; from agent_worker.sandbox import landlock\n"
        "stop = threading.Event(); threading.Thread(target=stop.wait).start()\n"
        "try: landlock.restrict([], [], [])\n"
        "except RuntimeError as error: print(error)\n"
        "finally: stop.set()"
    )
    assert "only the calling thread" in run(code).stdout


def test_a_kernel_without_landlock_is_named() -> None:
    code = (
        "from agent_worker.sandbox import landlock\n"
        "landlock.abi = lambda: 0\n"
        "try: landlock.restrict([], [], [])\n"
        "except landlock.Unsupported as error: print(error)"
    )
    assert "This kernel has no Landlock" in run(code).stdout
