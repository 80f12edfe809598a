"""Asking and stopping, the same over WebSocket and HTTP, and written to the audit log."""

from bus.client import BusClient, CommandRefused
from bus.wire.commands import Stop, Submit
from bus.wire.job_record import JobSummary
from bus.wire.replies import StopTaken, Submitted
from gateway.auth import audit


async def ask(client: BusClient, command: Submit) -> Submitted:
    """Give the question to the supervisor. Raises `CommandRefused`, `BusError`."""
    try:
        submitted = await client.request(command, Submitted)
    except CommandRefused as error:
        audit.refused(command.caller, "ask", error.refused)
        raise
    if not submitted.attached_to_existing:
        audit.submitted(command.caller, submitted.job.job_id, submitted.job.session_id)
    return submitted


async def stop(client: BusClient, command: Stop) -> JobSummary:
    """Have a job stopped. Returns it as it was when the stop came: the events after its `seq` tell how it ended.
    Raises `CommandRefused`, `BusError`."""
    try:
        job = (await client.request(command, StopTaken)).job
    except CommandRefused as error:
        audit.refused(command.caller, f"stop {_named(command)}", error.refused)
        raise
    audit.stopped(command.caller, job.job_id, job.user, command.rung)
    return job


def _named(command: Stop) -> str:
    return f"job {command.job_id[:64]!r}" if command.job_id else f"session {command.session_id[:64]!r}"
