"""`deadstop serve`: starts, keeps alive, ends, and leaves nothing behind."""

import os
import pty
import signal
import socket
import stat
import subprocess
import sys
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from ops.serve.announcement import FILE_NAME
from tests.e2e.cli_runner import (
    PATIENCE_S,
    ZOO_ALONE,
    Server,
    deadstop,
    environment,
    program,
    serving,
    wait_until,
    write_config,
)
from tests.harness.servers import assert_nothing_left
from tests.harness.zoo import LITTLE

NO_UTF8 = os.fsdecode(b"caf\xe9")


def health(server: Server) -> int:
    parts = urlsplit(server.url)
    with urllib.request.urlopen(f"http://{parts.netloc}/healthz", timeout=PATIENCE_S) as answer:
        return int(answer.status)


def children(server: Server) -> dict[str, psutil.Process]:
    """The programs of a server by name; one that is being replaced is missing."""
    found = {}
    for child in psutil.Process(server.program.process.pid).children():
        try:
            found[child.cmdline()[-1]] = child
        except (psutil.NoSuchProcess, IndexError):
            continue
    return found


def test_it_prints_one_address_with_a_token_and_ends_on_sigterm(tmp_path: Path) -> None:
    with serving(tmp_path, **ZOO_ALONE) as server:
        assert server.url.startswith("http://127.0.0.1:")
        assert health(server) == 200
        file = a_journal_gets_the_address_without_its_token(server)
        a_state_folder_is_served_once(server)
        pids = [child.pid for child in psutil.Process(server.program.process.pid).children(recursive=True)]
        server.program.signal(signal.SIGTERM)
        assert server.program.end() == (0, "")
    assert not file.exists()
    assert not [pid for pid in pids if psutil.pid_exists(pid)]
    with socket.socket() as again:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        again.bind(("127.0.0.1", urlsplit(server.url).port or 0))


def a_journal_gets_the_address_without_its_token(server: Server) -> Path:
    """It stands in a file for the server's account, as long as the token lives."""
    file = server.state_dir / FILE_NAME
    token = server.url.partition("?token=")[2]
    assert len(token) >= 32
    assert file.read_text() == f"{server.url}\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert token not in server.program.stderr()
    assert f"the address that signs in stands in {file}" in server.program.stderr()
    return file


def a_state_folder_is_served_once(server: Server) -> None:
    done = server.run("serve", "--port", "0")
    assert done.returncode == 1
    assert f"{server.state_dir} is served already (pid " in done.stderr


def test_a_second_ctrl_c_kills_at_once(tmp_path: Path) -> None:
    stubborn = "[supervisor]\ncancel_grace_s = 60.0\n"
    with (
        serving(tmp_path, config=stubborn, **ZOO_ALONE) as server,
        program(tmp_path, *asking(server, "swallows_cancel")) as asked,
    ):
        wait_until(lambda: "state" in server.run("ps", "--json", "--state", "running").stdout, "the job runs")
        workers = [child.pid for child in psutil.Process(server.program.process.pid).children(recursive=True)]
        server.program.signal(signal.SIGINT)
        wait_until(lambda: "ending" in server.program.stderr(), "the first Ctrl-C is heard")
        server.program.signal(signal.SIGINT)
        assert server.program.end() == (0, "")
        wait_until(lambda: not any(map(psutil.pid_exists, workers)), "the worker ends with its supervisor")
        asked.process.kill()
        # What a killed supervisor leaves is for the next one to clear away.
        with program(tmp_path, *server.program.arguments) as following:
            following.line()
            following.signal(signal.SIGTERM)
            following.end()


def asking(server: Server, agent: str) -> list[str]:
    return ["ask", "go", "--agent", agent, "--state-dir", str(server.state_dir)]


def test_programs_that_die_are_started_again_and_end_when_serve_is_killed(tmp_path: Path) -> None:
    with serving(tmp_path, **ZOO_ALONE) as server:
        for name in ("supervisor", "gateway"):
            is_started_again(server, name)
        programs = list(children(server).values())
        assert len(programs) == 2
        server.program.process.kill()
        server.program.process.wait()
        _, alive = psutil.wait_procs(programs, timeout=PATIENCE_S)
        assert not alive


def is_started_again(server: Server, name: str) -> None:
    first = children(server)[name]
    first.kill()
    wait_until(lambda: children(server).get(name, first).pid != first.pid, f"a new {name} runs")
    wait_until(lambda: server.run("ps").returncode == 0, "the bus answers")
    assert health(server) == 200
    assert f"WARNING {name} (pid {first.pid}) ended (killed by SIGKILL); starting it again in 0.2 s" in (
        server.program.stderr()
    )


def test_a_named_port_that_is_taken(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        done = deadstop(tmp_path, "serve", "--port", str(port), "--state-dir", str(tmp_path / "state"))
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith(f"deadstop: port {port} on 127.0.0.1 is taken by ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("flags", "variables", "words"),
    [
        (["--data", "nowhere"], {}, "nowhere does not exist; name a folder of Parquet files with --data"),
        (["--data", NO_UTF8], {}, "/caf<E9> is no UTF-8, which the engine cannot name; rename it"),
        (["--host", "0.0.0.0"], {}, "gateway.host: 0.0.0.0 can be reached from other machines"),
        (["--config", "missing.toml"], {}, "missing.toml: cannot be read (No such file or directory)"),
        (
            [],
            {"DEADSTOP_LIMITS__MAX_RUNING": "4"},
            "limits.max_runing: there is no such key; did you mean `max_running`",
        ),
    ],
)
def test_settings_that_cannot_be_used_are_one_line(
    tmp_path: Path, flags: list[str], variables: dict[str, str], words: str
) -> None:
    (tmp_path / NO_UTF8).mkdir()
    done = deadstop(tmp_path, "serve", "--port", "0", "--state-dir", "state", *flags, **variables)
    assert done.returncode == 2
    assert done.stderr.startswith("deadstop: ")
    assert words in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_program_that_cannot_start_ends_serve(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "log.sqlite").write_text("this is no database" * 100)
    done = deadstop(tmp_path, "serve", "--port", "0", "--state-dir", "state")
    assert done.returncode == 1
    assert "deadstop: supervisor ended before it was ready (exited with status " in done.stderr
    assert_nothing_left(tmp_path / "state")


def test_a_terminal_gets_the_whole_address(tmp_path: Path) -> None:
    state_dir = tmp_path / "state"
    terminal, inside = pty.openpty()
    arguments = ["serve", "--port", "0", "--config", str(write_config(tmp_path)), "--state-dir", str(state_dir)]
    command = [sys.executable, "-m", "ops", *arguments]
    surroundings = environment(DEADSTOP_DATA__FOLDER=LITTLE["data.folder"], **ZOO_ALONE)
    serve = subprocess.Popen(command, cwd=tmp_path, env=surroundings, stdin=subprocess.DEVNULL, stdout=inside)
    os.close(inside)
    assert b"/?token=" in os.read(terminal, 1000)
    assert not (state_dir / FILE_NAME).exists()
    serve.send_signal(signal.SIGTERM)
    assert serve.wait(timeout=PATIENCE_S) == 0
    os.close(terminal)
    assert_nothing_left(state_dir)
