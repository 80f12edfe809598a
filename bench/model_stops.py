"""How soon a model's server sees that it is stopped, and how soon people see that something happens.

python -m bench.model_stops [--runs 10] [--wire messages|chat]

In each phase of a question the model's server waits, the job is stopped, and the time is taken from the request to stop
to the moment at which the server sees its connection closed. The first step is the first event after `accepted`.
"""

import argparse
import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from bench.harness.figures import Spread, spread
from bus.contract.events import Accepted, Killed
from tests.fakes.replies import Fail, Reply, Say, Script, Use, use
from tests.fakes.scripts import flights
from tests.harness.asking import Served, serving, until_answering

QUESTION = "Which carrier has most flights?"
ANSWER = use("answer", sql="SELECT count(*) AS n FROM flights", reading="")
CLOSED_WITHIN_MS, FIRST_STEP_WITHIN_MS = 100.0, 300.0


def _held(*before: Reply) -> Callable[[], Script]:
    """These replies in turn, then one that says nothing."""

    def make() -> Script:
        waiting = list(before)
        return lambda _: waiting.pop(0) if waiting else Say(then="silence")

    return make


def _in_words() -> Script:
    replies: list[Reply] = [ANSWER, Say(("One ", "two"), hold=asyncio.Event(), hold_at=1)]
    return lambda _: replies.pop(0)


def _in_a_call() -> Script:
    return lambda _: Say(("Let ",), calls=(Use("find", {}),), hold=asyncio.Event(), hold_at=1)


PHASES: dict[str, tuple[Callable[[], Script], int]] = {
    "planning": (_held(), 1),
    "in mid-call": (_in_a_call, 1),
    "between tools": (_held(use("find", words="united")), 2),
    "before the answer": (_held(ANSWER), 2),
    "in mid-answer": (_in_words, 2),
    "in a repair": (_held(use("answer", sql="SELECT nope FROM flights", reading="")), 2),
    "in a retry": (_held(Fail(529, "overloaded_error")), 2),
}


async def stop_in(served: Served, phase: str) -> tuple[float, str]:
    """Milliseconds until the server saw it, and the rung that was needed."""
    make, number = PHASES[phase]
    job_id = await served.submit(QUESTION, make())
    recorded = await served.model.request(number)
    if phase == "in mid-answer":
        await until_answering(served.supervisor, job_id)
    asked_at = time.monotonic()
    await served.supervisor.stop(job_id)
    await recorded.left.wait()
    assert recorded.left_at is not None
    *_, (_, end) = await served.supervisor.events(job_id)
    assert isinstance(end, Killed), end
    return (recorded.left_at - asked_at) * 1000, end.rung.name.lower()


async def first_step(served: Served) -> float:
    """Milliseconds from the question to its first step, while the model says nothing."""
    began = time.monotonic()
    job_id = await served.submit(QUESTION, _held()())
    await served.supervisor.until_seen(job_id, lambda event: not isinstance(event, Accepted))
    took_ms = (time.monotonic() - began) * 1000
    await served.supervisor.stop(job_id)
    await served.supervisor.events(job_id)
    return took_ms


async def measure(runs: int, wire: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with serving(Path(folder), flights(), wires=(wire,), llm__max_retry_wait_s=0.02) as served:
            await stop_in(served, "planning")  # so that the catalog is read
            steps = spread([await first_step(served) for _ in range(runs)])
            print(_row("first step after a question", steps, FIRST_STEP_WITHIN_MS), flush=True)
            for phase in PHASES:
                found = [await stop_in(served, phase) for _ in range(runs)]
                rungs = ", ".join(f"{count} on {rung}" for rung, count in Counter(rung for _, rung in found).items())
                print(_row(phase, spread([ms for ms, _ in found]), CLOSED_WITHIN_MS, rungs), flush=True)


def _row(name: str, found: Spread, bound_ms: float, rungs: str = "") -> str:
    missed = " **missed**" if found.median > bound_ms else ""
    return f"| {name} | {found.median:.1f} | {found.p95:.1f} | {found.largest:.1f} | ≤ {bound_ms:g}{missed} | {rungs} |"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.model_stops", description=__doc__)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--wire", choices=("messages", "chat"), default="messages")
    options = parser.parse_args()
    print(f"| {options.wire}: milliseconds | median | p95 | most | target | rungs |")
    print("| --- | ---: | ---: | ---: | --- | --- |")
    asyncio.run(measure(options.runs, options.wire))


if __name__ == "__main__":
    main()
