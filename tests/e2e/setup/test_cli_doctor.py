"""`deadstop doctor`: finds what is wrong, names it, and leaves nothing behind."""

import asyncio
import json
import socket
import subprocess
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tests.e2e.cli_runner import Server, deadstop
from tests.fakes.messages_server import MessagesServer
from tests.fakes.replies import Fail
from tests.harness.zoo import LITTLE

NAMES = [
    *("python", "libraries", "user", "clock", "pidfd", "parent death"),
    *("processes", "containment", "landlock", "seccomp", "autogroup", "i/o figures"),
    *("open files", "shared memory", "state folder", "runtime folder", "port", "tokens", "data", "worker", "model"),
]

Finding = dict[str, str]
Done = subprocess.CompletedProcess[str]

FEW_DATA = {"DEADSTOP_DATA__FOLDER": LITTLE["data.folder"]}


def doctor(folder: Path, *arguments: str, **variables: str) -> Done:
    """With a free port and no model unless the arguments say otherwise."""
    own = {"ANTHROPIC_API_KEY": "", "DEADSTOP_GATEWAY__PORT": str(free_port()), **variables}
    return deadstop(folder, "doctor", "--json", "--state-dir", "state", *arguments, **own)


def findings(done: Done) -> list[Finding]:
    assert done.stderr == ""
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert all(set(finding) == {"name", "level", "found", "todo"} for finding in found)
    return found


def examine(folder: Path, *arguments: str, **variables: str) -> tuple[int, dict[str, Finding]]:
    """(exit code, what was found by name)"""
    done = doctor(folder, *arguments, **variables)
    return done.returncode, {finding["name"]: finding for finding in findings(done)}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_machine_in_order(tmp_path: Path, temporary: Path) -> None:
    exit_code, found = examine(tmp_path)
    assert (exit_code, list(found)) == (0, NAMES)
    assert [finding for finding in found.values() if finding["level"] == "problem"] == []
    assert found["data"]["found"].startswith("the sample data: 5 tables, 5 files, 367,687 rows")
    assert found["model"]["found"] == "none (ANTHROPIC_API_KEY is not set): the offline planner answers"
    assert not (tmp_path / "state").exists()
    assert list(temporary.iterdir()) == []


def test_people_read_a_line_each_and_what_to_do(tmp_path: Path) -> None:
    done = deadstop(tmp_path, "doctor", "--state-dir", "state", "--data", "nowhere")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0].split()[:2] == ["ok", "python"]
    place = next(index for index, line in enumerate(lines) if line.startswith("problem  data"))
    assert "nowhere does not exist" in lines[place]
    assert lines[place + 1].strip().startswith("→ name another folder")


def test_all_that_is_wrong_is_found_at_once(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    pq.write_table(pa.table({"price": [1, 2]}), tmp_path / "shop/orders.parquet")
    (tmp_path / "shop/broken.parquet").write_bytes(b"this is no parquet file")
    (tmp_path / "my.toml").write_text('[agents.mine]\nentrypoint = "not_installed.agent:run"\n')
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        wrong = {
            "DEADSTOP_GATEWAY__PORT": str(holder.getsockname()[1]),
            "DEADSTOP_GATEWAY__HOST": "0.0.0.0",
            "DEADSTOP_WORKER__PRELOAD": json.dumps([*LITTLE["worker.preload"], "no_such_module"]),
        }
        done = doctor(tmp_path, "--config", "my.toml", "--data", "shop", **wrong)
    found = findings(done)
    good, bad = [finding for finding in found if finding["name"] == "data"]
    assert done.returncode == 1
    assert good["found"].endswith("shop: 1 tables, 1 files, 2 rows")
    assert bad["level"] == "warning"
    assert "broken" in bad["found"]
    problems = {finding["name"]: finding["found"] for finding in found if finding["level"] == "problem"}
    assert set(problems) == {"port", "tokens", "worker", "agent mine"}
    assert "is taken by" in problems["port"]
    assert "no_such_module could not be preloaded" in problems["worker"]
    assert problems["agent mine"] == "there is no module not_installed.agent"


def test_a_preload_that_starts_a_thread(tmp_path: Path) -> None:
    (tmp_path / "my.toml").write_text('[worker]\npreload = ["tests.programs.preloads.starts_a_thread"]\n')
    exit_code, found = examine(tmp_path, "--config", "my.toml", **FEW_DATA)
    assert (exit_code, found["worker"]["level"]) == (1, "problem")
    assert "the preload of tests.programs.preloads.starts_a_thread: 1, allowed: 0" in found["worker"]["found"]


def test_other_machines_with_a_token(tmp_path: Path) -> None:
    assert deadstop(tmp_path, "token", "create", "alice", "--state-dir", "state").returncode == 0
    exit_code, found = examine(tmp_path, DEADSTOP_GATEWAY__HOST="0.0.0.0", **FEW_DATA)
    assert (exit_code, found["tokens"]["found"]) == (0, "1 can come in")


def test_beside_a_server_that_runs(server: Server) -> None:
    done = server.run("doctor", "--json")
    found = {finding["name"]: finding for finding in map(json.loads, done.stdout.splitlines())}
    assert done.returncode == 0, done.stdout
    assert found["port"]["found"] == "a server of this state folder runs already"


async def test_the_model_is_asked_and_its_key_is_not_told(tmp_path: Path) -> None:
    async with MessagesServer(lambda _: Fail(401, "authentication_error", "invalid x-api-key sk-secret")) as server:
        given = {"DEADSTOP_LLM__BASE_URL": server.url, "ANTHROPIC_API_KEY": "sk-secret-of-mine", **FEW_DATA}
        exit_code, found = await asyncio.to_thread(lambda: examine(tmp_path, **given))
    assert (exit_code, found["model"]["level"]) == (1, "problem")
    assert "does not accept the key" in found["model"]["found"]
    assert "sk-secret-of-mine" not in json.dumps(found)
