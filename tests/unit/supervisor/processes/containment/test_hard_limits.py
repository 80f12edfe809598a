"""What the kernel is told of a worker's limits."""

import pytest

from bus.contract.settings import LimitSettings
from supervisor.processes.containment.hard_limits import CONTROLLERS, HardLimits, weight_of

MIB = 1 << 20
LIMITS = LimitSettings(max_memory_bytes=4096 * MIB, max_scratch_bytes=100 * MIB, max_processes=200)


def test_the_kernels_line_of_memory_lies_an_eighth_above_the_sampled_one() -> None:
    assert HardLimits().for_worker(LIMITS, CONTROLLERS) == [
        ("memory.max", str((4096 + 512) * MIB)),
        ("memory.swap.max", "0"),
        ("memory.oom.group", "1"),
        ("pids.max", "200"),
    ]


def memory_max(max_memory: int, max_scratch: int, *, scratch_in_memory: bool) -> list[str]:
    limits = LimitSettings(max_memory_bytes=max_memory * MIB, max_scratch_bytes=max_scratch * MIB)
    writes = HardLimits(scratch_in_memory=scratch_in_memory).for_worker(limits, ("memory",))
    return [str(int(text) // MIB) for name, text in writes if name == "memory.max"]


def test_a_small_limit_has_room_for_what_a_worker_is() -> None:
    assert memory_max(16, 0, scratch_in_memory=False) == ["80"]


def test_scratch_in_memory_is_memory_and_allowed() -> None:
    assert memory_max(16, 1000, scratch_in_memory=True) == ["1080"]


@pytest.mark.parametrize(("memory", "scratch"), [(0, 1000), (16, 0)])
def test_without_a_limit_there_is_none(memory: int, scratch: int) -> None:
    assert memory_max(memory, scratch, scratch_in_memory=True) == []


def test_without_controllers_nothing_is_written() -> None:
    assert HardLimits(5).for_worker(LIMITS, ()) == HardLimits(5).for_all(()) == []


def test_no_limit_of_processes_is_none() -> None:
    assert HardLimits().for_worker(LimitSettings(max_processes=0), ("pids",)) == []


def test_workers_together_stand_behind_the_programs() -> None:
    assert HardLimits(5).for_all(CONTROLLERS) == [("cpu.weight", "33"), ("io.weight", "default 33")]
    assert HardLimits(5).for_all(("io",)) == [("io.weight", "default 33")]


def test_a_weight_is_what_the_kernel_makes_of_a_niceness() -> None:
    assert [weight_of(nice) for nice in (0, 1, 5, 10, 19)] == [100, 80, 33, 11, 1]
