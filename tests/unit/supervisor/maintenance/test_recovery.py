"""What a starting supervisor does about the workers of an earlier one."""

import subprocess
import sys
from pathlib import Path

from bus.system.proc import read_stat
from supervisor.maintenance.recovery import sweep_workers
from supervisor.storage.store import Store

_LARGE = """
import subprocess, sys
held = bytearray(b"x") * (200 << 20)  # so much takes the kernel a moment to take back
if sys.argv[1:]:
    child = subprocess.Popen([sys.executable, "-S", "-c", sys.argv[1]], start_new_session=True)
    print(child.pid, flush=True)
    child.wait()
print(flush=True)
sys.stdin.read()
"""


def test_no_job_is_settled_before_its_worker_and_all_beneath_it_are_dead(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-S", "-c", _LARGE, _LARGE], stdout=subprocess.PIPE, stdin=subprocess.PIPE
    ) as worker:
        assert worker.stdout is not None
        child = int(worker.stdout.readline())
        assert worker.stdout.readline() == b"\n"
        started = read_stat(worker.pid)
        assert started is not None
        store.worker_started(worker.pid, started.started, str(tmp_path / "scratch"))
        store.commit()
        sweep_workers(store)
        states = [stat.state for stat in map(read_stat, (worker.pid, child)) if stat is not None]
        assert set(states) <= {"Z", "X"}
    assert store.queries.workers() == []
    store.close()


def test_a_process_that_only_has_a_dead_workers_number_is_left_alone(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with subprocess.Popen([sys.executable, "-S", "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE) as other:
        store.worker_started(other.pid, 1, str(tmp_path / "scratch"))
        store.commit()
        sweep_workers(store)
        assert other.poll() is None
    assert store.queries.workers() == []
    store.close()
