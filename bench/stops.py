"""How every animal of the zoo is stopped: `python -m bench.stops --runs 10` prints a table for each form of
containment, and one of what is killed at once, beside what the bare kernel takes for it; it writes JSON.

Each run starts a job, stops it gently once it misbehaves, and takes the time from the request to the proof, as the
job's last event tells it; then it looks for what was left behind.
"""

import argparse
import asyncio
import sys
import tempfile
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import msgspec

from bench.harness import kills
from bench.harness.kills import Killing, bare, through_the_supervisor
from bench.harness.machine import machine
from bench.harness.misbehaving import EndedBefore, until_misbehaving
from bus.client import CommandRefused
from bus.contract.events import Killed, Stopping
from bus.system.cgroupfs import ControlGroupsUnusable
from bus.system.orphans import descendants
from tests.harness.jobs.cgroup_tree import cgroup_tree
from tests.harness.jobs.stopping import ROOMY, told_files, told_pids
from tests.harness.servers import Supervisor, is_gone, running_supervisor
from tests.harness.zoo import WHOLE, ZOO

ENDS_BY_ITSELF = frozenset(
    """blames_the_user bombs_early cancels_itself counts echoes exits_three exits_zero floods_memory leaks_threads
    leaves lingers opens paces raises segfaults starves_libzmq ticks_until_told""".split()  # noqa: SIM905
)
"""Animals that are not stopped here: they end before anybody could ask."""

QUESTIONS = {"holds_memory": "256", "litters_scratch": "5000"}
PROOF_WITHIN_S = 30.0


class Stopped(msgspec.Struct, frozen=True):
    """One animal over all runs: how often each rung was the last, milliseconds, shares of 1, things left behind."""

    animal: str
    runs: int
    rungs: dict[str, int]
    median_ms: float
    worst_ms: float
    dead: float
    left_behind: int


class Measured(msgspec.Struct, frozen=True):
    """One run's stop. Without proof in time `ms` is None."""

    ms: float | None
    rung: str
    left_behind: int


async def stop_once(supervisor: Supervisor, animal: str) -> Measured:
    """Start, stop, and look for what is left."""
    job_id = await supervisor.submit(QUESTIONS.get(animal, "go"), animal)
    await until_misbehaving(supervisor, job_id, animal)
    try:
        await supervisor.stop(job_id)
    except CommandRefused as refused:
        raise EndedBefore(job_id) from refused
    try:
        async with asyncio.timeout(PROOF_WITHIN_S):
            events = [event for _, event in await supervisor.events(job_id)]
    except TimeoutError:
        return Measured(None, "", 0)
    pid = (await supervisor.record(job_id)).summary.pid
    named = {*told_pids(events), *([pid] if pid is not None else [])}
    left = sum(not is_gone(each) for each in named) + sum(path.exists() for path in told_files(events))
    left += len(_strays(supervisor))
    last = events[-1]
    if not isinstance(last, Killed):
        return Measured(None, "", left)
    climbed = [event.rung for event in events if isinstance(event, Stopping)]
    return Measured(last.ms, climbed[-1] if climbed else last.rung, left)


def _strays(supervisor: Supervisor) -> list[int]:
    """Small interpreters of the animals that are still beneath the supervisor."""
    found = []
    for pid in descendants(supervisor.process.pid):
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        found += [pid] if b"-S" in command else []
    return found


async def measure(supervisor: Supervisor, animal: str, runs: int) -> Stopped:
    """All runs of one animal, one after the other."""
    found = [await stop_once(supervisor, animal) for _ in range(runs)]
    times = sorted(each.ms for each in found if each.ms is not None)
    return Stopped(
        animal=animal,
        runs=runs,
        rungs=dict(Counter(each.rung for each in found if each.rung)),
        median_ms=round(median(times), 1) if times else 0.0,
        worst_ms=times[-1] if times else 0.0,
        dead=len(times) / runs,
        left_behind=sum(each.left_behind for each in found),
    )


def markdown(results: list[Stopped]) -> str:
    """The table of docs/operations.md."""
    lines = [
        "| animal | rung | median ms | worst ms | dead | left behind |",
        "| --- | --- | ---: | ---: | ---: | ---: |",
    ]
    for each in results:
        rungs = ", ".join(f"{rung} {count}x" if len(each.rungs) > 1 else rung for rung, count in each.rungs.items())
        figures = f"{each.median_ms:,.0f} | {each.worst_ms:,.0f} | {each.dead:.0%} | {each.left_behind}"
        lines.append(f"| {each.animal} | {rungs} | {figures} |")
    return "\n".join(lines)


async def _run(form: str, tree: Path | None, animals: list[str], runs: int) -> tuple[list[Stopped], list[Killing]]:
    results = []
    held = {"containment.form": form, "containment.group": str(tree or "")}
    with tempfile.TemporaryDirectory(prefix="stops-") as folder:
        async with running_supervisor(Path(folder), {**ROOMY, **WHOLE, **held}) as supervisor:
            await supervisor.events(await supervisor.submit("warm up", "echoes"))
            for animal in animals:
                try:
                    results.append(await measure(supervisor, animal, runs))
                except EndedBefore:
                    print(f"{animal} ends by itself: left out", file=sys.stderr)
                    continue
                print(msgspec.json.encode(results[-1]).decode(), file=sys.stderr, flush=True)
            return results, await through_the_supervisor(supervisor, form, runs)


def main() -> None:
    parser = argparse.ArgumentParser(description="How every animal of the zoo is stopped.")
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--json", type=Path, default=None, help="where the figures go, beside the printed table")
    parser.add_argument("animals", nargs="*", default=sorted(ZOO.keys() - ENDS_BY_ITSELF))
    arguments = parser.parse_args()
    with ExitStack() as stack:
        tree = _tree(stack)
        killings = bare(tree, arguments.runs)
        stops = {}
        for form in ("sweep", "cgroup") if tree is not None else ("sweep",):
            stops[form], killed = asyncio.run(_run(form, tree, arguments.animals, arguments.runs))
            killings += killed
    if arguments.json is not None:
        found = {"machine": machine(), "stops": stops, "killed_at_once": killings}
        arguments.json.write_bytes(msgspec.json.encode(found))
    for form, results in stops.items():
        print(f"{form}\n\n{markdown(results)}\n")
    print(kills.markdown(killings))


def _tree(stack: ExitStack) -> Path | None:
    try:
        return stack.enter_context(cgroup_tree())
    except ControlGroupsUnusable as reason:
        print(f"only the sweep is measured: {reason}", file=sys.stderr)
        return None


if __name__ == "__main__":
    main()
