"""Which job a shortened id means."""

import pytest

from bus.contract.vocabulary import State
from bus.wire.job_prefix import NOT_FOUND, meant_by
from bus.wire.job_record import JobRecord, JobSummary
from bus.wire.replies import Refused


def record(job_id: str) -> JobRecord:
    return JobRecord(
        JobSummary(
            job_id=job_id,
            session_id="s",
            user="ann",
            agent="sql",
            question="?",
            conversation_id="c",
            state=State.SUCCEEDED,
            reason=None,
            created_at=0.0,
            started_at=None,
            ended_at=None,
            pid=None,
            seq=1,
            rung=None,
        ),
        moves=[],
        rungs=[],
    )


@pytest.mark.parametrize(("prefix", "ids"), [("", ["a1"]), ("a", [])])
def test_nothing_is_meant(prefix: str, ids: list[str]) -> None:
    assert meant_by(prefix, [record(job_id) for job_id in ids]) == NOT_FOUND


@pytest.mark.parametrize(("prefix", "ids", "meant"), [("a", ["a1"], "a1"), ("a1", ["a12", "a1"], "a1")])
def test_one_is_meant(prefix: str, ids: list[str], meant: str) -> None:
    found = meant_by(prefix, [record(job_id) for job_id in ids])
    assert isinstance(found, JobRecord)
    assert found.summary.job_id == meant


def test_several_are_named() -> None:
    found = meant_by("a", [record("a1"), record("a2")])
    assert isinstance(found, Refused)
    assert (found.code, found.error) == ("ambiguous", "`a` is the beginning of 2 jobs: a1, a2")
