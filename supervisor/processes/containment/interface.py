"""What holds a worker and everything that comes from it, so that all of it can be killed, and found to be gone.

There are two forms: `sweep.py` looks for descendants and kills them until none is left; `control_groups.py` has the
kernel hold them.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from bus.contract.settings import LimitSettings
from bus.contract.vocabulary import Proof, Reason


class Held(Protocol):
    """What is asked of a worker's process here; `started` is in clock ticks since boot."""

    @property
    def pid(self) -> int: ...
    @property
    def started(self) -> int: ...
    @property
    def lives(self) -> bool: ...


class Enclosure(Protocol):
    """Holds one worker, from before it is forked until nothing of it is left."""

    @property
    def group(self) -> Path | None:
        """The control group that the worker is to start in."""

    def hold(self, process: Held) -> None:
        """Hold this process, which has just been forked, and what comes from it."""

    def pids(self) -> Iterable[int]:
        """The processes that are held, dead ones may be among them."""

    def count_tasks(self, at_most: int) -> int:
        """How many processes and threads are held; where there are more than `at_most`, it need not be all of them.
        Raises OSError where it cannot be found out."""

    def limit_hit(self) -> Reason | None:
        """Which limit the kernel has held the worker to: it has refused a process, or ended all for want of memory."""

    def counted(self) -> dict[str, int]:
        """What the kernel has counted of the worker until now."""

    def kill(self) -> None:
        """SIGKILL to all that came from the worker. Raises OSError where there is no descriptor to look for them."""

    def left(self) -> int:
        """Once the worker is reaped: kill and reap what it has left. Returns how much there was; nothing is left when
        it returns 0. Raises OSError where it cannot be found out."""

    def remove(self) -> None:
        """Remove what was made for this worker; nothing of it may be left."""


class Containment(Protocol):
    """All enclosures of one supervisor."""

    @property
    def proof(self) -> Proof: ...

    @property
    def look_again_s(self) -> float:
        """How long to wait before asking once more what a worker has left."""

    @property
    def controllers(self) -> frozenset[str]:
        """What the kernel limits of each worker: memory, pids, cpu, io."""

    def enclose(self, worker_id: str, limits: LimitSettings) -> Enclosure:
        """A new enclosure for a worker that is to be forked, and has these limits. Raises OSError."""

    def tidy(self) -> None:
        """Kill what living workers have let go of, where it is held by nothing. To be called now and then. Raises
        OSError where it cannot be found out."""

    def close(self) -> None:
        """Remove what was made for all enclosures; no worker may be left."""


Contain = Callable[[Callable[[], set[int]]], Containment]
"""Makes a containment; it is told how to learn which children of this process are no workers."""
