"""The kill ladder, by the clock that is handed to it."""

from hypothesis import given
from hypothesis import strategies as st

from bus.contract.vocabulary import Reason, Rung
from supervisor.lifecycle.kill_ladder import Graces, Ladder, Step, StopRequest

GRACES = Graces(cancel_s=0.5, terminate_s=0.5)


def request(rung: Rung = Rung.CANCEL, by: str = "ann") -> StopRequest:
    return StopRequest(by, Reason.USER, rung)


def climb(ladder: Ladder, until: float) -> list[tuple[float, Step]]:
    steps = []
    while ladder.due <= until:
        now = ladder.due
        steps += [(round(now, 3), step) for step in ladder.advance(now)]
    return steps


def test_it_climbs_in_order_and_never_ends_by_itself() -> None:
    assert climb(Ladder(request(), 10.0, GRACES), until=11.15) == [
        (10.0, Step.CANCEL),
        (10.35, Step.DUMP_STACK),
        (10.5, Step.TERMINATE),
        (11.0, Step.KILL),
        (11.1, Step.KILL_AGAIN),
    ]


def test_now_begins_with_the_kill() -> None:
    ladder = Ladder(request(Rung.KILL), 0.0, GRACES)
    assert ladder.advance(0.0) == [Step.KILL]
    assert ladder.rung is Rung.KILL


def test_a_harder_request_moves_it_forward_and_keeps_the_first_asker() -> None:
    ladder = Ladder(request(by="ann"), 0.0, GRACES)
    ladder.advance(0.0)
    assert ladder.harden(request(Rung.KILL, by="bob"), 0.1)
    assert ladder.advance(0.1) == [Step.KILL]
    assert ladder.request.by == "ann"
    assert [climbed.request.by for climbed in ladder.climbed] == ["ann", "bob"]


def test_a_second_request_that_is_no_harder_changes_nothing() -> None:
    ladder = Ladder(request(), 0.0, GRACES)
    ladder.advance(0.0)
    due = ladder.due
    assert not ladder.harden(request(), 0.1)
    assert ladder.due == due


def test_graces_of_zero_climb_at_once() -> None:
    ladder = Ladder(request(), 0.0, Graces(0.0, 0.0))
    assert ladder.advance(0.0) == [Step.CANCEL, Step.DUMP_STACK, Step.TERMINATE, Step.KILL]


@given(st.lists(st.tuples(st.floats(0, 3), st.sampled_from(list(Rung))), max_size=8))
def test_rungs_only_ever_go_up(requests: list[tuple[float, Rung]]) -> None:
    ladder = Ladder(request(), 0.0, GRACES)
    for now, rung in sorted(requests):
        climb(ladder, now)
        ladder.harden(request(rung), now)
    climb(ladder, 5.0)
    heights = [climbed.rung.height for climbed in ladder.climbed]
    assert heights == sorted(set(heights))
    assert ladder.rung is Rung.KILL
