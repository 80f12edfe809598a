"""What is known of a share: answers that their owner lets others read, by a link."""

import msgspec

from bus.contract.vocabulary import State

MAX_SHARED_JOBS = 200
MAX_SHARES = 1_000
"""Shares that one user may have."""


class ShareSummary(msgspec.Struct, frozen=True):
    """A row of the list. `share_id` is the secret in the link; `public`: the link needs no sign-in, where the server
    allows that. `answers` is how many there are; `created_at` in Unix seconds."""

    share_id: str
    user: str
    title: str
    public: bool
    created_at: float
    answers: int


class SharedQuestion(msgspec.Struct, frozen=True):
    """A question that is shared, with its answer's job."""

    job_id: str
    question: str
    user_clarification: str | None
    agent: str
    state: State
    created_at: float
