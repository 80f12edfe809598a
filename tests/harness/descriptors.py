"""A program that has no descriptor left."""

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def no_descriptor_left(pid: int) -> Iterator[None]:
    """As long as this lasts the process can open nothing more."""
    limits = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    lowest = min(_lowest_free(pid) for _ in _moments())  # what is open for a moment only leaves a gap when it closes
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (lowest, limits[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, limits)


def _lowest_free(pid: int) -> int:
    taken = {int(path.name) for path in Path(f"/proc/{pid}/fd").iterdir()}
    return min(set(range(len(taken) + 1)) - taken)


def _moments() -> Iterator[None]:
    """Ten of them, a little apart."""
    for _ in range(10):
        yield
        time.sleep(0.05)
