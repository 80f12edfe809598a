"""Conversations as the outside wire has them."""

from typing import Annotated

import msgspec

from bus.contract.kept.conversations import MAX_TITLE_CHARS, ConversationSummary, ConversationTurnSummary
from bus.contract.vocabulary import RatingVerdict, Reason, State
from bus.wire.replies import ConversationShown


class OutsideTurn(msgspec.Struct, frozen=True):
    """One question of a conversation; its answer is followed by `session_id`. `follows` is the session of the question
    that it comes after, empty for one that begins the conversation; those that follow the same one are branches."""

    job_id: str
    session_id: str
    query: str
    agent: str
    user_clarification: str | None
    state: State
    reason: Reason | None
    created_at: float
    ended_at: float | None
    follows: str
    verdict: RatingVerdict | None
    comment: str


class ConversationList(msgspec.Struct, frozen=True):
    """A page of the list; `next` is null on the last one."""

    conversations: list[ConversationSummary]
    next: str | None


class OutsideConversation(ConversationSummary, frozen=True, kw_only=True):
    """A row of the list, and the conversation's questions, oldest first."""

    jobs: list[OutsideTurn]


class Renaming(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: Annotated[
        str, msgspec.Meta(extra_json_schema={"minLength": 1, "maxLength": MAX_TITLE_CHARS, "pattern": r"\S"})
    ]


def outside_conversation(shown: ConversationShown) -> OutsideConversation:
    """A conversation and its questions; a question is called `query` outside."""
    row = msgspec.structs.asdict(shown.conversation)
    return OutsideConversation(**row, jobs=[_outside_turn(turn) for turn in shown.turns])


def _outside_turn(turn: ConversationTurnSummary) -> OutsideTurn:
    facts = msgspec.structs.asdict(turn)
    return OutsideTurn(query=facts.pop("question"), **facts)
