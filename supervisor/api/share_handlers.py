"""Lets others read answers by a link, until their owner ends that."""

import secrets
import time

from bus.contract.kept.conversations import title_of
from bus.contract.kept.shares import MAX_SHARED_JOBS, MAX_SHARES, ShareSummary
from bus.contract.vocabulary import ENDED, Refusal, Role
from bus.wire.commands import AnyShareCommand, Caller, CreateShare, EndShare, ListShares, ShowShare
from bus.wire.job_record import JobRecord
from bus.wire.replies import AnyReply, Changed, Refused, ShareCreated, Shares, ShareShown
from supervisor.jobs.lookup import Lookup
from supervisor.storage.conversations import ConversationLog
from supervisor.storage.shares import ShareLog

_ID_BYTES = 16
_NOT_FOUND = Refused("not_found", "there is no such share, or it has been ended", "ask who gave you the link")


class ShareHandlers:
    """A share names ended jobs of one conversation of its owner. Whoever has its id reads these and nothing else."""

    def __init__(self, shares: ShareLog, conversations: ConversationLog, lookup: Lookup) -> None:
        self._shares = shares
        self._conversations = conversations
        self._lookup = lookup

    def answer(self, command: AnyShareCommand) -> AnyReply:
        match command:
            case CreateShare():
                return self._create(command)
            case ListShares():
                return Shares(self._shares.of_user(command.caller.user))
            case ShowShare():
                return self._show(command)
            case EndShare():
                return self._end(command)

    def _create(self, command: CreateShare) -> AnyReply:
        if not 0 < len(command.job_ids) <= MAX_SHARED_JOBS:
            text = f"{len(command.job_ids)} answers are to be shared; 1 to {MAX_SHARED_JOBS} can be at once"
            return Refused(Refusal.BAD_REQUEST, text, "choose fewer")
        if len(self._shares.of_user(command.caller.user)) >= MAX_SHARES:
            return Refused(Refusal.QUOTA, f"you have {MAX_SHARES:,} shares, which is the limit", "end some of them")
        found = [self._own(command.caller, job_id) for job_id in dict.fromkeys(command.job_ids)]
        records = [record for record in found if isinstance(record, JobRecord)]
        refused = next((record for record in found if isinstance(record, Refused)), None) or _refuse_mixed(records)
        return refused or ShareCreated(self._add(command, records))

    def _add(self, command: CreateShare, records: list[JobRecord]) -> ShareSummary:
        first, user = records[0].summary, command.caller.user
        known = self._conversations.one(user, first.conversation_id) if len(records) > 1 else None
        title = known.title if known else title_of(first.question)
        share_id = secrets.token_urlsafe(_ID_BYTES)
        share = ShareSummary(share_id, user, title, command.public, time.time(), len(records))
        self._shares.add(share, first.conversation_id, [record.summary.job_id for record in records])
        return share

    def _own(self, caller: Caller, job_id: str) -> JobRecord | Refused:
        """The record of an ended job of the caller's own; an operator, too, shares only those."""
        found = self._lookup.find(Caller(caller.user, Role.USER), job_id, "")
        if isinstance(found, Refused) or found.summary.state in ENDED:
            return found
        job = found.summary
        return Refused("not_ended", f"job {job.job_id} has not ended ({job.state})", "wait for its answer")

    def _show(self, command: ShowShare) -> AnyReply:
        found = self._shares.one(command.share_id)
        return ShareShown(*found) if found is not None and found[1] else _NOT_FOUND

    def _end(self, command: EndShare) -> AnyReply:
        found = self._shares.one(command.share_id)
        if found is None or (found[0].user != command.caller.user and command.caller.role is not Role.OPERATOR):
            return _NOT_FOUND
        self._shares.end(command.share_id)
        return Changed()


def _refuse_mixed(records: list[JobRecord]) -> Refused | None:
    if len({record.summary.conversation_id for record in records}) == 1 and (
        len(records) == 1 or records[0].summary.conversation_id
    ):
        return None
    return Refused(Refusal.BAD_REQUEST, "the answers are not of one conversation", "share them apart")
