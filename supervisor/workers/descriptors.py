"""Whether there are descriptors left for another worker: where there are none for a connection, the bus's library ends
the whole process."""

import resource
from collections.abc import Callable
from pathlib import Path

OPEN_PER_WORKER = 3
"""Its pidfd, its connections for control and events."""

PER_WORKER = OPEN_PER_WORKER + 2
"""And two for looking at it."""

RESERVE = 12
"""For clients that connect, for the log, for looking at processes."""

_OPEN = Path("/proc/self/fd")


class Descriptors:
    """The descriptors of this process. `starting()` says how many workers have not opened theirs yet."""

    def __init__(self, starting: Callable[[], int]) -> None:
        self._starting = starting

    def shortage(self, giving_way: int = 0) -> str:
        """Why no worker can be started now, for people; nothing where one can be. So many ready workers would give way
        to it."""
        limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        try:
            opened = _count_open()
        except OSError:  # not even for looking
            opened = limit
        return shortage(opened - giving_way * OPEN_PER_WORKER, self._starting(), limit)


def _count_open() -> int:
    """Linux 6.2 and later say it as the folder's size, in a microsecond however many there are; before, it is 0."""
    return _OPEN.stat().st_size or sum(1 for _ in _OPEN.iterdir()) - 1  # but for the one that lists


def shortage(opened: int, starting: int, limit: int) -> str:
    """Pure: the same for so many that are open and so many workers that are starting."""
    if limit == resource.RLIM_INFINITY or opened + (starting + 1) * PER_WORKER + RESERVE <= limit:
        return ""
    return (
        f"the server has {opened} of {limit} file descriptors open, keeps {RESERVE} in reserve, and a job takes "
        f"{PER_WORKER}"
    )
