"""What workers say counts where a worker may say it, for the job that it serves, once that was given to it."""

from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import msgspec
import pytest_asyncio

from bus.contract.agents import CATALOG_AGENT, OWN_FILES_AGENT
from bus.contract.catalog import Catalog
from bus.contract.events import Result, Status, Usage
from bus.contract.settings import Settings
from bus.contract.vocabulary import SUPERVISOR, Reason, Rung, State
from bus.transport.codec import encode
from bus.wire.worker import Acknowledge, EventBatch, Finished, Heartbeat, Outcome, Success
from supervisor.control.worker_listener import MOST_MODEL_NOTES, WorkerListener
from supervisor.jobs.job_entry import JobEntry
from supervisor.lifecycle.job import Action, GiveAgain, GiveJob
from supervisor.lifecycle.kill_ladder import Step, StopRequest
from supervisor.workers.worker import Worker
from tests.unit.supervisor.control.running import KeepsSignals, Running, running_controller, running_job

HELLO = encode([Status("hello")])
ANSWER = Success(Result({}, Usage(), {}))


class Heard:
    """A listener, the jobs of a controller, and what is done for them."""

    def __init__(self, running: Running) -> None:
        self.parts = running.parts
        self.catalog = running.controller.catalog
        controller = running.controller
        self.listener = WorkerListener(self.parts, self.act, controller.catalog, controller.own_catalogs)
        self.place = KeepsSignals()
        self.actions: list[Action] = []

    def act(self, entry: JobEntry, actions: Iterable[Action]) -> None:
        self.actions += actions

    def worker(self, job_id: str = "7f3a") -> Worker:
        worker = Worker("parquet", Settings(), self.place, lambda _: None)
        worker.assign(job_id, self.listener)
        return worker

    def entry(self, *, given: bool = True, agent: str = "parquet") -> tuple[JobEntry, Worker]:
        """A job that has a worker."""
        entry = running_job(self.parts, agent=agent)
        entry.worker = self.worker()
        if given:
            entry.job.worker_ready(entry.job.accepted_at)
        return entry, entry.worker

    def say(self, worker: Worker, *, count: int = 1, cost_usd: float = 0.0, at: float = 1.0) -> None:
        usage = Usage(cost_usd=cost_usd)
        self.listener.on_worker_message(worker, EventBatch(worker.token, 1, usage, HELLO, used_at=at, count=count))

    def finish(self, worker: Worker, outcome: Outcome | None) -> None:
        blob = encode(outcome) if outcome is not None else b"garbage"
        self.listener.on_worker_message(worker, Finished(worker.token, 1, Usage(), blob, used_at=2.0))


@pytest_asyncio.fixture
async def heard(tmp_path: Path) -> AsyncIterator[Heard]:
    async with running_controller(tmp_path) as running:
        yield Heard(running)


def asked(entry: JobEntry) -> StopRequest | None:
    return entry.job.ladder.request if entry.job.ladder is not None else None


async def test_a_worker_that_is_ready_is_given_its_job_and_one_that_waits_is_given_it_again(heard: Heard) -> None:
    entry, worker = heard.entry(given=False)
    heard.listener.worker_ready(worker)
    heard.listener.worker_heard(worker, Heartbeat(worker.token, False))
    assert heard.actions == [GiveJob(), GiveAgain()]
    assert entry.job.given


async def test_each_word_and_each_heartbeat_ends_the_silence(heard: Heard) -> None:
    entry, worker = heard.entry()
    entry.job.silence_since = 0.0
    heard.say(worker)
    assert entry.job.silence_since > 0.0
    entry.job.silence_since = 0.0
    heard.listener.worker_heard(worker, Heartbeat(worker.token, True))
    assert entry.job.silence_since > 0.0


async def test_the_last_word_is_acknowledged_once_it_is_in_the_log(heard: Heard) -> None:
    _, worker = heard.entry()
    heard.finish(worker, ANSWER)
    assert heard.place.told == []
    heard.parts.journal.flush()
    assert heard.place.told == [encode(Acknowledge(0))]


async def test_an_answer_that_has_grown_too_large_stops_its_job(heard: Heard) -> None:
    entry, worker = heard.entry()
    entry.stream.size_bytes = heard.parts.settings.limits.max_output_bytes
    heard.say(worker)
    assert asked(entry) == StopRequest(SUPERVISOR, Reason.OUTPUT_LIMIT)


async def test_a_job_knows_of_its_worker_s_exit_before_nothing_of_it_is_left(heard: Heard) -> None:
    entry, worker = heard.entry()
    heard.listener.worker_exited(worker)
    assert (entry.job.exited, entry.job.ended) == (True, False)


async def test_a_catalog_that_was_read_is_known(heard: Heard) -> None:
    _, worker = heard.entry(agent=CATALOG_AGENT)
    catalog = Catalog((), fingerprint="f")
    heard.finish(worker, Success(Result({}, Usage(), {}), catalog=catalog))
    assert heard.catalog.known == catalog


async def test_other_data_that_a_worker_finds_are_read_for_all_or_for_its_user(heard: Heard) -> None:
    entry, worker = heard.entry()
    for own_folder in ("", "/files/ann"):
        worker.own_folder, entry.files_of = own_folder, "ann"
        heard.listener.data_changed(worker, "another")
        heard.parts.journal.flush()
    agents = [record.summary.agent for record in heard.parts.store.queries.ended(9)]
    assert agents == [OWN_FILES_AGENT, CATALOG_AGENT]


async def test_what_is_said_before_the_job_was_given_is_dropped(heard: Heard) -> None:
    entry, worker = heard.entry(given=False)
    heard.say(worker)
    assert (entry.stream.seq, worker.dropped) == (0, 1)


