"""A job ends, and the next begins, whatever fails on the way."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from bus.contract.settings import Settings, running_limits
from bus.contract.vocabulary import Reason, Role, State
from bus.wire.commands import Caller, Refused, Submit
from supervisor.control.catalog_refresh import TRY_AGAIN_S
from supervisor.control.controller import JobController
from supervisor.processes.spawner import Spawner
from supervisor.scheduling.admission import Admission
from supervisor.storage.journal import Journal
from supervisor.storage.store import Store
from supervisor.workers.pool import WorkerPool

QUESTION = Submit(question="SELECT 1", agent="parquet", session_id="s1", caller=Caller("ann", Role.USER))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path)
    yield store
    store.close()


@pytest.fixture
def journal(store: Store) -> Journal:
    return Journal(store, lambda _: None)


@pytest_asyncio.fixture
async def controller(store: Store, journal: Journal, tmp_path: Path) -> JobController:
    """Its pool was not opened: there is no endpoint to give to a worker, and none can be got."""
    settings = Settings()
    pool = WorkerPool(settings, Spawner([], {}), store, tmp_path)
    return JobController(settings, store, journal, pool, Admission(settings.limits, running_limits(settings)))


async def test_a_job_for_which_no_worker_can_be_got_ends(controller: JobController, journal: Journal) -> None:
    entry = controller.submit(QUESTION)
    assert (entry.job.state, entry.job.reason) == (State.FAILED, Reason.WORKER_DIED)
    journal.flush()
    assert controller.idle.is_set()


async def test_what_fails_after_a_job_s_end_holds_nothing_else_up(controller: JobController, journal: Journal) -> None:
    called: list[str] = []

    def fail() -> None:
        called.append("first")
        raise ValueError

    entry = controller.submit(QUESTION)
    entry.when_forgotten += [fail, lambda: called.append("second")]
    journal.flush()
    assert called == ["first", "second"]
    assert controller.idle.is_set()


async def test_a_catalog_that_could_not_be_read_is_read_again_for_who_asks_but_not_each_time(
    controller: JobController, store: Store, journal: Journal
) -> None:
    read = []
    for now in (100.0, 101.0, 100.0 + TRY_AGAIN_S):
        said = controller.catalog.answer(now)
        assert isinstance(said, Refused)
        assert said.code == "not_ready"
        journal.flush()
        read.append(len(store.queries.ended(10, None, None, "")))
    assert read == [1, 1, 2]
