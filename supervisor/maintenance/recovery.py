"""After a crash: end what an earlier supervisor has left, and settle its jobs."""

import logging
import time
from pathlib import Path

import msgspec

from bus.contract.events import Completed, Ending, Failed
from bus.contract.vocabulary import Proof, Reason, State, end_state
from bus.system.proc import POLL_S
from bus.transport.codec import encode
from bus.wire.job_record import JobRecord
from bus.wire.topics import Published
from bus.wire.worker import Failure, Outcome, Success
from supervisor.lifecycle.final_events import failed, lost_with_supervisor
from supervisor.lifecycle.job import reason_of
from supervisor.places.cleanup import remove_folder, remove_shared_memory
from supervisor.processes.containment.sweep import kill_left_behind
from supervisor.storage.store import Store

log = logging.getLogger(__name__)

DEAD_WITHIN_S = 5.0


def sweep_workers(store: Store) -> None:
    """Kill the workers of an earlier supervisor that still live, and all beneath them; wait until they are dead, then
    remove their scratch folders."""
    workers = store.queries.workers()
    family = {(pid, started) for pid, started, _ in workers}
    deadline = time.monotonic() + DEAD_WITHIN_S
    warned = False
    while living := kill_left_behind(family):
        if not warned:
            warned = True
            log.warning("killed processes %s of an earlier supervisor", living, extra={"action": "sweep"})
        if time.monotonic() > deadline:
            log.error(
                "processes %s of an earlier supervisor have not ended %g s after SIGKILL; going on without proof of "
                "their death: look what they wait for (`cat /proc/PID/stack`)",
                living,
                DEAD_WITHIN_S,
                extra={"action": "sweep"},
            )
            break
        time.sleep(POLL_S)
    for pid, started, scratch in workers:
        remove_folder(Path(scratch))
        store.worker_gone(pid, started)
    store.commit()


def nodes_left(store: Store) -> set[str]:
    """The other machines on which unfinished jobs of an earlier supervisor ran, and which may still run their
    workers."""
    return {record.summary.node for _, record, _, _ in store.queries.unfinished()} - {""}


def settle_jobs(store: Store, *, also_on_nodes: bool = True) -> dict[str, int]:
    """End every unfinished job: one whose outcome was logged ends with it, the others as `supervisor_lost`. Those on
    other machines only when the leases of these have run out.

    Returns the settled jobs' last numbers, for the first heads that are published.
    """
    heads: dict[str, int] = {}
    for number, record, outcome, last in store.queries.unfinished():
        if record.summary.node and not also_on_nodes:
            continue
        event, state, reason = _settled(outcome)
        store.append(number, Published(last + 1, last + 1, time.time(), True, encode([event])))
        turn = outcome.turn if isinstance(outcome, Success) else None
        store.update(number, _ended(record, event, state, reason, last + 1), turn)
        heads[record.summary.job_id] = last + 1
        remove_shared_memory(record.summary.job_id)
    store.commit(durable=True)
    if heads:
        log.warning("settled %d jobs of an earlier supervisor", len(heads), extra={"action": "settle"})
    return heads


def clean_folder(folder: Path) -> None:
    """Remove whatever an earlier supervisor left in its runtime folder."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            remove_folder(path)
        else:
            path.unlink(missing_ok=True)


def _settled(outcome: Outcome | None) -> tuple[Ending, State, Reason | None]:
    if isinstance(outcome, Success):
        return Completed(outcome.result), State.SUCCEEDED, None
    if isinstance(outcome, Failure):
        reason = reason_of(outcome, Reason.SUPERVISOR_LOST)
        return failed(outcome), end_state(reason), reason
    return lost_with_supervisor(), State.FAILED, Reason.SUPERVISOR_LOST


def _ended(record: JobRecord, event: Ending, state: State, reason: Reason | None, seq: int) -> JobRecord:
    summary = msgspec.structs.replace(record.summary, state=state, reason=reason, ended_at=time.time(), seq=seq)
    proof = Proof.LEASE if summary.node else None
    record = msgspec.structs.replace(record, summary=summary, proof=proof)
    if isinstance(event, Failed):
        record = msgspec.structs.replace(record, error=event.error, code=event.code, hint=event.hint)
    return record
