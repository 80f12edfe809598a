"""Programs that `serve` runs: real processes that start, die, and do not want to end."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bus.serve_contract import ServeOrders
from ops.errors import OpsError
from ops.serve.child_process import Child, end_all
from tests.harness.servers import ROOT


@pytest.fixture
def orders(monkeypatch: pytest.MonkeyPatch) -> Iterator[ServeOrders]:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    lifeline, held = os.pipe()
    yield ServeOrders(lifeline_fd=lifeline)
    os.close(held)
    os.close(lifeline)


def program(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> str:
    """A module of this text that a child can be made of."""
    monkeypatch.setenv("PYTHONPATH", f"{folder}:{ROOT}")
    (folder / "program_of_test.py").write_text(text)
    return "program_of_test"


KEEPS_A_DYING_PROGRAM = """
import asyncio
import os
from bus.serve_contract import ServeOrders
from ops.serve.orphan_reaper import OrphanReaper
from ops.serve.supervised_program import SupervisedProgram

async def main():
    everybody = []
    program = SupervisedProgram("tests.programs.dying_program", ServeOrders(), os.environ, everybody)
    await program.child.start()
    await program.keep(OrphanReaper(everybody))

asyncio.run(main())
"""


def test_a_program_that_only_dies_is_given_up() -> None:
    # In a process of its own: who keeps programs receives the orphans of all that it has started, for good.
    done = subprocess.run(
        [sys.executable, "-c", KEEPS_A_DYING_PROGRAM],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    lines = done.stderr.splitlines()
    assert lines[-1].endswith("ended (exited with status 3); that was the 5th quick death in a row, giving up")
    assert len([line for line in lines if "; starting it again in " in line]) == 4


async def test_a_program_that_ends_before_it_is_ready(
    orders: ServeOrders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = program(tmp_path, monkeypatch, "print('not json'); raise SystemExit(2)")
    with pytest.raises(OpsError, match="program_of_test ended before it was ready \\(exited with status 2\\)"):
        await Child(name, orders, os.environ).start()


async def test_a_program_that_ignores_sigterm_is_killed(
    orders: ServeOrders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deaf = "import signal; signal.signal(15, signal.SIG_IGN); print('{\"ready\": true}', flush=True); signal.pause()"
    child = Child(program(tmp_path, monkeypatch, deaf), orders, os.environ)
    await child.start()
    assert await end_all([child], grace_s=0.05) == [child]
    assert await child.wait() == -signal.SIGKILL


async def test_a_program_that_obeys_is_not_killed(
    orders: ServeOrders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = Child(
        program(tmp_path, monkeypatch, "import signal; print('{\"ready\": true}', flush=True); signal.pause()"),
        orders,
        os.environ,
    )
    await child.start()
    assert await end_all([child], grace_s=20) == []
    assert await child.wait() == -signal.SIGTERM
    assert await end_all([child], grace_s=20) == []


async def test_a_child_is_told_what_it_needs_and_gets_the_lifeline(
    orders: ServeOrders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (
        "import json, os\n"
        "orders = json.loads(os.environ['DEADSTOP_SERVE'])\n"
        "os.fstat(orders['lifeline_fd'])\n"
        "print(json.dumps({'ready': True, 'session': os.getsid(0) == os.getpid(), **orders}))\n"
    )
    child = Child(program(tmp_path, monkeypatch, text), orders, os.environ)
    await child.start()
    assert child.ready["session"]
    assert child.ready["lifeline_fd"] == orders.lifeline_fd
    assert await child.wait() == 0
