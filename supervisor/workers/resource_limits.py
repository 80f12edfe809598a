"""What a worker may use. Pure."""

from collections.abc import Iterator

from bus.contract.settings import LimitSettings
from bus.contract.vocabulary import Reason
from supervisor.places.place import BEYOND_REACH_BYTES, Sample

_TOO_DEEP = (
    "The question made folders in its scratch space that lie too deep to be looked into (more than 4,096 characters)."
)


def exceeded(sample: Sample, limits: LimitSettings) -> Iterator[tuple[Reason, str]]:
    """The limits beyond which this is, each with its number in words for people. A limit of 0 is none."""
    if 0 < limits.max_memory_bytes < sample.memory_bytes:
        yield Reason.MEMORY, _used("memory", sample.memory_bytes, limits.max_memory_bytes)
    if limits.max_scratch_bytes > 0 and sample.scratch_bytes >= BEYOND_REACH_BYTES:
        yield Reason.OUTPUT_LIMIT, _TOO_DEEP
    elif 0 < limits.max_scratch_bytes < sample.scratch_bytes:
        yield Reason.OUTPUT_LIMIT, _used("scratch space", sample.scratch_bytes, limits.max_scratch_bytes)


def _used(what: str, size: int, limit: int) -> str:
    return f"The question used {_mib(size)} of {what}; the limit is {_mib(limit)}."


def _mib(size: int) -> str:
    return f"{size / 2**20:,.0f} MiB"
