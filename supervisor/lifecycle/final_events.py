"""A job's last event, in words that help: what happened, how much of it, and what to do next. Pure."""

import msgspec

from bus.contract.events import Completed, Ending, Failed, Killed, StopProof
from bus.contract.settings import LimitSettings
from bus.contract.vocabulary import CANCELLING, SAID_BY_WORKERS, Reason, Rung
from bus.values.visible import shortened
from bus.wire.worker import Failure, Success
from supervisor.lifecycle.job import Job

_KEPT = "What was streamed so far is kept."

_GAVE_UP = f"The agent ended as if it had been stopped, though nobody had asked it to. {_KEPT}"
_GAVE_UP_HINT = "ask again; the agent must let `asyncio.CancelledError` pass, and not raise it itself"

_HINTS = {
    Reason.AGENT_ERROR: "the agent has to be corrected; `deadstop show` has what it wrote",
    Reason.START_TIMEOUT: "ask again; if it stays so, raise [worker] start_timeout_s or run `deadstop doctor`",
    Reason.HEARTBEAT_LOST: "ask again; `deadstop show` has the stack of the stuck worker",
    Reason.DEADLINE: "ask for less, or raise max_runtime_s",
    Reason.MEMORY: "ask for less, for example with a filter or a LIMIT, or raise [limits] max_memory_bytes",
    Reason.PROCESSES: "look what the agent starts, or raise [limits] max_processes",
    Reason.OUTPUT_LIMIT: "ask for less, for example with a LIMIT, or raise the [limits] for output",
    Reason.BUDGET: "ask a smaller question, or raise the budget in [agent]",
    Reason.WORKER_DIED: "ask again; `deadstop show` has the worker's last words",
    Reason.NODE_LOST: "ask again; what was streamed before is kept",
    Reason.SUPERVISOR_LOST: "ask again; what was streamed before is kept",
}

_NO_MEMORY = ("out of memory", "cannot allocate memory", "bad_alloc", "memoryerror")
"""What libzmq, the C library, C++ and Python say last when there is no memory left."""

_LAST_LINES = 5

_SAID_BY_US = frozenset(Reason) - SAID_BY_WORKERS

_MAX_ERROR_CHARS = 4_000
_MAX_CODE_CHARS = 100


def ending(job: Job, exit_words: str, stderr: str, limit_words: str = "") -> Ending:
    """The event that ends this job's stream. `limit_words` names the limit that was reached and its number."""
    if job.ladder is None and isinstance(job.outcome, Success):
        return Completed(msgspec.structs.replace(job.outcome.result, usage=job.usage))
    if job.ladder is None and isinstance(job.outcome, Failure):
        return failed(job.outcome)
    if job.ladder is None:
        reason = job.reason or Reason.WORKER_DIED
        if job.outcome is not None:
            return Failed(_GAVE_UP, reason, _GAVE_UP_HINT, True)
        return Failed(_died(job, exit_words, stderr, limit_words), reason, _HINTS.get(reason, ""), True)
    request = job.ladder.request
    rung = job.ladder.rung if job.ladder.climbed else Rung.CANCEL
    if request.reason in CANCELLING:
        return Killed(rung, round(job.stop_ms, 1), request.by, request.reason, job.usage, job.proof)
    proof = StopProof(rung, round(job.stop_ms, 1), request.by, job.proof)
    words = request.note or limit_words or _limit_reached(job, request.reason)
    return Failed(f"{words} {_KEPT}", request.reason, _HINTS.get(request.reason, ""), True, proof)


def failed(failure: Failure) -> Failed:
    """The event of a failure that its worker has told; the worker's texts are shown at a bounded length."""
    return Failed(
        shortened(failure.error, _MAX_ERROR_CHARS),
        Reason.AGENT_ERROR if failure.code in _SAID_BY_US else shortened(failure.code, _MAX_CODE_CHARS),
        shortened(failure.hint, _MAX_ERROR_CHARS),
        failure.retryable,
    )


def cause_of_death(stderr: str) -> Reason:
    """Why a worker has died that was not stopped, by its last words. How it exits says less: where no memory is left,
    each library ends the process in its own way."""
    last_words = "\n".join(stderr.splitlines()[-_LAST_LINES:]).lower()
    return Reason.MEMORY if any(words in last_words for words in _NO_MEMORY) else Reason.WORKER_DIED


def held_to(reason: Reason, limits: LimitSettings) -> str:
    """That the kernel has held a worker to this limit, which it has not survived."""
    if reason is Reason.MEMORY:
        return f"The question needed more memory than the {limits.max_memory_bytes / 2**20:,.0f} MiB that it may have."
    return f"The question needed more than {limits.max_processes:,} processes and threads, which is the limit."


def lost_with_supervisor() -> Failed:
    """The last event of a job that a crash of the supervisor has ended."""
    return Failed(
        "The supervisor was restarted while this question ran. " + _KEPT,
        Reason.SUPERVISOR_LOST,
        _HINTS[Reason.SUPERVISOR_LOST],
        True,
    )


def _limit_reached(job: Job, reason: Reason) -> str:
    deadlines = job.deadlines
    return {
        Reason.START_TIMEOUT: f"The worker was not ready within {deadlines.start_s:g} s and was stopped.",
        Reason.DEADLINE: f"The question ran for {deadlines.runtime_s:g} s, which is its limit, and was stopped.",
        Reason.HEARTBEAT_LOST: f"The worker gave no sign of life for {deadlines.heartbeat_s:g} s and was stopped.",
    }.get(reason, f"The limit `{reason}` was reached and the question was stopped.")


def _died(job: Job, exit_words: str, stderr: str, limit_words: str) -> str:
    if limit_words:
        return f"{limit_words} {_KEPT}"
    if job.reason is Reason.NODE_LOST:
        return f"The machine on which this question ran is gone: {exit_words}. {_KEPT}"
    when = "before it was ready" if not job.given else "before it had finished"
    how = f"was {exit_words}" if exit_words.startswith("killed") else exit_words
    last = stderr.splitlines()[-1].strip() if stderr else ""
    return f"The worker {how} {when}{f': {last[:300]}' if last else ''}. {_KEPT}"
