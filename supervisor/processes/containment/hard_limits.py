"""What the kernel is told of the limits of workers, as texts for the files of their control groups. Pure.

A limit of memory is there twice. The one of the settings is sampled, and climbs the ladder, so that what the job has to
say still comes; the kernel's stands somewhat higher, and nobody gets beyond it, however quick.
"""

from collections.abc import Collection
from dataclasses import dataclass

from bus.contract.settings import LimitSettings

CONTROLLERS = ("memory", "pids", "cpu", "io")

MIN_ROOM_BYTES = 64 << 20
"""What a worker has of its own when it is ready does not count, nor what the kernel has for it (sockets, pages)."""

Write = tuple[str, str]
"""A file of the group, and what is written to it."""


@dataclass(frozen=True)
class HardLimits:
    """`nice`: how far workers stand behind the programs. `scratch_in_memory`: whether what they write into their
    scratch folders is in memory too (tmpfs)."""

    nice: int = 0
    scratch_in_memory: bool = False

    def for_all(self, controllers: Collection[str]) -> list[Write]:
        """For the group above those of the workers: all of them together against the programs. Within it each worker
        has the same share, however many processes it starts."""
        weight = weight_of(self.nice)
        writes = [("cpu.weight", str(weight))] if "cpu" in controllers else []
        return [*writes, ("io.weight", f"default {weight}")] if "io" in controllers else writes

    def for_worker(self, limits: LimitSettings, controllers: Collection[str]) -> list[Write]:
        """For a worker's own group; 0 is no limit."""
        writes = []
        if "memory" in controllers and (most := self._memory_bytes(limits)):
            writes += [("memory.max", str(most)), ("memory.swap.max", "0"), ("memory.oom.group", "1")]
        if "pids" in controllers and limits.max_processes:
            writes += [("pids.max", str(limits.max_processes))]
        return writes

    def _memory_bytes(self, limits: LimitSettings) -> int:
        memory, scratch = limits.max_memory_bytes, limits.max_scratch_bytes if self.scratch_in_memory else 0
        if not memory or (self.scratch_in_memory and not scratch):
            return 0
        return memory + max(MIN_ROOM_BYTES, memory // 8) + scratch


def weight_of(nice: int) -> int:
    """The kernel's weight of a niceness: each step is a quarter less; 100 is the usual one."""
    return max(1, round(100 / 1.25**nice))
