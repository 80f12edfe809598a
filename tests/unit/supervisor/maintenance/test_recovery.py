"""What a starting supervisor does about the workers and the jobs of an earlier one."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import msgspec

from bus.contract.events import Result, Usage
from bus.contract.vocabulary import Reason, Role, State
from bus.log import LOG_NAME
from bus.system.proc import read_stat
from bus.wire.commands import Caller, Submit
from bus.wire.job_record import JobSummary
from bus.wire.worker import ConversationTurn, Failure, KeptTurn, Outcome, Success
from supervisor.maintenance.recovery import settle_jobs, sweep_workers
from supervisor.storage.store import Store
from tests.harness.data.histories import record_of

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


def settled(tmp_path: Path, outcome: Outcome | bytes) -> tuple[JobSummary, list[ConversationTurn]]:
    """What becomes of a job whose worker had said this when the supervisor died, and its conversation's turns."""
    store = Store(tmp_path)
    submit = Submit(Caller("ann", Role.USER), "s1", "how many?", conversation_id="c1")
    record = record_of("7f3a", None)
    summary = msgspec.structs.replace(record.summary, conversation_id="c1")
    number = store.accept(submit, msgspec.structs.replace(record, summary=summary))
    store.outcome(number, Success(Result({}, Usage(), {})) if isinstance(outcome, bytes) else outcome)
    store.commit()
    if isinstance(outcome, bytes):
        with sqlite3.connect(tmp_path / LOG_NAME) as log:
            log.execute("UPDATE jobs SET outcome = ? WHERE n = ?", (outcome, number))
        log.close()
    settle_jobs(store)
    (ended,) = store.queries.record("7f3a")
    turns = store.queries.turns(Submit(Caller("ann", Role.USER), "s2", "next", conversation_id="c1"), 5)
    store.close()
    return ended.summary, turns


def test_an_answer_that_was_logged_ends_its_job_and_stays_in_the_conversation(tmp_path: Path) -> None:
    turn = KeptTurn("how many?", "select 1", "one")
    summary, turns = settled(tmp_path, Success(Result({}, Usage(), {}), turn))
    assert (summary.state, turns) == (State.SUCCEEDED, [ConversationTurn("how many?", "select 1", "one")])


def test_a_worker_that_says_it_was_stopped_by_somebody_has_failed(tmp_path: Path) -> None:
    summary, _ = settled(tmp_path, Failure(Reason.USER, "agent_error", "I was stopped"))
    assert (summary.state, summary.reason) == (State.FAILED, Reason.AGENT_ERROR)


def test_an_outcome_that_cannot_be_read_keeps_no_supervisor_from_starting(tmp_path: Path) -> None:
    summary, _ = settled(tmp_path, b"\x91" * 5000 + b"\x01")
    assert (summary.state, summary.reason) == (State.FAILED, Reason.SUPERVISOR_LOST)