async def test_a_worker_that_is_not_the_job_s_says_nothing_of_it(heard: Heard) -> None:
    entry, _ = heard.entry()
    stranger = heard.worker()
    heard.say(stranger)
    heard.listener.worker_gone(stranger, "exited with status 1")
    assert (entry.stream.seq, entry.exit_words, stranger.dropped) == (0, "", 1)


async def test_what_no_worker_may_say_stops_the_job_and_is_not_logged(heard: Heard) -> None:
    entry, worker = heard.entry()
    heard.say(worker, count=2)
    assert asked(entry) == StopRequest(SUPERVISOR, Reason.AGENT_ERROR)
    assert entry.limit_words == "The worker sent 1 events and called them 2."
    assert entry.stream.seq == 0


async def test_a_usage_that_no_worker_can_mean_stops_the_job(heard: Heard) -> None:
    entry, worker = heard.entry()
    heard.listener.worker_heard(worker, Heartbeat(worker.token, True, Usage(cost_usd=-1.0)))
    assert asked(entry) == StopRequest(SUPERVISOR, Reason.AGENT_ERROR)
    assert entry.job.usage.cost_usd == 0.0


async def test_an_older_report_of_usage_takes_nothing_back(heard: Heard) -> None:
    entry, worker = heard.entry()
    heard.say(worker, cost_usd=0.5, at=2.0)
    heard.say(worker, cost_usd=0.1, at=1.0)
    assert (entry.job.usage.cost_usd, entry.stream.seq) == (0.5, 2)


async def test_a_job_keeps_the_first_reason_for_its_stop(heard: Heard) -> None:
    entry, worker = heard.entry()
    heard.listener.exceeded(worker, Reason.MEMORY, "much memory")
    heard.listener.exceeded(worker, Reason.OUTPUT_LIMIT, "much scratch space")
    assert (asked(entry), entry.limit_words) == (StopRequest(SUPERVISOR, Reason.MEMORY), "much memory")


async def test_too_many_processes_are_killed_at_once(heard: Heard) -> None:
    entry, worker = heard.entry()
    heard.listener.overcrowded(worker, Reason.PROCESSES, "many processes")
    assert (asked(entry), entry.limit_words) == (
        StopRequest(SUPERVISOR, Reason.PROCESSES, Rung.KILL),
        "many processes",
    )


async def test_they_are_killed_also_where_the_job_has_its_answer_already_and_where_there_is_none(heard: Heard) -> None:
    entry, worker = heard.entry()
    heard.finish(worker, ANSWER)
    heard.listener.overcrowded(worker, Reason.PROCESSES, "many processes")
    heard.listener.overcrowded(heard.worker("another"), Reason.PROCESSES, "many processes")
    assert heard.place.done == [Step.KILL, Step.KILL]
    assert (asked(entry), entry.limit_words) == (None, "")


async def test_the_answer_is_on_its_way_to_disk_before_the_job_ends(heard: Heard) -> None:
    entry, worker = heard.entry()
    heard.finish(worker, ANSWER)
    heard.parts.journal.flush()
    ((_, record, outcome, _),) = heard.parts.store.queries.unfinished()
    assert (record.summary.job_id, outcome) == (entry.job_id, ANSWER)


async def test_what_comes_after_the_answer_is_not_logged(heard: Heard) -> None:
    entry, worker = heard.entry()
    heard.finish(worker, ANSWER)
    heard.say(worker)
    assert entry.stream.seq == 0


async def test_an_answer_that_cannot_be_read_or_shown_is_none(heard: Heard) -> None:
    entry, worker = heard.entry()
    heard.finish(worker, None)
    assert asked(entry) == StopRequest(SUPERVISOR, Reason.AGENT_ERROR)
    assert entry.job.outcome is None


async def test_a_worker_that_ended_with_its_node_was_lost_with_it(heard: Heard) -> None:
    entry, worker = heard.entry()
    worker.with_its_node, worker.last_words, worker.dropped = True, {"stderr": "MemoryError"}, 3
    heard.listener.worker_gone(worker, "its node was silent")
    assert (entry.job.state, entry.job.reason) == (State.FAILED, Reason.NODE_LOST)
    assert (entry.exit_words, entry.last_words, entry.dropped) == ("its node was silent", worker.last_words, 3)


async def test_what_the_kernel_has_held_a_worker_to_is_said_with_its_number(heard: Heard) -> None:
    entry, worker = heard.entry()
    worker.limits = msgspec.structs.replace(worker.limits, max_memory_bytes=64 << 20)
    worker.limit_hit = Reason.MEMORY
    heard.listener.worker_gone(worker, "killed by SIGKILL")
    assert entry.job.reason == Reason.MEMORY
    assert "64 MiB" in entry.limit_words


async def test_the_first_words_of_questions_are_counted_once(heard: Heard) -> None:
    _, worker = heard.entry()
    for _ in range(2):
        heard.say(worker)
    assert heard.parts.counters.first_chunk.count == 1


async def test_those_of_the_supervisor_s_own_jobs_are_not_counted(heard: Heard) -> None:
    _, worker = heard.entry(agent=CATALOG_AGENT)
    heard.say(worker)
    assert heard.parts.counters.first_chunk.count == 0


async def test_what_workers_find_out_of_a_model_is_kept_once_and_not_without_end(heard: Heard) -> None:
    _, worker = heard.entry()
    heard.listener.model_noted(heard.worker("another"), "of no job")
    for number in (0, 0, *range(2 * MOST_MODEL_NOTES)):
        heard.listener.model_noted(worker, f"note {number}")
    assert heard.listener.model_notes == [f"note {number}" for number in range(MOST_MODEL_NOTES)]
