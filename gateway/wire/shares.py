"""Shares as the outside wire has them."""

from typing import Annotated

import msgspec

from bus.contract.kept.shares import MAX_SHARED_JOBS, SharedQuestion, ShareSummary
from bus.contract.vocabulary import State


class NewShare(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which answers, all of one conversation; `public`: the link can be read without signing in."""

    job_ids: Annotated[list[str], msgspec.Meta(extra_json_schema={"minItems": 1, "maxItems": MAX_SHARED_JOBS})]
    public: bool = False


class ShareList(msgspec.Struct, frozen=True):
    """One's own, the latest first; `public_allowed`: whether the server lets who has a link read without signing in;
    `kept_days`: for how long after its end it keeps an answer, and so what a link shows."""

    shares: list[ShareSummary]
    public_allowed: bool
    kept_days: int


class SharedAnswer(msgspec.Struct, frozen=True):
    """A question that is shared; `GET /api/shares/{share_id}/jobs/{job_id}/events` has its answer."""

    job_id: str
    query: str
    user_clarification: str | None
    agent: str
    state: State
    created_at: float


class SharedAnswers(msgspec.Struct, frozen=True):
    """What a share holds, in the order of asking. It does not name its owner."""

    title: str
    created_at: float
    answers: list[SharedAnswer]


def shared_answers(share: ShareSummary, questions: list[SharedQuestion]) -> SharedAnswers:
    """The share as readers of its link get it, without its owner."""
    answers = [SharedAnswer(*msgspec.structs.astuple(question)) for question in questions]
    return SharedAnswers(share.title, share.created_at, answers)
