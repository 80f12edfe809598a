"""A job's life, stimulus by stimulus: the order in which they are logged decides every race."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.contract.events import Result, Stopping, Usage
from bus.contract.vocabulary import ENDED, SAID_BY_WORKERS, Reason, Rung, State
from bus.wire.job_record import Climb, Move
from bus.wire.worker import CancelledOutcome, Failure, Success
from supervisor.lifecycle.job import (
    AlreadyEnded,
    Append,
    Deadlines,
    End,
    Escalate,
    GiveAgain,
    GiveJob,
    IllegalMove,
    Job,
    KillLingering,
    Launch,
)
from supervisor.lifecycle.kill_ladder import Graces, Step, StopRequest

SUCCESS = Success(Result({}, Usage(), {}))
FAILURE = Failure(Reason.LLM_ERROR, "llm_auth", "no key")


def new_job() -> Job:
    return Job("7f3a", 0.0, Graces(0.5, 0.5), Deadlines(start_s=30, runtime_s=60, heartbeat_s=15, linger_s=2))


def running_job() -> Job:
    job = new_job()
    assert job.launch(1.0) == [Launch()]
    assert job.worker_ready(2.0) == [GiveJob()]
    return job


def stop(reason: Reason = Reason.USER, rung: Rung = Rung.CANCEL) -> StopRequest:
    return StopRequest("ann", reason, rung)


def test_success_is_told_only_once_the_worker_is_gone() -> None:
    job = running_job()
    job.finished(SUCCESS, 3.0)
    assert not job.ended
    assert job.worker_gone(3.1) == [End()]
    assert job.state is State.SUCCEEDED


def test_a_failure_keeps_its_own_reason() -> None:
    job = running_job()
    job.finished(FAILURE, 3.0)
    job.worker_gone(3.1)
    assert (job.state, job.reason) == (State.FAILED, Reason.LLM_ERROR)


def test_a_stop_after_the_outcome_comes_too_late() -> None:
    job = running_job()
    job.finished(SUCCESS, 3.0)
    with pytest.raises(AlreadyEnded):
        job.stop(stop(), 3.0)
    job.worker_gone(3.1)
    assert job.state is State.SUCCEEDED


def test_an_outcome_after_the_stop_changes_nothing() -> None:
    job = running_job()
    job.stop(stop(), 3.0)
    job.finished(SUCCESS, 3.0)
    job.worker_gone(3.1)
    assert (job.state, job.reason) == (State.CANCELLED, Reason.USER)
    assert job.stop_ms == pytest.approx(100)


def test_a_queued_job_ends_at_once() -> None:
    job = new_job()
    assert job.stop(stop(), 1.0) == [End()]
    assert job.state is State.CANCELLED


def test_a_starting_job_is_told_when_its_worker_is_ready() -> None:
    job = new_job()
    job.launch(1.0)
    assert job.stop(stop(), 1.1) == [Append(Stopping(Rung.CANCEL, "ann", Reason.USER)), Escalate(Step.CANCEL, stop())]
    assert job.worker_ready(1.2) == [Escalate(Step.CANCEL, stop())]
    assert job.tick(1.6) == [Escalate(Step.DUMP_STACK, stop())]
    assert Append(Stopping(Rung.TERMINATE, "ann", Reason.USER, ms=650.0)) in job.tick(1.75)
    assert not job.given


def test_a_limit_climbs_the_same_ladder_and_fails_the_job() -> None:
    job = running_job()
    assert job.due == 17.0
    job.heard(50.0)
    assert job.due == 62.0
    assert Escalate(Step.CANCEL, StopRequest("supervisor", Reason.DEADLINE)) in job.tick(62.0)
    job.worker_gone(62.1)
    assert (job.state, job.reason) == (State.FAILED, Reason.DEADLINE)


def test_a_silent_worker_has_lost_its_heartbeat() -> None:
    job = running_job()
    job.tick(17.0)
    job.worker_gone(18.0)
    assert job.reason is Reason.HEARTBEAT_LOST


def test_a_worker_that_lingers_is_killed_in_silence() -> None:
    job = running_job()
    job.finished(SUCCESS, 3.0)
    assert job.tick(4.9) == []
    assert job.tick(5.0) == [KillLingering()]
    job.worker_gone(5.1)
    assert job.state is State.SUCCEEDED


def test_a_worker_that_dies_by_itself_fails_the_job() -> None:
    job = running_job()
    job.worker_gone(3.0)
    assert (job.state, job.reason) == (State.FAILED, Reason.WORKER_DIED)


def test_an_illegal_move_tells_the_whole_story() -> None:
    job = running_job()
    with pytest.raises(IllegalMove, match="starting"):
        job.launch(5.0)


STIMULI = ("launch", "ready", "finish", "fail", "stop", "stop_now", "tick", "gone")


@given(st.lists(st.tuples(st.sampled_from(STIMULI), st.floats(0, 40)), max_size=30))
def test_whatever_happens_there_is_exactly_one_end(script: list[tuple[str, float]]) -> None:
    job, now, ends = new_job(), 0.0, 0
    for stimulus, passed in [*script, ("launch", 0), ("gone", 0)]:
        now += passed
        ends += _apply(job, stimulus, now).count(End())
        assert job.ended == (ends == 1)
    assert job.ended
    assert [state for state, _ in job.moves if state in ENDED] == [job.state]
    assert (job.reason is None) == (job.state is State.SUCCEEDED)


def _apply(job: Job, stimulus: str, now: float) -> list[object]:
    """What the shell does: it gives a stimulus only where it can come from."""
    launched = job.state is not State.QUEUED
    match stimulus:
        case "launch" if not launched:
            return list(job.launch(now))
        case "ready" if launched and not job.ended and not job.given:
            return list(job.worker_ready(now))
        case "finish" | "fail" if job.given and not job.ended:
            job.finished(SUCCESS if stimulus == "finish" else FAILURE, now)
        case "stop" | "stop_now" if job.undecided:
            return list(job.stop(stop(rung=Rung.KILL if stimulus == "stop_now" else Rung.CANCEL), now))
        case "tick":
            return list(job.tick(now))
        case "gone" if launched and not job.ended:
            return list(job.worker_gone(now))
    return []


def test_the_worker_s_exit_ends_the_ladder() -> None:
    job = running_job()
    job.stop(stop(), 3.0)
    job.worker_exited()
    assert job.due is None
    assert job.tick(9.0) == []
    assert job.stop(stop(rung=Rung.KILL), 9.0) == []
    assert [climb.rung for climb in job.rungs()] == [Rung.CANCEL]
    assert job.worker_gone(9.1) == [End()]


def test_no_limit_is_reached_after_the_worker_s_exit() -> None:
    job = running_job()
    job.worker_exited()
    assert job.tick(1000.0) == []
    assert job.stop(stop(), 1000.0)
    job.worker_gone(1000.1)
    assert (job.state, job.reason) == (State.CANCELLED, Reason.USER)


def test_a_harder_stop_climbs_at_once_and_a_softer_one_does_nothing() -> None:
    job = running_job()
    job.stop(stop(), 3.0)
    now = StopRequest("bob", Reason.OPERATOR, Rung.KILL)
    killing = [Append(Stopping(Rung.KILL, "bob", Reason.OPERATOR, ms=100.0)), Escalate(Step.KILL, now)]
    assert job.stop(now, 3.1) == killing
    assert job.stop(stop(), 3.15) == []
    assert job.due == pytest.approx(3.2)
    assert job.rungs() == [Climb(Rung.CANCEL, 0.0, "ann", Reason.USER), Climb(Rung.KILL, 100.0, "bob", Reason.OPERATOR)]
    assert job.reason is Reason.USER


def test_the_story_is_told_in_tenths_of_milliseconds_since_the_job_was_accepted() -> None:
    job = Job("7f3a", 100.0, Graces(0.5, 0.5), Deadlines(start_s=30, runtime_s=60, heartbeat_s=15, linger_s=2))
    job.launch(100.00126)
    job.worker_ready(100.5)
    job.stop(stop(), 102.0)
    job.worker_gone(102.25)
    assert job.story() == [
        Move(State.QUEUED, 0.0),
        Move(State.STARTING, 1.3),
        Move(State.RUNNING, 500.0),
        Move(State.STOPPING, 2000.0),
        Move(State.CANCELLED, 2250.0),
    ]
    assert job.stop_ms == pytest.approx(250.0)


def test_a_job_that_never_ran_has_a_story_without_rungs() -> None:
    job = new_job()
    job.stop(stop(), 1.0)
    assert job.story() == [Move(State.QUEUED, 0.0), Move(State.CANCELLED, 1000.0)]
    assert job.rungs() == []
    assert job.stop_ms == 0.0


def test_a_worker_that_is_ready_after_a_harder_stop_is_told_nothing() -> None:
    job = new_job()
    job.launch(1.0)
    job.stop(stop(rung=Rung.KILL), 1.1)
    assert job.worker_ready(1.15) == []


def test_a_worker_that_is_not_ready_in_time_is_stopped() -> None:
    job = new_job()
    job.launch(1.0)
    assert job.due == 31.0
    assert job.tick(30.9) == []
    assert Escalate(Step.CANCEL, StopRequest("supervisor", Reason.START_TIMEOUT)) in job.tick(31.0)


def test_a_worker_that_still_waits_is_given_its_job_again_unless_it_is_stopped() -> None:
    job = new_job()
    job.launch(1.0)
    assert job.heard_waiting(1.5) == []
    job.worker_ready(2.0)
    assert job.heard_waiting(10.0) == [GiveAgain()]
    assert job.due == 25.0
    job.stop(stop(), 11.0)
    assert job.heard_waiting(11.1) == []


def test_a_clock_that_jumped_begins_the_silence_anew_and_not_the_deadline() -> None:
    starting, running = new_job(), running_job()
    starting.launch(1.0)
    starting.clock_jumped(20.0)
    assert starting.due == 50.0
    running.clock_jumped(20.0)
    assert running.due == 35.0
    running.clock_jumped(61.0)
    assert running.due == 62.0


def test_limits_of_zero_are_none() -> None:
    job = Job("7f3a", 0.0, Graces(0.5, 0.5), Deadlines(start_s=30, runtime_s=0, heartbeat_s=0, linger_s=2))
    job.launch(1.0)
    job.worker_ready(2.0)
    assert job.due is None
    assert job.tick(1e9) == []


def test_a_worker_that_lingers_on_is_killed_again_after_another_linger() -> None:
    job = running_job()
    job.finished(SUCCESS, 3.0)
    assert job.due == 5.0
    assert job.tick(5.5) == [KillLingering()]
    assert job.due == 7.5
    assert job.tick(7.4) == []
    assert job.tick(7.5) == [KillLingering()]


def test_the_first_outcome_counts() -> None:
    job = running_job()
    job.finished(SUCCESS, 3.0)
    job.finished(FAILURE, 3.5)
    assert job.due == 5.0
    job.worker_gone(3.6)
    assert job.state is State.SUCCEEDED


FOUND_OUT_FROM_OUTSIDE = sorted({*Reason} - SAID_BY_WORKERS)


@pytest.mark.parametrize(
    "outcome", [CancelledOutcome(), *(Failure(reason, "agent_error", "not me") for reason in FOUND_OUT_FROM_OUTSIDE)]
)
def test_a_worker_cannot_say_that_somebody_has_stopped_it_nor_that_it_has_died(
    outcome: CancelledOutcome | Failure,
) -> None:
    job = running_job()
    job.finished(outcome, 3.0)
    job.worker_gone(3.1, Reason.MEMORY)
    assert (job.state, job.reason) == (State.FAILED, Reason.AGENT_ERROR)


def test_a_death_has_the_cause_that_was_found() -> None:
    job = running_job()
    job.worker_gone(3.0, Reason.MEMORY)
    assert (job.state, job.reason) == (State.FAILED, Reason.MEMORY)


def test_it_is_shown_with_state_and_reason() -> None:
    job = running_job()
    assert repr(job) == "<Job 7f3a running>"
    job.stop(stop(), 3.0)
    assert repr(job) == "<Job 7f3a stopping user>"
    job.worker_gone(3.1)
    with pytest.raises(AlreadyEnded, match="7f3a"):
        job.stop(stop(), 3.2)
