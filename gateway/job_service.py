"""Asking and stopping, the same over every door, and written down."""

from bus.client import BusClient, CommandRefused
from bus.contract.vocabulary import Reason, Rung
from bus.wire.commands import Caller, JobSummary, Refused, Stop, StopTaken, Submit, Submitted
from gateway.auth import audit


async def ask(client: BusClient, caller: Caller, submit: Submit | Refused) -> Submitted:
    """Give the question to the supervisor, unless it was refused before. Raises `CommandRefused`, `BusError`."""
    try:
        if isinstance(submit, Refused):
            raise CommandRefused(submit)
        submitted = await client.request(submit, Submitted)
    except CommandRefused as error:
        audit.refused(caller, "ask", error.refused)
        raise
    if not submitted.attached_to_existing:
        audit.submitted(caller, submitted.job_id, submitted.session_id)
    return submitted


async def stop(client: BusClient, caller: Caller, job: JobSummary, *, note: str, now: bool) -> None:
    """Have a job stopped; its stream tells how it ended. Raises `CommandRefused`, `BusError`."""
    rung = Rung.KILL if now else Rung.CANCEL
    reason = Reason.USER if job.user == caller.user else Reason.OPERATOR
    try:
        await client.request(Stop(caller, job_id=job.job_id, reason=reason, note=note, rung=rung), StopTaken)
    except CommandRefused as error:
        audit.refused(caller, f"stop job {job.job_id}", error.refused)
        raise
    audit.stopped(caller, job.job_id, job.user, rung)
