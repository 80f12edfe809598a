"""Which job a caller means, and what nobody learns of another's."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from bus.contract.vocabulary import Role, State
from bus.wire.commands import Caller
from bus.wire.job_prefix import NOT_FOUND
from bus.wire.job_record import JobRecord
from bus.wire.replies import Refused
from supervisor.jobs.job_table import JobTable
from supervisor.jobs.lookup import Lookup
from supervisor.storage.store import Store
from tests.harness.jobs.entries import new_entry

ANN, BOB, OPERATOR = Caller("ann", Role.USER), Caller("bob", Role.USER), Caller("olga", Role.OPERATOR)


class Jobs:
    """Jobs that have not ended in the table, the others in the log alone; as in a supervisor, the log knows all."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder)
        self.table = JobTable()
        self.lookup = Lookup(self.store.queries, self.table)

    def job(self, job_id: str, user: str = "ann", *, ended: bool = False, session_id: str = "") -> None:
        entry = new_entry(job_id, user, session_id=session_id or f"s-{job_id}")
        entry.stream.number = self.store.accept(entry.submit, entry.record())
        if ended:
            summary = msgspec.structs.replace(entry.summary(), state=State.SUCCEEDED, ended_at=1.0)
            self.store.update(entry.stream.number, msgspec.structs.replace(entry.record(), summary=summary), None)
        else:
            self.table.add(entry)
        self.store.commit()

    def found(self, caller: Caller, prefix: str = "", session_id: str = "") -> str:
        """The id and state of the job that is found, or the code of the refusal."""
        found = self.lookup.find(caller, prefix, session_id)
        return found.code if isinstance(found, Refused) else f"{found.summary.job_id} {found.summary.state}"


@pytest.fixture
def jobs(tmp_path: Path) -> Iterator[Jobs]:
    jobs = Jobs(tmp_path)
    yield jobs
    jobs.store.close()


def test_a_job_is_found_by_the_beginning_of_its_id_whether_it_has_ended_or_not(jobs: Jobs) -> None:
    jobs.job("ab1")
    jobs.job("cd1", ended=True)
    assert (jobs.found(ANN, "ab"), jobs.found(ANN, "cd1")) == ("ab1 queued", "cd1 succeeded")


def test_what_the_table_knows_is_newer_than_what_is_logged_and_the_job_is_one(jobs: Jobs) -> None:
    jobs.job("ab1")
    entry = jobs.table.get("ab1")
    assert entry is not None
    entry.job.launch(1.0)
    assert jobs.found(ANN, "ab") == "ab1 starting"


def test_several_that_begin_so_are_named_and_none_is_taken(jobs: Jobs) -> None:
    jobs.job("ab1")
    jobs.job("ab2", ended=True)
    refused = jobs.lookup.find(ANN, "ab", "")
    assert isinstance(refused, Refused)
    assert refused.error == "`ab` is the beginning of 2 jobs: ab1, ab2"


@pytest.mark.parametrize("ended", [False, True])
def test_another_user_s_job_is_as_one_that_is_not_there_also_beside_one_s_own(jobs: Jobs, ended: bool) -> None:
    jobs.job("ab1", "bob", ended=ended)
    assert jobs.lookup.find(ANN, "ab1", "") == NOT_FOUND
    jobs.job("ab2", "ann")
    assert jobs.found(ANN, "ab") == "ab2 queued", "there is nothing that could be confused with it"
    assert jobs.found(BOB, "ab").startswith("ab1 ")
    assert jobs.found(OPERATOR, "ab") == "ambiguous"


@pytest.mark.parametrize("ended", [False, True])
def test_a_session_is_its_user_s_own_also_for_operators(jobs: Jobs, ended: bool) -> None:
    jobs.job("ab1", "ann", ended=ended, session_id="s")
    jobs.job("ab2", "bob", ended=ended, session_id="s")
    assert jobs.found(ANN, session_id="s").startswith("ab1 ")
    assert jobs.found(BOB, session_id="s").startswith("ab2 ")
    assert jobs.found(OPERATOR, session_id="s") == "not_found"


def test_no_name_means_no_job(jobs: Jobs) -> None:
    jobs.job("ab1")
    found = [jobs.lookup.find(ANN, *named) for named in (("", ""), ("zz", ""), ("", "no-such"))]
    assert not any(isinstance(one, JobRecord) for one in found)
    assert found == [NOT_FOUND] * 3
