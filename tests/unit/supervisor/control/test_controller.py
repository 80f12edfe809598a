"""A job ends, and the next begins, whatever fails on the way."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from bus.contract.agents import LOOK_FURTHER
from bus.contract.catalog import Catalog, CatalogTable
from bus.contract.events import Result, Usage
from bus.contract.vocabulary import Reason, Role, State
from bus.transport.codec import encode
from bus.wire.commands import Caller, Submit
from bus.wire.replies import Refused
from bus.wire.worker import Success
from supervisor.control.catalog_file import CatalogFile
from supervisor.control.catalog_refresh import TRY_AGAIN_S, CatalogRefresh
from supervisor.jobs.job_entry import JobEntry
from supervisor.scheduling.admission import Facts
from tests.unit.supervisor.control.running import Running, running_controller

QUESTION = Submit(question="SELECT 1", agent="parquet", session_id="s1", caller=Caller("ann", Role.USER))


@pytest_asyncio.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    async with running_controller(tmp_path) as running:
        yield running


async def test_a_job_for_which_no_worker_can_be_got_ends(running: Running) -> None:
    entry = running.controller.submit(QUESTION)
    assert (entry.job.state, entry.job.reason) == (State.FAILED, Reason.WORKER_DIED)
    assert entry.exit_words == "could not be started (the pool is closed)"
    running.parts.journal.flush()
    assert not running.parts.jobs


async def test_what_fails_after_a_job_s_end_holds_nothing_else_up(running: Running) -> None:
    called: list[str] = []

    def fail() -> None:
        called.append("first")
        raise ValueError

    entry = running.controller.submit(QUESTION)
    entry.when_finalized(fail)
    entry.when_finalized(lambda: called.append("second"))
    running.parts.journal.flush()
    assert called == ["first", "second"]
    await running.parts.jobs.until_empty()


async def test_a_catalog_that_could_not_be_read_is_read_again_when_it_is_asked_for_but_not_each_time(
    running: Running,
) -> None:
    read = []
    for now in (100.0, 101.0, 100.0 + TRY_AGAIN_S):
        said = running.controller.catalog.answer(now)
        assert isinstance(said, Refused)
        assert said.code == "not_ready"
        running.parts.journal.flush()
        read.append(len(running.parts.store.queries.ended(10, None, None, "")))
    assert read == [1, 1, 2]


def has_read(*unseen: bool) -> Success:
    """The outcome of a job that has read tables, some of which it had no time to look into."""
    tables = tuple(CatalogTable(f"t{at}", (), 1, (), unseen=one) for at, one in enumerate(unseen))
    return Success(Result({}, Usage(), {}), catalog=Catalog(tables, fingerprint="f"))


async def test_a_catalog_is_kept_over_a_start_and_a_damaged_one_is_none(running: Running, tmp_path: Path) -> None:
    refresh = running.controller.catalog
    assert refresh.encoded == b""
    refresh.take(refresh.read(), has_read(False))

    def anew() -> CatalogRefresh:
        parts = running.parts
        return CatalogRefresh(running.controller.submit, parts.jobs, parts.conditions, CatalogFile(tmp_path))

    assert anew().encoded == refresh.encoded != b""
    assert anew().known is None, "nobody is told of tables that nobody has looked at since"
    file = tmp_path / "catalog"
    file.write_bytes(file.read_bytes()[:-1])
    assert anew().encoded == b""
    CatalogFile(tmp_path).save(encode("no catalog"))
    assert anew().encoded == b""


async def test_reading_goes_on_as_long_as_it_gets_on(running: Running, tmp_path: Path) -> None:
    """Two tables were not looked into, then one, then still one."""
    begun: list[Submit] = []

    def submit(one: Submit) -> JobEntry:
        begun.append(one)
        return running.controller.submit(one)

    refresh = CatalogRefresh(submit, running.parts.jobs, running.parts.conditions, CatalogFile(tmp_path))
    counts = []
    for outcome in (has_read(True, True), has_read(True, False), has_read(False, True), has_read(False, False)):
        refresh.take(refresh.read(), outcome)
        begun.clear()
        running.parts.journal.flush()
        assert all(one.question == LOOK_FURTHER for one in begun)
        counts.append(len(begun))
    assert counts == [1, 1, 0, 0]


async def test_trouble_with_the_log_and_a_drain_close_the_server_to_questions(running: Running) -> None:
    conditions = running.parts.conditions
    assert (conditions.closed, conditions.now(), conditions.refuse("ann")) == (False, Facts(), None)
    running.parts.commit.lost = "the log is gone"
    refused = conditions.refuse("ann")
    assert refused is not None
    assert (conditions.closed, refused.error) == (True, "the log is gone")
    running.parts.commit.lost = ""
    running.parts.admission.drain()
    assert conditions.closed
