"""No claim of death comes before the death: whatever is delayed, lost, doubled or comes in another order."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.nodes.lease import DRIFT, HeadLease, NodeLease

LEASE_S, MARGIN_S = 15.0, 0.5
SHORT = st.floats(0.0, 2 * LEASE_S)


@dataclass
class Ask:
    """One question: when it is asked, how long it and its answer take (None: lost), and whether it comes twice."""

    after_s: float
    there_s: float | None
    back_s: float | None
    again_s: float | None


ASKS = st.builds(
    Ask, st.floats(0.0, LEASE_S), st.none() | SHORT, st.none() | SHORT, st.none() | st.floats(0.0, 4 * LEASE_S)
)


@dataclass
class World:
    """True time against the two clocks: the node's is off by `offset`, and slow or fast by `rate`."""

    rate: float
    offset: float
    node: NodeLease = field(init=False)
    head: HeadLease = field(default_factory=lambda: HeadLease(LEASE_S, MARGIN_S))

    def __post_init__(self) -> None:
        self.node = NodeLease(LEASE_S, self.node_clock(0.0) + LEASE_S)

    def node_clock(self, at: float) -> float:
        return self.offset + at * self.rate

    @property
    def dies_at(self) -> float:
        """In true time."""
        return (self.node.ends_at - self.offset) / self.rate


@given(
    asks=st.lists(ASKS, max_size=20),
    rate=st.floats(1 - DRIFT * 0.99, 1 + DRIFT * 0.99),
    offset=st.floats(0.0, 1e6),
    granting_until=SHORT | st.none(),
)
def test_the_node_is_dead_by_every_moment_at_which_the_head_may_say_so(
    asks: list[Ask], rate: float, offset: float, granting_until: float | None
) -> None:
    world, at = World(rate, offset), 0.0
    happen: list[tuple[float, str, float]] = []  # (true time, what, the node's time of the question)
    for ask in asks:
        at += ask.after_s
        for there_s in (ask.there_s, ask.again_s):
            if there_s is not None:
                happen.append((at + there_s, "received", world.node_clock(at)))
                if ask.back_s is not None:
                    happen.append((at + there_s + ask.back_s, "answered", world.node_clock(at)))
    granted: set[float] = set()
    for when, what, asked_at in sorted(happen):
        if granting_until is not None and when > granting_until:
            world.head.end_granting()
        if what == "received":
            # The head may say it at any moment from the first possible one on: here it does so at once.
            if world.head.claim_at is not None and world.head.claim_at <= when:
                assert world.dies_at <= world.head.claim_at
                assert world.head.claim(when)
            if world.head.asked(when):
                granted.add(asked_at)
        elif asked_at in granted and when < world.dies_at:
            world.node.granted(asked_at)
    if world.head.claim_at is not None:
        assert world.dies_at <= world.head.claim_at


def test_what_was_answered_last_decides_and_an_earlier_answer_shortens_nothing() -> None:
    node = NodeLease(LEASE_S, ends_at=15.0)
    assert node.granted(10.0)
    assert not node.granted(4.0)
    assert node.ends_at == 25.0


def test_a_node_is_dead_a_lease_and_a_margin_after_the_last_question_that_was_answered() -> None:
    head = HeadLease(LEASE_S, MARGIN_S)
    assert head.asked(100.0)
    head.end_granting()
    assert not head.asked(110.0)
    assert not head.claim(115.5)
    assert head.claim(115.516)
    moment = head.claim_at
    assert moment == pytest.approx(115.515)
    assert moment is not None
    assert head.claim(moment)


def test_a_node_that_was_claimed_dead_is_granted_nothing_any_more() -> None:
    head = HeadLease(LEASE_S, MARGIN_S)
    head.asked(0.0)
    assert head.claim(1000.0)
    assert not head.asked(1000.1)


def test_a_node_that_was_never_granted_anything_runs_nothing_and_no_death_is_claimed() -> None:
    head = HeadLease(LEASE_S, MARGIN_S)
    assert not head.claim(1e9)
    assert head.silent(0.0)


def test_a_node_is_silent_after_half_a_lease() -> None:
    head = HeadLease(LEASE_S, MARGIN_S)
    head.asked(10.0)
    assert not head.silent(17.5)
    assert head.silent(17.6)
