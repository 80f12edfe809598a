"""Who is next, and who has to wait."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from bus.settings import LimitSettings
from bus.vocabulary import Refusal
from supervisor.admission import Admission


def admission(running: int = 2, queued: int = 3, per_user: int = 8) -> Admission:
    return Admission(LimitSettings(max_running=running, max_queued=queued, max_running_per_user=per_user))


def test_one_users_many_jobs_do_not_make_another_wait_for_all_of_them() -> None:
    queue = admission(running=1, queued=200)
    for number in range(100):
        queue.enter(f"a{number}", "ann")
    assert queue.next() == "a0"
    queue.enter("b0", "bob")
    assert queue.positions()["b0"] == 1
    queue.leave("a0")
    assert queue.next() == "b0"


def test_nobody_runs_more_than_their_share() -> None:
    queue = admission(running=10, per_user=2)
    for number in range(3):
        queue.enter(f"a{number}", "ann")
    assert [queue.next(), queue.next(), queue.next()] == ["a0", "a1", None]


def test_a_full_queue_refuses_and_names_the_limit() -> None:
    queue = admission(running=1, queued=1)
    queue.enter("a", "ann")
    queue.next()
    queue.enter("b", "ann")
    refused = queue.refuse("bob")
    assert refused is not None
    assert refused.code is Refusal.QUEUE_FULL
    assert "limit is 1" in refused.error


def test_a_draining_server_accepts_nothing_and_finishes_what_waits() -> None:
    queue = admission()
    queue.enter("a", "ann")
    queue.draining = True
    assert queue.refuse("ann") is not None
    assert queue.next() == "a"


@given(st.lists(st.sampled_from("abc"), max_size=12), st.integers(1, 4), st.integers(1, 3))
def test_everybody_gets_in_and_limits_hold(users: list[str], running: int, per_user: int) -> None:
    queue = admission(running=running, queued=100, per_user=per_user)
    for number, user in enumerate(users):
        queue.enter(f"{number}", user)
    started: list[str] = []
    while queue.waiting:
        while (job_id := queue.next()) is not None:
            started.append(job_id)
        assert len(queue.running) <= running
        assert max(Counter(queue.running.values()).values()) <= per_user
        assert sorted(queue.positions().values()) == list(range(1, len(queue.waiting) + 1))
        queue.leave(next(iter(queue.running)))
    assert sorted(started, key=int) == [f"{number}" for number in range(len(users))]


@given(st.lists(st.sampled_from("abcd"), max_size=12), st.integers(1, 4), st.integers(0, 4))
def test_jobs_start_in_the_order_that_was_told(users: list[str], per_user: int, running: int) -> None:
    queue = admission(running=100, queued=100, per_user=per_user)
    for number, user in enumerate(users):
        queue.enter(f"{number}", user)
        if number < running:
            queue.next()
    told = queue.order()
    started = list(iter(queue.next, None))
    assert started == told[: len(started)]
