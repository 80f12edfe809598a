"""Events of one job as they are logged and published: several at once, encoded once."""

import msgspec

from bus.contract.events import JobEvent
from bus.transport.codec import Decoder

_decode_events: Decoder[list[JobEvent]] = Decoder(list[JobEvent])


class Batch(msgspec.Struct, frozen=True):
    """Events `first`..`last` of one job. `final` marks the batch that ends the stream; `at` is Unix seconds. `recorded`
    is false where they are not in the log yet, since it cannot be written."""

    job_id: str
    first: int
    last: int
    at: float
    final: bool
    blob: bytes
    recorded: bool = True

    def events(self, skip: int = 0) -> list[tuple[int, JobEvent]]:
        """(number, event) for each event after the first `skip`."""
        decoded = _decode_events(self.blob)
        return list(enumerate(decoded[skip:], self.first + skip))
