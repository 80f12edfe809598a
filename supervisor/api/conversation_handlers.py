"""Answers what people ask of their conversations."""

import msgspec

from bus.contract.kept.conversations import MAX_PAGE, MAX_TITLE_CHARS, ConversationSummary, ConversationTurnSummary
from bus.contract.vocabulary import Refusal
from bus.wire.commands import (
    AnyConversationCommand,
    HideConversation,
    ListConversations,
    RenameConversation,
    ShowConversation,
)
from bus.wire.replies import AnyReply, Changed, Conversations, ConversationShown, Refused
from supervisor.jobs.job_table import JobTable
from supervisor.storage.conversations import ConversationLog
from supervisor.storage.shares import ShareLog

MAX_TURNS = 500

_NOT_FOUND = Refused("not_found", "there is no such conversation", "GET /api/conversations lists yours")


class ConversationHandlers:
    """Only ever a caller's own conversations; another's answers exactly as one that does not exist."""

    def __init__(self, conversations: ConversationLog, shares: ShareLog, jobs: JobTable) -> None:
        self._conversations = conversations
        self._shares = shares
        self._jobs = jobs

    def answer(self, command: AnyConversationCommand) -> AnyReply:
        if isinstance(command, ListConversations):
            return self._list(command)
        known = self._conversations.one(command.caller.user, command.conversation_id)
        if known is None:
            return _NOT_FOUND
        match command:
            case ShowConversation():
                return self._show(command, known)
            case RenameConversation():
                return self._rename(command)
            case HideConversation():
                return self._hide(command)

    def _list(self, command: ListConversations) -> AnyReply:
        after = _cursor(command.after)
        if isinstance(after, Refused):
            return after
        limit = max(1, min(command.limit, MAX_PAGE))
        found = self._conversations.page(command.caller.user, command.query, after, limit + 1)
        following = ""
        if len(found) > limit:
            found = found[:limit]
            following = f"{found[-1].updated_at!r},{found[-1].conversation_id}"
        return Conversations([self._with_running(command.caller.user, one) for one in found], following)

    def _show(self, command: ShowConversation, known: ConversationSummary) -> AnyReply:
        user, conversation_id = command.caller.user, command.conversation_id
        turns = map(self._as_of_now, self._conversations.turns(user, conversation_id, MAX_TURNS))
        return ConversationShown(self._with_running(user, known), list(turns))

    def _rename(self, command: RenameConversation) -> AnyReply:
        title = " ".join(command.title.split())
        if not title or len(title) > MAX_TITLE_CHARS:
            text = f"the title has {len(title)} characters; it may have 1 to {MAX_TITLE_CHARS}"
            return Refused(Refusal.BAD_REQUEST, text, "choose another")
        self._conversations.rename(command.caller.user, command.conversation_id, title)
        return Changed()

    def _hide(self, command: HideConversation) -> AnyReply:
        running = self._jobs.running_in(command.caller.user, command.conversation_id)
        if running is not None:
            return Refused(
                Refusal.CONVERSATION_BUSY,
                f"conversation `{command.conversation_id}` has a job that runs ({running.job_id})",
                "stop it first, or wait for its answer",
            )
        self._conversations.hide(command.caller.user, command.conversation_id)
        self._shares.end_of_conversation(command.caller.user, command.conversation_id)
        return Changed()

    def _with_running(self, user: str, known: ConversationSummary) -> ConversationSummary:
        running = self._jobs.running_in(user, known.conversation_id)
        return msgspec.structs.replace(known, running=running.job_id) if running else known

    def _as_of_now(self, turn: ConversationTurnSummary) -> ConversationTurnSummary:
        entry = self._jobs.get(turn.job_id)
        return msgspec.structs.replace(turn, state=entry.job.state) if entry is not None else turn


def _cursor(after: str) -> tuple[float, str] | Refused | None:
    """Where the page before ended: the last conversation's time and id; None for the first page."""
    if not after:
        return None
    at, _, conversation_id = after.partition(",")
    try:
        return float(at), conversation_id
    except ValueError:
        return Refused(Refusal.BAD_REQUEST, f"`after` is {after[:64]!r}", "it is the `next` of the page before")
