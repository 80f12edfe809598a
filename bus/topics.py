"""Topics of the supervisor's publisher, and the header of a published batch.

Subscriptions match prefixes, so every topic ends with a separator.
"""

import msgspec

HEADS = b"heads."
_JOB = "job."
_PRESENT = b"present."


class Published(msgspec.Struct, frozen=True):
    """Header of what is published on a job's topic. With an empty blob it only says where the stream's head is:
    the confirmation of a subscription."""

    first: int
    last: int
    at: float
    final: bool


class Heads(msgspec.Struct, frozen=True):
    """The last number of each job that lives or has just ended; published once a second."""

    last: dict[str, int]


def job_topic(job_id: str) -> bytes:
    return f"{_JOB}{job_id}.".encode()


def presence_topic(job_id: str) -> bytes:
    """Subscribed by gateways whose clients are present at the job; observers do not."""
    return _PRESENT + job_id.encode() + b"."


def topic_job(topic: bytes) -> str | None:
    """The job of a job's topic."""
    return topic[len(_JOB) : -1].decode(errors="replace") if topic.startswith(_JOB.encode()) else None


def presence_job(topic: bytes) -> str | None:
    """The job of a presence topic."""
    return topic[len(_PRESENT) : -1].decode(errors="replace") if topic.startswith(_PRESENT) else None
