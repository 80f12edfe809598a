"""Whose turn it is."""

from hypothesis import given
from hypothesis import strategies as st

from supervisor.scheduling.fair_queue import FairQueue


def test_the_user_with_the_fewest_running_is_first_and_then_whose_turn_was_longest_ago() -> None:
    queue = FairQueue(max_running=8)
    for job_id, user in (("a0", "ann"), ("a1", "ann"), ("a2", "ann"), ("b0", "bob"), ("c0", "cat")):
        queue.enter(job_id, user)
    assert queue.begin("a0") == "ann"
    assert queue.users() == ["bob", "cat", "ann"]
    queue.begin("b0")
    queue.end("bob")
    queue.enter("b1", "bob")
    assert queue.users() == ["cat", "bob", "ann"]
    assert list(queue.waiting_of("ann")) == ["a1", "a2"]


def test_a_user_with_as_many_running_as_may_run_comes_last() -> None:
    queue = FairQueue(max_running=1)
    queue.enter("a0", "ann")
    queue.begin("a0")
    queue.enter("a1", "ann")
    queue.enter("b0", "bob")
    assert queue.order() == ["b0", "a1"]
    assert queue.with_none_running(["ann", "bob"]) == {"bob"}


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=40), st.integers(1, 5))
def test_the_order_is_that_in_which_they_begin(arrivals: list[tuple[str, bool]], max_running: int) -> None:
    """Some have begun before, so that turns and running jobs differ."""
    queue = FairQueue(max_running)
    for number, (user, begins) in enumerate(arrivals):
        queue.enter(str(number), user)
        if begins:
            queue.begin(str(number))
    foretold, begun = queue.order(), []
    while queue.waiting:
        job_id = next(iter(queue.waiting_of(queue.users()[0])))
        queue.begin(job_id)
        begun.append(job_id)
    assert begun == foretold
