"""A job ends, and the next begins, whatever fails on the way."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bus.commands import Caller, Submit
from bus.settings import Settings, running_limits
from bus.vocabulary import Reason, Role, State
from supervisor.admission import Admission
from supervisor.conductor import Conductor
from supervisor.journal import Journal
from supervisor.processes import Spawner
from supervisor.store import Store
from supervisor.yard import Yard

QUESTION = Submit(question="SELECT 1", agent="parquet", session_id="s1", caller=Caller("ann", Role.USER))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path)
    yield store
    store.close()


async def test_a_job_for_which_no_worker_can_be_got_ends(store: Store, tmp_path: Path) -> None:
    settings = Settings()
    journal = Journal(store, lambda _: None, lambda: None)
    yard = Yard(settings, Spawner([]), store, tmp_path)  # it was not opened: there is no endpoint to give to a worker
    conductor = Conductor(settings, store, journal, yard, Admission(settings.limits, running_limits(settings)))
    entry = conductor.submit(QUESTION)
    assert (entry.job.state, entry.job.reason) == (State.FAILED, Reason.WORKER_DIED)
    journal.flush()
    assert conductor.idle.is_set()
