"""Which limits a worker has gone beyond, and what is said of it."""

from bus.contract.settings import LimitSettings
from bus.contract.vocabulary import Reason
from supervisor.places.place import BEYOND_REACH_BYTES, Sample
from supervisor.workers.resource_limits import exceeded

MIB = 2**20
LIMITS = LimitSettings(max_memory_bytes=100 * MIB, max_scratch_bytes=10 * MIB)


def test_what_is_within_its_limits_exceeds_none() -> None:
    assert list(exceeded(Sample(100 * MIB, 9.0, 10 * MIB), LIMITS)) == []


def test_each_limit_is_named_with_what_was_used_and_what_may_be() -> None:
    assert list(exceeded(Sample(120 * MIB, 0.0, 11 * MIB), LIMITS)) == [
        (Reason.MEMORY, "The question used 120 MiB of memory; the limit is 100 MiB."),
        (Reason.OUTPUT_LIMIT, "The question used 11 MiB of scratch space; the limit is 10 MiB."),
    ]


def test_a_limit_of_nothing_is_none() -> None:
    assert list(exceeded(Sample(MIB, 0.0, MIB), LimitSettings(max_memory_bytes=0, max_scratch_bytes=0))) == []


def test_what_lies_too_deep_is_said_and_no_number_of_bytes() -> None:
    ((reason, words),) = exceeded(Sample(MIB, 0.0, BEYOND_REACH_BYTES + MIB), LIMITS)
    assert reason is Reason.OUTPUT_LIMIT
    assert "lie too deep to be looked into" in words
