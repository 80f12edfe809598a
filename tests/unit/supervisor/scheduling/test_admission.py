"""Who is next, and who has to wait."""

from collections import Counter
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from bus.contract.settings import LimitSettings
from bus.contract.vocabulary import SUPERVISOR, Refusal
from bus.wire.replies import Refused
from supervisor.scheduling.admission import KEPT_NOTE, Admission, Facts

FINE = Facts()
"""Nothing outside of the queue keeps a job from starting."""


def admission(running: int = 2, queued: int = 3, per_user: int = 8) -> Admission:
    return Admission(LimitSettings(max_running=running, max_queued=queued, max_running_per_user=per_user))


def test_one_users_many_jobs_do_not_make_another_wait_for_all_of_them() -> None:
    queue = admission(running=1, queued=200)
    for number in range(100):
        queue.enter(f"a{number}", "ann")
    assert queue.next(FINE) == "a0"
    queue.enter("b0", "bob")
    assert queue.positions(FINE)["b0"] == 1
    queue.leave("a0")
    assert queue.next(FINE) == "b0"


def test_nobody_runs_more_than_their_share() -> None:
    queue = admission(running=10, per_user=2)
    for number in range(3):
        queue.enter(f"a{number}", "ann")
    assert [queue.next(FINE), queue.next(FINE), queue.next(FINE)] == ["a0", "a1", None]


def test_a_full_queue_refuses_and_names_the_limit() -> None:
    queue = admission(running=1, queued=1)
    queue.enter("a", "ann")
    queue.next(FINE)
    queue.enter("b", "ann")
    refused = queue.refuse(FINE, "bob")
    assert refused is not None
    assert refused.code is Refusal.QUEUE_FULL
    assert "limit is 1" in refused.error


def test_nobody_fills_the_queue_alone() -> None:
    queue = Admission(LimitSettings(max_running=1, max_queued=100, max_queued_per_user=2))
    for name in ("a0", "a1", "a2"):
        assert queue.refuse(FINE, "ann") is None
        queue.enter(name, "ann")
        queue.next(FINE)
    refused = queue.refuse(FINE, "ann")
    assert refused is not None
    assert (refused.code, refused.error) == (Refusal.QUOTA, "2 of your jobs wait; the limit is 2 for each user")
    assert queue.refuse(FINE, "bob") is None
    queue.leave("a1")
    assert queue.refuse(FINE, "ann") is None


def test_a_draining_server_accepts_nothing_and_finishes_what_waits() -> None:
    queue = admission()
    queue.enter("a", "ann")
    queue.drain()
    assert queue.refuse(FINE, "ann") is not None
    assert queue.next(FINE) == "a"


@given(st.lists(st.sampled_from("abc"), max_size=12), st.integers(1, 4), st.integers(1, 3))
def test_everybody_gets_in_and_limits_hold(users: list[str], running: int, per_user: int) -> None:
    queue = admission(running=running, queued=100, per_user=per_user)
    for number, user in enumerate(users):
        queue.enter(f"{number}", user)
    started: list[str] = []
    while queue.waiting:
        while (job_id := queue.next(FINE)) is not None:
            started.append(job_id)
        assert len(queue.running) <= running
        assert max(Counter(queue.running.values()).values()) <= per_user
        assert sorted(queue.positions(FINE).values()) == list(range(1, len(queue.waiting) + 1))
        queue.leave(next(iter(queue.running)))
    assert sorted(started, key=int) == [f"{number}" for number in range(len(users))]


@given(st.lists(st.sampled_from("abcd"), max_size=12), st.integers(1, 4), st.integers(0, 4))
def test_jobs_start_in_the_order_that_was_told(users: list[str], per_user: int, running: int) -> None:
    queue = admission(running=100, queued=100, per_user=per_user)
    for number, user in enumerate(users):
        queue.enter(f"{number}", user)
        if number < running:
            queue.next(FINE)
    told = queue.order(FINE)
    started = list(iter(partial(queue.next, FINE), None))
    assert started == told[: len(started)]


def test_who_cannot_pay_waits_and_the_others_pass() -> None:
    broke = Facts(short_of_budget=frozenset({"ann"}))
    queue = Admission(LimitSettings(max_running=3))
    for job_id, user in (("a1", "ann"), ("b1", "bob")):
        queue.enter(job_id, user)
    assert [queue.next(broke), queue.next(broke)] == ["b1", None]
    assert queue.hold_note(broke, "ann") == "your questions that run have reserved what is left of your day's budget"
    assert queue.hold_note(broke, "bob") == ""
    assert queue.hold_note(FINE, "ann") == ""
    assert queue.next(FINE) == "a1"


