"""What is known of a person's conversations: lists of them, and the questions of one."""

import msgspec

from bus.contract.vocabulary import RatingVerdict, Reason, State

MAX_PAGE = 200
"""Conversations of the list that are handed out at a time."""

MAX_TITLE_CHARS = 200
TITLE_CHARS = 60
"""Length of a title that is made of the first question."""


class ConversationSummary(msgspec.Struct, frozen=True):
    """A row of the list. Times are Unix seconds; `updated_at` is when something was last asked or answered in it,
    `running` the job of it that has not ended."""

    conversation_id: str
    title: str
    created_at: float
    updated_at: float
    running: str | None = None


class ConversationTurnSummary(msgspec.Struct, frozen=True):
    """One question of a conversation; its answer is found again by `session_id`. `follows` is the session of the
    question that it comes after, empty for one that begins the conversation."""

    job_id: str
    session_id: str
    question: str
    agent: str
    user_clarification: str | None
    state: State
    reason: Reason | None
    created_at: float
    ended_at: float | None
    follows: str = ""
    verdict: RatingVerdict | None = None
    comment: str = ""


def title_of(question: str) -> str:
    """A question shortened to one line."""
    line = " ".join(question.split())
    return line if len(line) <= TITLE_CHARS else line[: TITLE_CHARS - 1].rstrip() + "…"
