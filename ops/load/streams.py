"""One question as its asker sees it, and whether what must hold of it holds. Pure: times come in (monotonic seconds).

A stream's numbers rise by one from 1, whatever the network and the asker did in between; it has one end, and nothing
comes after that; a stop is answered by the proof, within its bound.
"""

from dataclasses import dataclass, field

from bus.wire.outside import ENDINGS
from ops.load.plan import Visit
from ops.load.wire import WireEvent

MAX_TOLD = 100
"""Broken invariants that are told one by one; all are counted."""

REFUSED = frozenset({"queue_full", "quota", "unavailable"})
"""Answers of a server that has no room: honest ones, counted apart from errors."""


@dataclass(slots=True)
class Broken:
    """The invariants that did not hold."""

    count: int = 0
    told: list[str] = field(default_factory=list)

    def tell(self, words: str) -> None:
        self.count += 1
        if len(self.told) < MAX_TOLD:
            self.told.append(words)


@dataclass(slots=True)
class FollowedStream:
    """The life of one question. `intended_at` is when the plan wanted it asked."""

    session_id: str
    visit: Visit
    intended_at: float
    broken: Broken
    asked_at: float | None = None
    first_chunk_at: float | None = None
    stop_asked_at: float | None = None
    ended_at: float | None = None
    end: str = ""
    rung: str = ""
    seq: int = 0
    skips_to: int = 0
    """The last number seen before a reload, while the reload repeats what was seen."""
    chunks: int = 0
    stops_now: bool = False
    disturbed: bool = False
    """The client itself was away or slow, so that its delays tell nothing of the server."""

    def __repr__(self) -> str:
        return f"<FollowedStream {self.session_id} {self.visit.agent} seq={self.seq} end={self.end or None}>"

    @property
    def known(self) -> bool:
        """The server has accepted it."""
        return bool(self.seq or self.skips_to)

    def take(self, event: WireEvent, now: float) -> None:
        """The next event of this session."""
        data = event.data
        if event.event == "agent_kill_error":
            if data.code != "already_ended":
                self.broken.tell(f"{self!r}: a stop was refused: {data.code}")
            self.stop_asked_at = None
            return
        if event.event == "error":
            self.broken.tell(f"{self!r}: {data.code}: {data.error}")
            return
        if event.event == "agent_error" and data.seq == 0:
            self._end(f"refused {data.code}" if data.code in REFUSED else f"error {data.code}", now)
            return
        if self.end:
            self.broken.tell(f"{self!r}: {event.event} {data.seq} after its end")
        if data.seq != self.seq + 1:
            self.broken.tell(f"{self!r}: number {data.seq} came, {self.seq + 1} was due")
        self.seq = data.seq
        if event.event == "agent_chunk" and self.seq > self.skips_to:
            self.chunks += 1
            if self.first_chunk_at is None and data.chunk is not None and data.chunk.type != "queue":
                self.first_chunk_at = now
        elif event.event in ENDINGS:
            self.rung = data.rung
            self._end("error " + data.code if event.event == "agent_error" else event.event, now)

    def start_again(self) -> None:
        """The page is loaded anew: everything will come once more, from number 1."""
        self.skips_to, self.seq = max(self.seq, self.skips_to), 0

    def check_stop(self, bound_s: float) -> None:
        """Count a stream that has ended as broken if its stop took longer than `bound_s`."""
        if self.stop_asked_at is not None and self.ended_at is not None:
            took_s = self.ended_at - self.stop_asked_at
            if took_s > bound_s:
                self.broken.tell(f"{self!r}: {took_s:.2f} s from the stop to the proof, the bound is {bound_s:g} s")

    def _end(self, how: str, now: float) -> None:
        self.end, self.ended_at = how, now