def test_an_agents_own_limit_holds_back_its_jobs_and_no_others() -> None:
    queue = Admission(LimitSettings(max_running=10), {"slow": 1})
    for job_id, user, agent in (
        ("a1", "ann", "slow"),
        ("a2", "ann", "slow"),
        ("a3", "ann", "quick"),
        ("b1", "bob", "slow"),
    ):
        queue.enter(job_id, user, agent)
    assert [queue.next(FINE), queue.next(FINE), queue.next(FINE)] == ["a1", "a3", None]
    assert queue.positions(FINE) == {"b1": 1, "a2": 2}
    queue.leave("a3")
    assert queue.next(FINE) is None
    queue.leave("a1")
    assert queue.next(FINE) == "b1"
    queue.leave("b1")
    assert queue.next(FINE) == "a2"


def test_a_full_agents_jobs_come_after_those_that_may_start() -> None:
    queue = Admission(LimitSettings(max_running=2), {"slow": 1})
    for job_id, agent in (("s1", "slow"), ("q1", "quick"), ("s2", "slow"), ("q2", "quick")):
        queue.enter(job_id, "ann", agent)
    assert [queue.next(FINE), queue.next(FINE), queue.next(FINE)] == ["s1", "q1", None]
    assert queue.positions(FINE) == {"q2": 1, "s2": 2}
    queue.leave("q1")
    assert queue.next(FINE) == "q2"


def test_a_full_agents_job_needs_a_place_to_wait() -> None:
    queue = Admission(LimitSettings(max_running=10, max_queued=0), {"slow": 1})
    queue.enter("s1", "ann", "slow")
    assert queue.next(FINE) == "s1"
    assert queue.refuse(FINE, "bob", "quick") is None
    refused = queue.refuse(FINE, "bob", "slow")
    assert refused is not None
    assert refused.code is Refusal.QUEUE_FULL


def test_a_refusal_says_why_and_what_to_do() -> None:
    trouble = "the log cannot be written"
    draining = "the server is draining and accepts no more questions"
    queue = Admission(LimitSettings())
    queue.drain()
    hint = "ask again when there is room on the disk"
    assert queue.refuse(Facts(trouble=trouble), "ann") == Refused(Refusal.QUEUE_FULL, trouble, hint)
    assert queue.refuse(FINE, "ann") == Refused(Refusal.QUEUE_FULL, draining, "ask again later")
    full = Admission(LimitSettings(max_running=1, max_queued=1))
    for job_id in ("a", "b"):
        full.enter(job_id, "ann")
        full.next(FINE)
    words = "1 jobs run and 1 wait; the limit is 1 waiting"
    assert full.refuse(FINE, "bob") == Refused(Refusal.QUEUE_FULL, words, "ask again when a job has ended, or stop one")
    alone = Admission(LimitSettings(max_running=0, max_queued=9, max_queued_per_user=1))
    alone.enter("a", "ann")
    words = "1 of your jobs wait; the limit is 1 for each user"
    assert alone.refuse(FINE, "ann") == Refused(
        Refusal.QUOTA, words, "ask again when one of them has begun, or stop one"
    )


def test_without_a_place_to_wait_only_who_could_start_comes_in() -> None:
    queue = admission(running=2, queued=0, per_user=1)
    queue.enter("a", "ann")
    queue.next(FINE)
    assert queue.refuse(FINE, "ann") is not None
    assert queue.refuse(FINE, "bob") is None
    queue.enter("b", "bob")
    queue.next(FINE)
    assert queue.refuse(FINE, "eve") is not None


def test_among_those_who_never_had_a_turn_the_first_to_come_is_first() -> None:
    queue = admission(running=9, queued=9)
    for number, user in enumerate(("eve", "bob", "ann")):
        queue.enter(f"{number}", user)
    assert queue.order(FINE) == ["0", "1", "2"]
    assert [queue.next(FINE), queue.next(FINE), queue.next(FINE)] == ["0", "1", "2"]


def test_whose_turn_was_longest_ago_is_next_and_a_full_share_comes_last() -> None:
    queue = admission(running=9, queued=9, per_user=2)
    for number, user in enumerate(("ann", "ann", "bob", "bob", "bob", "ann")):
        queue.enter(f"{user}{number}", user)
    assert queue.order(FINE) == ["ann0", "bob2", "ann1", "bob3", "ann5", "bob4"]
    assert [queue.next(FINE), queue.next(FINE), queue.next(FINE), queue.next(FINE), queue.next(FINE)] == [
        "ann0",
        "bob2",
        "ann1",
        "bob3",
        None,
    ]
    queue.leave("bob2")
    assert queue.order(FINE) == ["bob4", "ann5"]
    assert queue.next(FINE) == "bob4"


def test_an_agents_running_jobs_are_counted_one_by_one() -> None:
    queue = Admission(LimitSettings(max_running=9), {"slow": 2})
    for number in range(4):
        queue.enter(f"{number}", "ann", "slow")
    assert [queue.next(FINE), queue.next(FINE), queue.next(FINE)] == ["0", "1", None]
    queue.leave("0")
    assert [queue.next(FINE), queue.next(FINE)] == ["2", None]
    queue.leave("1")
    queue.leave("2")
    assert queue.next(FINE) == "3"


