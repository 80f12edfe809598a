"""What the program's own log says of a job."""

import logging

from bus.vocabulary import Rung
from supervisor.entries import Entry

log = logging.getLogger(__name__)


def note(action: str, entry: Entry) -> None:
    """A rung is a warning that names the worker, who asked and why; whatever else happens is information."""
    pid = entry.worker.pid if entry.worker else None
    level, text = logging.INFO, f"job {entry.job_id} {action}"
    if action in list(Rung) and entry.job.ladder is not None:
        request = entry.job.ladder.latest
        level = logging.WARNING
        text = f"{action}: worker {pid} (job {entry.job_id}), asked by {request.by}, reason {request.reason}"
    log.log(level, text, extra={"action": action, "job_id": entry.job_id, "pid": pid})
