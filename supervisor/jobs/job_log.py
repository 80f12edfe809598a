"""Lines about jobs in the program's own log."""

import logging

from bus.contract.vocabulary import Rung
from supervisor.jobs.job_entry import JobEntry

log = logging.getLogger(__name__)


def note(action: str, entry: JobEntry) -> None:
    """Log what has happened to the job. A rung is a warning with the worker, the requester and the reason; any other
    action is information."""
    pid = entry.worker.pid if entry.worker else None
    level, text = logging.INFO, f"job {entry.job_id} {action}"
    if action in list(Rung) and entry.job.ladder is not None:
        request = entry.job.ladder.latest
        level = logging.WARNING
        text = f"{action}: worker {pid} (job {entry.job_id}), asked by {request.by}, reason {request.reason}"
    if action == "ended":
        text += f": {_how(entry)}"
    log.log(level, text, extra={"action": action, "job_id": entry.job_id, "pid": pid})


def _how(entry: JobEntry) -> str:
    """`failed (agent_error: bad_data)`. The error itself may hold what was asked, which is not for this log."""
    job, code = entry.job, entry.failed.code if entry.failed else ""
    if job.reason is None:
        return str(job.state)
    return f"{job.state} ({job.reason}: {code})" if code not in ("", job.reason) else f"{job.state} ({job.reason})"
