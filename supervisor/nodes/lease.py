"""How long a node may live without a word from the head, and from when on the head may say that it is dead. Pure.

    node   asks, and puts the time of its own clock into the question; lives until that time and the lease
    head   answers; counts from when it received the last question that it has answered

A question is received after it was asked, so the head counts from later than the node does, whatever is delayed, lost
or comes in another order. Clocks need not agree, only run equally fast: to `DRIFT`.
"""

from dataclasses import dataclass

DRIFT = 0.001
"""How much faster one machine's clock may run than another's, as a part of the time."""

ASKS_PER_LEASE = 4


def dead_after_s(lease_s: float, margin_s: float) -> float:
    """How long after the last answer a node is dead, by the clock of the head."""
    return lease_s * (1 + DRIFT) + margin_s


@dataclass(slots=True)
class NodeLease:
    """The node's side; times are by its own clock, seconds since its boot."""

    lease_s: float
    ends_at: float

    def granted(self, asked_at: float) -> bool:
        """The head has answered the question of then. False where a later one is answered already."""
        ends_at = asked_at + self.lease_s
        if ends_at <= self.ends_at:
            return False
        self.ends_at = ends_at
        return True


@dataclass(slots=True)
class HeadLease:
    """The head's side of one node's lease; times are by the head's own clock, seconds since its boot."""

    lease_s: float
    margin_s: float
    last_answered_at: float | None = None
    granting: bool = True
    claimed: bool = False

    def asked(self, now: float) -> bool:
        """A question of the node is received. Whether it is answered with a grant."""
        if self.claimed or not self.granting:
            return False
        self.last_answered_at = now if self.last_answered_at is None else max(now, self.last_answered_at)
        return True

    def end_granting(self) -> None:
        """The node is to die, or seems to be dead: its lease runs out."""
        self.granting = False

    def silent(self, now: float) -> bool:
        """Whether it has not asked for half a lease: nothing new is given to it."""
        return self.last_answered_at is None or now > self.last_answered_at + self.lease_s / 2

    @property
    def claim_at(self) -> float | None:
        """From when on it is dead; None for a node that was never granted anything, and so runs nothing."""
        if self.last_answered_at is None:
            return None
        return self.last_answered_at + dead_after_s(self.lease_s, self.margin_s)

    def claim(self, now: float) -> bool:
        """Say that it is dead, if that is certain by now. It is never granted anything any more."""
        if self.claim_at is None or now < self.claim_at:
            return False
        self.claimed = True
        return True
