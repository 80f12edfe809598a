"""Numbers, logs and publishes events: each is in the log before it is published, and acknowledged only then."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from bus.contract.events import Event
from bus.transport.channel import Frames
from bus.transport.codec import encode
from bus.wire.topics import Published, job_topic
from supervisor.storage.store import Store

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Stream:
    """One job's stream: `number` files its rows, `seq` is the number of its last event."""

    job_id: str
    number: int
    seq: int = 0
    size_bytes: int = 0
    topic: bytes = field(init=False)

    def __post_init__(self) -> None:
        self.topic = job_topic(self.job_id)


class Journal:
    """Collects appends, and on `flush` commits, publishes and calls back, in this order."""

    def __init__(self, store: Store, publish: Callable[[Frames], None]) -> None:
        self._store = store
        self._publish = publish
        self._unpublished: list[tuple[bytes, Published]] = []  # by topic
        self._after_commit: list[Callable[[], None]] = []
        self._durable = False
        self._waiting_since: float | None = None
        self.events_total = 0
        self.bytes_total = 0

    def lag_s(self, now: float) -> float:
        """How long the oldest event that is not committed yet has waited; `now` is monotonic."""
        return 0.0 if self._waiting_since is None else now - self._waiting_since

    def append(self, stream: Stream, event: Event, *, final: bool = False) -> None:
        """One event of the supervisor's own."""
        self.append_batch(stream, 1, encode([event]), final=final)

    def append_batch(self, stream: Stream, count: int, blob: bytes, *, final: bool = False) -> None:
        """`count` events, already encoded as one array."""
        first, last, at = stream.seq + 1, stream.seq + count, time.time()
        batch = Published(first, last, at, final, blob)
        self._store.append(stream.number, batch)
        stream.seq = last
        stream.size_bytes += len(blob)
        self.events_total += count
        self.bytes_total += len(blob)
        if self._waiting_since is None:
            self._waiting_since = time.monotonic()
        self._unpublished.append((stream.topic, batch))

    def after_commit(self, call: Callable[[], None], *, durable: bool = False) -> None:
        """Call back once all that was appended so far is committed; `durable`: and safe from a power cut."""
        self._after_commit.append(call)
        self._durable = self._durable or durable
        self._store.request_commit()

    def tell_unrecorded_ends(self) -> None:
        """While the log cannot be written: publish the last events of jobs that have ended as not recorded, so that
        followers do not wait for the disk to learn of a death that is proven."""
        ended = {topic for topic, batch in self._unpublished if batch.final}
        for topic, batch in self._unpublished:
            if topic in ended:
                self._publish([topic + encode(msgspec.structs.replace(batch, recorded=False))])

    def flush(self) -> None:
        """Commit what was appended, publish it, and call what waited for that. Raises `StoreError`, and keeps all of it
        for the next time."""
        durable, self._durable = self._durable, False
        self._store.commit(durable=durable)
        self._waiting_since = None
        unpublished, self._unpublished = self._unpublished, []
        for topic, batch in unpublished:
            self._publish([topic + encode(batch)])
        calls, self._after_commit = self._after_commit, []
        for call in calls:
            try:
                call()
            except Exception:  # the others, of other jobs, wait for theirs
                log.exception("what was to follow a commit failed", extra={"action": "after_commit"})
