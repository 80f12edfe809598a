"""A job's last event: every way to end has words of its own, with the number, the limit and the next step."""

import pytest

from bus.contract.events import Completed, Failed, Killed, Result, StopProof, Usage
from bus.contract.vocabulary import CANCELLING, Reason, Rung
from bus.wire.worker import CancelledOutcome, Failure, Outcome, Success
from supervisor.lifecycle.final_events import cause_of_death, ending, lost_with_supervisor
from supervisor.lifecycle.job import Deadlines, Job
from supervisor.lifecycle.kill_ladder import Graces, StopRequest

USAGE = Usage(chunks=3, rows=7)
KEPT = "What was streamed so far is kept."
STOPPED_FOR = {
    Reason.START_TIMEOUT: "The worker was not ready within 30 s and was stopped.",
    Reason.DEADLINE: "The question ran for 60 s, which is its limit, and was stopped.",
    Reason.HEARTBEAT_LOST: "The worker gave no sign of life for 15 s and was stopped.",
    Reason.MEMORY: "The limit `memory` was reached and the question was stopped.",
    Reason.OUTPUT_LIMIT: "The limit `output_limit` was reached and the question was stopped.",
    Reason.BUDGET: "The limit `budget` was reached and the question was stopped.",
}


def a_job(*, given: bool = True) -> Job:
    """One that runs, or whose worker is not ready yet; it began at 2 s."""
    job = Job("7f3a", 0.0, Graces(0.5, 0.5), Deadlines(start_s=30, runtime_s=60, heartbeat_s=15, linger_s=2))
    job.usage = USAGE
    job.launch(1.0)
    if given:
        job.worker_ready(2.0)
    return job


def finished(outcome: Outcome) -> Job:
    job = a_job()
    job.finished(outcome, 3.0)
    job.worker_gone(3.1)
    return job


def stopped(reason: Reason, rung: Rung = Rung.CANCEL, note: str = "") -> Job:
    """A stop asked for at 3 s; the worker is gone 120.44 ms later."""
    job = a_job()
    job.stop(StopRequest("ann", reason, rung, note), 3.0)
    job.worker_gone(3.12044)
    return job


def died(*, given: bool = True) -> Job:
    job = a_job(given=given)
    job.worker_gone(3.1)
    return job


def failed(job: Job, exit_words: str = "exited with status 0", stderr: str = "", limit_words: str = "") -> Failed:
    event = ending(job, exit_words, stderr, limit_words)
    assert isinstance(event, Failed)
    return event


def test_success_carries_the_result_and_what_was_used() -> None:
    event = ending(finished(Success(Result({"response": "16"}, Usage(), {"sql": 4.0}))), "exited with status 0", "")
    assert event == Completed(Result({"response": "16"}, USAGE, {"sql": 4.0}))


def test_a_failure_of_the_agents_is_told_as_it_is() -> None:
    failure = Failure(Reason.LLM_ERROR, "llm_auth", "The key is wrong.", hint="set another", retryable=False)
    event = failed(finished(failure))
    assert event == Failed("The key is wrong.", "llm_auth", "set another", False)


def test_an_agent_that_said_what_none_may_say_is_not_told_of_cancelling() -> None:
    event = failed(stopped(Reason.AGENT_ERROR, note="The worker says that it has used nan for cost_usd."))
    assert event.error == f"The worker says that it has used nan for cost_usd. {KEPT}"
    assert event.hint == "the agent has to be corrected; `deadstop show` has what it wrote"


def test_an_end_as_if_stopped_that_nobody_asked_for_is_the_agents_fault() -> None:
    event = failed(finished(CancelledOutcome()))
    assert event.error == f"The agent ended as if it had been stopped, though nobody had asked it to. {KEPT}"
    assert (event.code, event.retryable, event.stop) == (Reason.AGENT_ERROR, True, None)
    assert "CancelledError" in event.hint