def test_who_takes_a_waiting_job_back_waits_from_the_next_one_on() -> None:
    queue = admission(running=9, queued=9)
    for job_id, user in (("a1", "ann"), ("b1", "bob"), ("a2", "ann")):
        queue.enter(job_id, user)
    queue.leave("a1")
    assert queue.order(FINE) == ["b1", "a2"]
    assert queue.next(FINE) == "b1"


def test_the_last_place_is_kept_for_a_user_who_has_none_running() -> None:
    queue = Admission(LimitSettings(max_running=3), known={"ann", "bob"})
    for number in range(4):
        queue.enter(f"a{number}", "ann")
    assert [queue.next(FINE), queue.next(FINE), queue.next(FINE)] == ["a0", "a1", None]
    assert queue.hold_note(FINE, "ann") == KEPT_NOTE
    assert queue.hold_note(FINE, "bob") == ""
    queue.enter("b0", "bob")
    assert queue.positions(FINE) == {"b0": 1, "a2": 2, "a3": 3}
    assert [queue.next(FINE), queue.next(FINE)] == ["b0", None]
    assert queue.hold_note(FINE, "ann") == "", "all places are taken, which needs no words"
    queue.leave("a0")
    assert queue.next(FINE) == "a2", "all who are known have one running"
    queue.leave("b0")
    assert queue.next(FINE) is None


def test_a_user_alone_has_all_places_and_so_has_one_where_there_is_only_one() -> None:
    alone = Admission(LimitSettings(max_running=2), known={"ann"})
    one = Admission(LimitSettings(max_running=1), known={"ann", "bob"})
    for queue in (alone, one):
        for number in range(2):
            queue.enter(f"a{number}", "ann")
    assert [alone.next(FINE), alone.next(FINE)] == ["a0", "a1"]
    assert [one.next(FINE), one.next(FINE)] == ["a0", None]
    one.leave("a0")
    assert one.next(FINE) == "a1"


def test_the_supervisors_own_jobs_are_no_user_for_whom_a_place_is_kept() -> None:
    queue = Admission(LimitSettings(max_running=2))
    queue.enter("c", SUPERVISOR)
    assert queue.next(FINE) == "c"
    queue.leave("c")
    for number in range(2):
        queue.enter(f"a{number}", "ann")
    assert [queue.next(FINE), queue.next(FINE)] == ["a0", "a1"]


def test_a_full_queue_and_a_short_of_descriptors_say_so() -> None:
    words = "the server has 60 of 64 file descriptors open"
    short = Facts(shortage=words)
    queue = Admission(LimitSettings(max_running=4, max_queued=1))
    queue.enter("a0", "ann")
    assert queue.next(FINE) == "a0"
    queue.enter("a1", "ann")
    assert queue.next(short) is None
    assert queue.hold_note(short, "ann") == words
    refused = queue.refuse(short, "bob")
    assert refused is not None
    assert refused.error == f"1 jobs run and 1 wait; the limit is 1 waiting; {words}"
    queue.leave("a0")
    queue.leave("a1")
    refused = queue.refuse(short, "bob")
    assert refused is not None
    assert (refused.code, refused.error) == (Refusal.QUEUE_FULL, f"no job can be started: {words}")
    assert queue.refuse(FINE, "bob") is None


def test_a_job_for_which_there_is_no_room_waits_and_those_of_another_agent_pass_it() -> None:
    full = Facts(no_room={"sql": "no node is free"})
    queue = Admission(LimitSettings(max_running=4))
    queue.enter("waits", "ann", "sql")
    queue.enter("passes", "ann", "history")
    assert queue.order(full) == ["passes", "waits"]
    assert (queue.next(full), queue.next(full)) == ("passes", None)
    assert queue.refuse(full, "ann", "sql") is None
    assert queue.next(FINE) == "waits"


def test_of_each_waiting_job_it_is_said_what_holds_it_and_which_wait_for_room() -> None:
    full = Facts(no_room={"gpu": "no node offers gpu"})
    queue = Admission(LimitSettings(max_running=4, max_running_per_user=1))
    for job_id, user, agent in (("one", "ann", "sql"), ("two", "ann", "gpu"), ("three", "bob", "gpu")):
        queue.enter(job_id, user, agent)
    assert (queue.next(full), queue.next(full)) == ("one", None)
    assert queue.waiting_agents == {"gpu"}
    assert queue.hold_notes(full) == {
        "two": "1 of your questions run; the limit is 1",
        "three": "no node offers gpu",
    }
    assert queue.short_of_room(full) == ["gpu"], "ann's waits for her own"
    assert queue.hold_notes(FINE)["three"] == ""
    assert queue.short_of_room(FINE) == []


def test_no_more_jobs_are_short_of_room_than_may_run() -> None:
    queue = Admission(LimitSettings(max_running=2))
    for number in range(5):
        queue.enter(f"j{number}", f"u{number}", "sql")
    assert queue.short_of_room(Facts(no_room={"sql": "no node is ready yet"})) == ["sql", "sql"]
