"""Keeps what people thought of their answers."""

import msgspec

from bus.contract.vocabulary import ENDED, Refusal
from bus.wire.commands import MAX_COMMENT_CHARS, RateJob
from bus.wire.job_record import JobRecord
from bus.wire.replies import AnyReply, Changed, Refused
from supervisor.control.parts import Parts
from supervisor.jobs.lookup import Lookup
from supervisor.maintenance.retention import Retention


class RatingHandler:
    """A rating stands in the job's record, in its conversation, and from the next roll-up on in the history."""

    def __init__(self, parts: Parts, lookup: Lookup, retention: Retention) -> None:
        self._jobs = parts.jobs
        self._store = parts.store
        self._lookup = lookup
        self._retention = retention

    def rate(self, command: RateJob) -> AnyReply:
        """Keep the verdict and comment of the job's owner, in place of the ones before."""
        comment = " ".join(command.comment.split())
        found = self._lookup.find(command.caller, command.job_id, "")
        if isinstance(found, Refused):
            return found
        refused = self._refuse(command, found, comment)
        if refused is not None:
            return refused
        record = msgspec.structs.replace(found, verdict=command.verdict, comment=comment if command.verdict else "")
        self._retention.changed(self._store.rate(record))
        return Changed()

    def _refuse(self, command: RateJob, record: JobRecord, comment: str) -> Refused | None:
        summary = record.summary
        if summary.user != command.caller.user:
            return Refused(
                "forbidden", f"job {summary.job_id} is another user's", "only who has asked rates the answer"
            )
        if summary.state not in ENDED or self._jobs.get(summary.job_id) is not None:
            return Refused("not_ended", f"job {summary.job_id} has not ended ({summary.state})", "wait for its answer")
        if len(comment) > MAX_COMMENT_CHARS:
            text = f"the comment has {len(comment):,} characters; the limit is {MAX_COMMENT_CHARS:,}"
            return Refused(Refusal.BAD_REQUEST, text, "shorten it")
        return None