@pytest.mark.parametrize(
    ("given", "exit_words", "stderr", "words"),
    [
        (True, "killed by SIGSEGV", "", "The worker was killed by SIGSEGV before it had finished."),
        (True, "exited with status 3", "", "The worker exited with status 3 before it had finished."),
        (False, "exited with status 1", "", "The worker exited with status 1 before it was ready."),
        (
            True,
            "killed by SIGABRT",
            "a line\n  the last \n",
            "The worker was killed by SIGABRT before it had finished: the last.",
        ),
        (
            True,
            "killed by SIGABRT",
            "x" * 400,
            f"The worker was killed by SIGABRT before it had finished: {'x' * 300}.",
        ),
    ],
)
def test_a_death_says_how_when_and_the_last_words(given: bool, exit_words: str, stderr: str, words: str) -> None:
    event = failed(died(given=given), exit_words, stderr)
    assert event.error == f"{words} {KEPT}"
    assert (event.code, event.retryable, event.stop) == (Reason.WORKER_DIED, True, None)
    assert "`deadstop show`" in event.hint


def test_a_death_of_a_cause_that_is_known_has_its_hint() -> None:
    job = a_job()
    job.worker_gone(3.1, Reason.MEMORY)
    event = failed(job, "killed by SIGABRT")
    assert event.code == Reason.MEMORY
    assert "max_memory_bytes" in event.hint


@pytest.mark.parametrize("reason", sorted(CANCELLING))
@pytest.mark.parametrize("rung", Rung)
def test_who_stopped_it_on_which_rung_and_in_how_many_milliseconds(reason: Reason, rung: Rung) -> None:
    event = ending(stopped(reason, rung), "killed by SIGKILL", "")
    assert event == Killed(rung, 120.4, "ann", reason, USAGE)


def test_a_stop_that_came_before_any_worker_needed_no_rung() -> None:
    job = Job("7f3a", 0.0, Graces(0.5, 0.5), Deadlines(30, 60, 15, 2))
    job.stop(StopRequest("ann", Reason.USER, Rung.KILL), 1.0)
    assert ending(job, "", "") == Killed(Rung.CANCEL, 0.0, "ann", Reason.USER, Usage())


@pytest.mark.parametrize(("reason", "words"), STOPPED_FOR.items())
def test_a_limit_names_itself_and_proves_the_stop(reason: Reason, words: str) -> None:
    event = failed(stopped(reason, Rung.TERMINATE))
    assert event.error == f"{words} {KEPT}"
    assert (event.code, event.retryable) == (reason, True)
    assert event.stop == StopProof(Rung.TERMINATE, 120.4, "ann")
    assert event.hint.startswith("ask ")


def test_words_of_the_limit_and_of_a_person_come_first() -> None:
    assert (
        failed(stopped(Reason.MEMORY), limit_words="It took 3 GiB of 2 GiB.").error == f"It took 3 GiB of 2 GiB. {KEPT}"
    )
    noted = stopped(Reason.MEMORY, note="Somebody said so.")
    assert failed(noted, limit_words="It took 3 GiB of 2 GiB.").error == f"Somebody said so. {KEPT}"


@pytest.mark.parametrize(
    ("stderr", "cause"),
    [
        ("", Reason.WORKER_DIED),
        ("Segmentation fault", Reason.WORKER_DIED),
        ("Out of memory (src/x.cpp:14)", Reason.MEMORY),
        ("terminate called: std::bad_alloc\nAborted", Reason.MEMORY),
        ("OSError: [Errno 12] Cannot allocate memory", Reason.MEMORY),
        ("MemoryError\n1\n2\n3\n4", Reason.MEMORY),
        ("MemoryError\n1\n2\n3\n4\n5", Reason.WORKER_DIED),
    ],
)
def test_the_last_five_lines_tell_whether_there_was_no_memory(stderr: str, cause: Reason) -> None:
    assert cause_of_death(stderr) is cause


def test_what_the_supervisors_own_crash_has_ended() -> None:
    event = lost_with_supervisor()
    assert event.error == f"The supervisor was restarted while this question ran. {KEPT}"
    assert (event.code, event.retryable, event.stop) == (Reason.SUPERVISOR_LOST, True, None)
    assert event.hint == "ask again; what was streamed before is kept"


@pytest.mark.parametrize(("said", "told"), [("node_lost", "agent_error"), ("user", "agent_error"), ("mine", "mine")])
def test_a_worker_has_no_code_of_what_the_supervisor_finds_out(said: str, told: str) -> None:
    assert failed(finished(Failure(Reason.AGENT_ERROR, said, "it failed"))).code == told
