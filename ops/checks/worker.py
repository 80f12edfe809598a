"""The real thing, once: a supervisor of its own reads the data, and forks a worker that answers a question."""

import asyncio
from pathlib import Path

from bus.contract.agents import CATALOG_AGENT
from bus.contract.settings import Settings
from bus.contract.settings_file import SettingsError
from bus.transport.sockets import BusError
from bus.wire.outside import OutsideJob
from ops.checks.finding import Finding, ok, problem, warning
from ops.client.access import AskRequest, JobsAccess, WireObject
from ops.client.over_bus import LocalJobs
from ops.errors import OpsError
from ops.format import one_line, span
from ops.render.sentences import ended_sentence
from ops.serve.data_broker import data_folder
from ops.serve.ephemeral import TemporaryServer, temporary_server

ANSWER_WITHIN_S = 60.0
SLOW_START_MS = 1000.0
NOT_PRELOADED = "could not be preloaded"
"""What the fork server says of a module it could not import; multiprocessing itself would swallow that."""

THREADS_STAY = "threads that stay"
"""What it says of one that has started some."""


async def data_and_worker(config: Path | None, settings: Settings) -> list[Finding]:
    """What a supervisor finds with these settings, in a folder of its own that goes again."""
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S), temporary_server(config, settings) as server:
            await server.start()
            jobs = LocalJobs(server.state_dir, patience_s=0)
            try:
                return [*await _data(jobs, settings), await _worker(jobs, server)]
            finally:
                await jobs.close()
    except SettingsError as error:
        return [problem("data", str(error), "name another folder with --data or [data] folder")]
    except (OpsError, BusError) as error:
        return [problem("worker", str(error), "what the supervisor said last stands there")]
    except TimeoutError:
        words = f"no answer within {ANSWER_WITHIN_S:g} s"
        return [problem("worker", words, "is the machine overloaded, or the data on a slow disk?")]


async def _data(jobs: LocalJobs, settings: Settings) -> list[Finding]:
    """What the catalog's own job has said."""
    reading = next(job for job in await jobs.list(ended=True) if job.agent == CATALOG_AGENT)
    stream = await _stream(jobs, reading)
    place = data_folder(settings) or "the sample data"
    if stream[-1]["event"] != "agent_complete":
        words = ended_sentence(stream[-1]["event"], stream[-1]["data"])
        return [problem("data", f"{place}: {words}", "name another folder with --data, or correct the file")]
    catalog = await jobs.read_catalog()
    rows = sum(table.row_count for table in catalog.tables)
    files = sum(len(table.files) for table in catalog.tables)
    words = f"{place}: {len(catalog.tables)} tables, {files:,} files, {rows:,} rows"
    return [ok("data", words), *map(remark, catalog.warnings)]


def remark(text: str) -> Finding:
    """What the catalog says of one file, table or key."""
    todo = "correct deadstop.toml beside the data, or the data"
    if " is left out" in text:
        todo = "repair or remove the file; questions about its table cannot be answered"
    elif " is called " in text:
        todo = "nothing, if that name will do; otherwise rename the file"
    return warning("data", one_line(text, 300), todo)


async def _worker(jobs: LocalJobs, server: TemporaryServer) -> Finding:
    job = await jobs.submit(AskRequest("select 1", "sql"))
    stream = await _stream(jobs, job)
    record = await jobs.show(job.job_id)
    said = [line for line in server.said().splitlines() if NOT_PRELOADED in line]
    if said:
        return problem("worker", one_line(said[0], 300), "correct [worker] preload; until then workers start slowly")
    if threads := [line for line in server.said().splitlines() if THREADS_STAY in line]:
        return problem("worker", one_line(threads[0], 300), "take that module out of [worker] preload")
    if stream[-1]["event"] != "agent_complete":
        words = ended_sentence(stream[-1]["event"], stream[-1]["data"])
        return problem("worker", words, one_line(record["stderr"], 300) or "see the log of `deadstop serve`")
    at = {move["state"]: move["ms"] for move in record["moves"]}
    ms = at["running"] - at["starting"]
    words = f"starts in {span(ms / 1000)} and answers"
    if ms > SLOW_START_MS:
        return warning("worker", words, "a warm one takes a tenth of a second; is the machine busy?")
    return ok("worker", words)


async def _stream(jobs: JobsAccess, job: OutsideJob) -> list[WireObject]:
    return [item async for item in jobs.follow(job)]
