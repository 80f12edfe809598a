"""What the supervisor publishes: a topic and, in the same frame, what is said on it.

Subscriptions match prefixes, so every topic ends with a separator. One frame, for it costs as much as a message.
"""

import msgspec

from bus.transport.codec import Decoder

HEADS = b"heads."
_JOB = "job."
_PRESENT = b"present."


class Published(msgspec.Struct, frozen=True):
    """What is published on a job's topic: events as in a `Batch`. With an empty blob it only says where the stream's
    head is: the confirmation of a subscription. `recorded` is false for the end of a job that is told although the log
    cannot be written: it comes again, once it could be."""

    first: int
    last: int
    at: float
    final: bool
    blob: bytes
    recorded: bool = True


class Heads(msgspec.Struct, frozen=True):
    """The last number of each job that lives or has just ended; published once a second."""

    last: dict[str, int]


_decode_published: Decoder[Published] = Decoder(Published)
_decode_heads: Decoder[Heads] = Decoder(Heads)


def job_topic(job_id: str) -> bytes:
    return f"{_JOB}{job_id}.".encode()


def clients_topic(job_id: str) -> bytes:
    """Subscribed by gateways whose clients are present at the job; observers do not."""
    return _PRESENT + job_id.encode() + b"."


def parse(frame: bytes) -> tuple[str, Published] | Heads:
    """What was published: on which job's topic, or every job's head. Raises `CodecError`."""
    if frame.startswith(HEADS):
        return _decode_heads(memoryview(frame)[len(HEADS) :])
    end = frame.find(b".", len(_JOB))
    return frame[len(_JOB) : end].decode(errors="replace"), _decode_published(memoryview(frame)[end + 1 :])


def topic_job(topic: bytes) -> str | None:
    """The job of a job's topic."""
    return topic[len(_JOB) : -1].decode(errors="replace") if topic.startswith(_JOB.encode()) else None


def clients_job(topic: bytes) -> str | None:
    """The job of a clients' topic."""
    return topic[len(_PRESENT) : -1].decode(errors="replace") if topic.startswith(_PRESENT) else None
