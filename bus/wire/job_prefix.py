"""Which job a shortened id means."""

from collections.abc import Sequence

from bus.wire.job_record import JobRecord
from bus.wire.replies import Refused

NOT_FOUND = Refused("not_found", "there is no such job", "`deadstop ps --all` lists the jobs")


def meant_by(prefix: str, records: Sequence[JobRecord]) -> JobRecord | Refused:
    """The job that `prefix` means among these, whose ids all begin with it: the one with exactly this id, else the
    only one."""
    exact = [record for record in records if record.summary.job_id == prefix]
    matches = exact or records
    if not prefix or not matches:
        return NOT_FOUND
    if len(matches) == 1:
        return matches[0]
    names = ", ".join(record.summary.job_id for record in matches)
    return Refused("ambiguous", f"`{prefix}` is the beginning of {len(matches)} jobs: {names}", "name more of it")
