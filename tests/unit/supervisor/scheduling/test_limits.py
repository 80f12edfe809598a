"""What is too much for a job, and in which words that is said."""

from typing import Any

import pytest

from bus.contract.settings import LimitSettings, Settings
from bus.contract.vocabulary import Reason
from bus.wire.commands import Options
from supervisor.scheduling.limits import Exceeded, Limits
from tests.harness.jobs.entries import new_entry


def limits_of(**limits: Any) -> Limits:
    return Limits(Settings(limits=LimitSettings(**limits)))


@pytest.mark.parametrize(
    ("limit_s", "wanted_s", "runtime_s"), [(60.0, None, 60.0), (60.0, 5.0, 5.0), (60.0, 600.0, 60.0), (0.0, 5.0, 5.0)]
)
def test_a_question_can_only_lower_its_time(limit_s: float, wanted_s: float | None, runtime_s: float) -> None:
    limits = limits_of(max_runtime_s=limit_s)
    submit = new_entry(agent="parquet", options=Options(max_runtime_s=wanted_s)).submit
    assert limits.deadlines(submit).runtime_s == runtime_s


def test_an_answer_that_grows_too_large_says_what_and_by_how_much() -> None:
    limits, entry = limits_of(max_output_bytes=1000, max_events=10), new_entry()
    entry.stream.size_bytes, entry.stream.seq = 1000, 10
    assert limits.over_output(entry) is None
    entry.stream.size_bytes = 1001
    words = "The answer has grown to 1,001 bytes; the limit is 1,000."
    assert limits.over_output(entry) == Exceeded(Reason.OUTPUT_LIMIT, words)
    entry.stream.size_bytes, entry.stream.seq = 0, 11
    assert limits.over_output(entry) == Exceeded(
        Reason.OUTPUT_LIMIT, "The answer has grown to 11 events; the limit is 10."
    )
