"""What the log says of jobs: the turns of a branch of a conversation, costs of a time, users, sessions."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bus.contract.events import Usage
from bus.contract.vocabulary import SUPERVISOR, State
from bus.wire.commands import Submit
from bus.wire.worker import KeptTurn
from supervisor.jobs.job_entry import JobEntry
from supervisor.storage.store import Store
from tests.harness.jobs.entries import new_entry


class Log:
    """A log on disk, and the jobs that were written to it."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder)
        self.queries = self.store.queries

    def asked(self, name: str, *, answer: str = "", ended_at: float | None = 1.0, **fields: Any) -> JobEntry:
        """A question, answered if there is an answer, in the conversation `c` unless `fields` say otherwise."""
        entry = new_entry(name, **{"conversation_id": "c", "question": f"{name}?", "agent": "parquet", **fields})
        entry.stream.number = self.store.accept(entry.submit, entry.record())
        summary = msgspec.structs.replace(entry.record().summary, state=State.SUCCEEDED, ended_at=ended_at)
        record = msgspec.structs.replace(entry.record(), summary=summary if ended_at is not None else entry.summary())
        self.store.update(entry.stream.number, record, KeptTurn(f"{name}?", answer=answer) if answer else None)
        self.store.commit()
        return entry

    def answers(self, limit: int = 9, **fields: Any) -> list[str]:
        """What a question that is asked now learns of those before it."""
        return [turn.answer for turn in self.queries.turns(self.now(**fields), limit)]

    def now(self, **fields: Any) -> Submit:
        return new_entry("now", **{"conversation_id": "c", "agent": "parquet", **fields}).submit


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    log = Log(tmp_path)
    yield log
    log.store.close()


def test_a_question_learns_of_the_latest_ones_before_it_oldest_first(log: Log) -> None:
    for name in "abc":
        log.asked(name, answer=name.upper())
    log.asked("failed")
    log.asked("elsewhere", answer="X", conversation_id="d")
    assert (log.answers(), log.answers(2), log.answers(0)) == (["A", "B", "C"], ["B", "C"], [])


def test_another_user_s_turns_are_none_of_it(log: Log) -> None:
    log.asked("a", answer="A", user="bob")
    assert log.answers() == []


def test_a_branch_leaves_out_what_was_asked_beside_it(log: Log) -> None:
    log.asked("a", answer="A")
    log.asked("b", answer="B")
    log.asked("c", answer="C", follows="s-a")
    log.asked("d", answer="D")
    assert log.answers() == ["A", "C", "D"], "without a name it follows the one before, with its branch"
    assert log.answers(follows="s-b") == ["A", "B"]
    assert log.answers(follows="") == [], "it begins the conversation anew"
    log.asked("e", answer="E", follows="")
    assert log.answers() == ["E"]


def test_an_agent_goes_on_with_what_it_has_kept_itself(log: Log) -> None:
    assert log.queries.kept(log.now()) == KeptTurn("")
    log.asked("a", answer="A", agent="mine")
    log.asked("b", answer="B", agent="parquet")
    assert log.queries.kept(log.now(agent="mine")).answer == "A"
    assert log.queries.kept(log.now(agent="parquet")).answer == "B"
    assert log.queries.kept(log.now(agent="mine", follows="")) == KeptTurn("")


def test_users_are_those_of_the_log_but_for_the_supervisor_s_own_jobs(log: Log) -> None:
    log.asked("a")
    log.asked("b", user="bob")
    log.asked("c", user=SUPERVISOR)
    assert log.queries.users() == {"ann", "bob"}


def test_a_session_is_found_by_its_user(log: Log) -> None:
    entry = log.asked("a")
    found = log.queries.session("ann", "s-a")
    assert found is not None
    assert (found[0].job_id, found[1]) == ("a", entry.submit)
    assert log.queries.session("bob", "s-a") is None


def test_costs_are_those_of_jobs_that_ended_in_the_time(log: Log) -> None:
    for name, ended_at in (("before", 9.0), ("in", 10.0), ("after", 20.0), ("runs", None)):
        entry = new_entry(name)
        entry.job.usage = Usage(cost_usd=0.5)
        entry.stream.number = log.store.accept(entry.submit, entry.record())
        record = entry.record()
        if ended_at is not None:
            summary = msgspec.structs.replace(record.summary, state=State.SUCCEEDED, ended_at=ended_at)
            record = msgspec.structs.replace(record, summary=summary)
        log.store.update(entry.stream.number, record)
    log.store.commit()
    assert log.queries.costs_usd(10.0, 20.0) == [("ann", 10.0, 0.5)]


def test_an_outcome_that_cannot_be_read_keeps_no_supervisor_from_starting(log: Log) -> None:
    entry = log.asked("a", ended_at=None)
    log.store._write("UPDATE jobs SET outcome = ? WHERE n = ?", b"garbage", entry.stream.number)
    log.store.commit()
    assert [(one[1].summary.job_id, one[2]) for one in log.queries.unfinished()] == [("a", None)]
