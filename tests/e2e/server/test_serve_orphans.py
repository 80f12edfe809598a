"""What the workers of a killed supervisor have daemonised ends as well, before another supervisor starts."""

import contextlib
from pathlib import Path

import psutil

from tests.e2e.cli_runner import ZOO_ALONE, Server, program, serving, wait_until
from tests.harness.servers import is_gone

ANIMALS = ("deaf_daemon", "has_subreaper", "leaves_sessions")


def test_descendants_of_a_killed_supervisor_s_workers(tmp_path: Path) -> None:
    with serving(tmp_path, **ZOO_ALONE) as server, contextlib.ExitStack() as asked:
        pids = [pid for animal in ANIMALS for pid in descendants(asked, server, animal)]
        supervisor = next(
            child
            for child in psutil.Process(server.program.process.pid).children()
            if child.cmdline()[-1] == "supervisor"
        )
        supervisor.kill()
        wait_until(lambda: all(map(is_gone, pids)), "the descendants end")
        wait_until(lambda: server.run("ps").returncode == 0, "another supervisor has cleared away the rest")


def descendants(asked: contextlib.ExitStack, server: Server, animal: str) -> list[int]:
    """Those of a job of this animal, which runs as long as it is asked for."""
    ask = ("ask", "go", "--agent", animal, "--json", "--state-dir", str(server.state_dir))
    asking = asked.enter_context(program(server.folder, *ask))
    said = asking.objects_until(lambda event: "children" in str(event.get("data", {}).get("chunk")))
    pids = [int(pid) for pid in said[-1]["data"]["chunk"]["message"].split()[1:]]
    assert pids, animal
    return pids
