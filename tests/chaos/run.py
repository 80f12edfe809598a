"""One run: the script, then everybody stopped, then the invariants."""

import asyncio
from collections import Counter
from pathlib import Path

import aiohttp

from bus.client import BusClient
from bus.contract.events import Killed
from bus.contract.vocabulary import ENDED, Proof, Reason, Rung
from bus.log import LogReader
from bus.wire.batch import Batch
from bus.wire.commands import ListJobs, ReadStats
from bus.wire.replies import Jobs, Stats
from tests.chaos.followers import Follower
from tests.chaos.nodes import NODE_SETTINGS
from tests.chaos.script import script
from tests.chaos.world import Asked, World, log_path
from tests.e2e.cli_runner import Server, serving
from tests.harness.jobs.stopping import check_stream, told_files, told_pids
from tests.harness.servers import is_gone

SETTINGS = """
[supervisor]
disconnect_grace_s = 1.0
cancel_grace_s = 0.2
terminate_grace_s = 0.2
[worker]
warm_workers = 0
[limits]
max_running = 8
max_running_per_user = 8
max_events = 20000
"""
ALL_END_WITHIN_S = 120.0
LAST_WORDS = 5_000
MAY_COME_FIRST = (Reason.SUPERVISOR_LOST, Reason.OUTPUT_LIMIT, Reason.START_TIMEOUT)


def run(folder: Path, seed: int, stops: int, settings: str = "", nodes: int = 0) -> str:
    """`settings` stand beside those of every run; with `nodes` all jobs run on so many, which die too. Raises
    AssertionError, naming the command that replays it; returns what there was of it in one line."""
    config = SETTINGS + settings + (NODE_SETTINGS.format(nodes) if nodes else "")
    try:
        with serving(folder, config=config) as server:
            try:
                words, pids, files = asyncio.run(_run(server, seed, stops, on_nodes=nodes > 0))
            except BaseException as error:
                error.add_note(f"the server's last words: {server.program.stderr()[-LAST_WORDS:]}")
                raise
        left = [pid for pid in pids if not is_gone(pid)] + [path for path in files if path.exists()]
        assert not left, f"left behind: {left}"
    except BaseException as error:
        error.add_note(f"replay: python -m tests.chaos --seed {seed} --stops {stops} --nodes {nodes}")
        raise
    return words


async def _run(server: Server, seed: int, stops: int, *, on_nodes: bool) -> tuple[str, list[int], list[Path]]:
    client = BusClient.connect(server.state_dir)
    async with aiohttp.ClientSession() as http:
        world = World(server, client, http)
        try:
            for step in script(seed, stops, on_nodes=on_nodes):
                await world.take(step)
                for task in (task for job in world.jobs for task in job.following if task.done()):
                    task.result()
            await _end_all(world)
            return await _check(world, on_nodes)
        finally:
            for task in (task for job in world.jobs for task in job.following):
                task.cancel()
            client.close()


async def _end_all(world: World) -> None:
    for job in world.alive:
        if not job.deserted:
            await world.stop(job, Rung.CANCEL)
    following = [task for job in world.jobs for task in job.following]
    done, waiting = await asyncio.wait(following, timeout=ALL_END_WITHIN_S)
    for task in done:
        task.result()
    unheard = [each for job in world.jobs for each in _staying(job) if each.end is None]
    assert not waiting, f"no end heard within {ALL_END_WITHIN_S:g} s: {unheard}"


async def _check(world: World, on_nodes: bool) -> tuple[str, list[int], list[Path]]:
    log = LogReader(log_path(world.server.state_dir))
    pids: list[int] = []
    files: list[Path] = []
    ends: Counter[str] = Counter()
    proofs: set[Proof | None] = set()
    for job in world.jobs:
        events = [pair for batch in _batches(log, job.job_id) for pair in batch.events()]
        assert [seq for seq, _ in events] == list(range(1, len(events) + 1)), f"{job.job_id} is not gapless"
        stream = [event for _, event in events]
        check_stream(stream)
        for follower in _staying(job):
            assert (follower.seq, follower.end) == (len(stream), type(stream[-1])), follower
        (record,) = log.record(job.job_id)
        assert record.summary.state in ENDED
        assert record.summary.seq == len(stream)
        proofs.add(record.proof)
        _check_stop(job, type(stream[-1]), record.summary.reason)
        await world.ask_again(job)
        ends[record.summary.state] += 1
        if not on_nodes:  # there they are numbers within
            pids += told_pids(stream) + ([record.summary.pid] if record.summary.pid is not None else [])
        files += told_files(stream)
    log.close()
    await _check_counts(world, ends)
    alive = [pid for pid in pids if not is_gone(pid)]
    assert not alive, f"{alive} live on after the last event of every job"
    assert not world.left_on_nodes(), f"{world.left_on_nodes()} live on after the last event of every job"
    kills = " ".join(f"{name} killed {count}x" for name, count in world.kills.items())
    words = f"{len(world.jobs)} jobs ({sum(job.deserted for job in world.jobs)} deserted) {dict(ends)}"
    words += f", proof {' and '.join(sorted(proof for proof in proofs if proof is not None))}"
    words += f", {world.strikes} strikes on nodes" if on_nodes else ""
    return f"{words}, {sum(job.stops_taken for job in world.jobs)} stops, {kills}", pids, files


def _check_stop(job: Asked, end: type, reason: Reason | None) -> None:
    """A stop that was taken has stopped the job, unless a limit or the supervisor's death was there before. Only a job
    that needs followers is stopped for want of them."""
    if job.stops_taken:
        assert end is Killed or reason in MAY_COME_FIRST, (job.job_id, end, reason)
    elif job.deserted and end is Killed:
        assert reason is Reason.DISCONNECT, (job.job_id, reason)
    if reason is Reason.DISCONNECT:
        assert job.submit.attached, f"{job.job_id} was stopped because somebody left whom it did not need"


def _staying(job: Asked) -> list[Follower]:
    """Who has followed it to its end; over the bus one observes, and is nobody whom a job runs for."""
    return [job.over_bus] if job.over_wire.left else [job.over_bus, job.over_wire]


async def _check_counts(world: World, ends: Counter[str]) -> None:
    """Every job that was accepted is there once, and none waits; the supervisor tells of the same ends as the log."""
    listed = await world.command(ListJobs(world.me, user=world.me.user, ended=True, limit=100_000), Jobs)
    assert sorted(job.job_id for job in listed.jobs) == sorted(job.job_id for job in world.jobs)
    assert Counter(job.state for job in listed.jobs) == ends
    gauges = (await world.command(ReadStats(world.me), Stats)).gauges
    assert gauges["waiting"] == 0, gauges


def _batches(log: LogReader, job_id: str) -> list[Batch]:
    batches: list[Batch] = []
    while more := log.read(job_id, batches[-1].last if batches else 0):
        batches += more
    return batches
