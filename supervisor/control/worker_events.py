"""Whether a worker says what workers may say: code that has broken out of an engine can send anything. Pure."""

from bus.contract.events import WorkerEvent
from bus.transport.codec import CodecError, Decoder
from bus.wire.worker import EventBatch

_decode: Decoder[list[WorkerEvent]] = Decoder(list[WorkerEvent])


def fault_in(batch: EventBatch) -> str | None:
    """Why this batch must not be logged, in words for people; None for one that may."""
    try:
        found = len(_decode(batch.blob))
    except CodecError as error:
        return f"The worker sent an event that no worker may send, or that cannot be read ({error})."
    if found != batch.count:
        return f"The worker sent {found:,} events and called them {batch.count:,}."
    return None
