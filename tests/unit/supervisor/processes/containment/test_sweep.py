"""Which dead workers wait for an orphaned process."""

import os
import signal

from bus.contract.settings import LimitSettings
from bus.system.orphans import children
from supervisor.processes.containment.sweep import Sweep
from tests.harness.jobs.local_workers import child


def sweep() -> tuple[Sweep, set[int]]:
    """Every child of this test but those of before, and but those that are added to the set, is an orphan."""
    own = set(children(os.getpid()))
    return Sweep(lambda: own), own


def gone(pid: int) -> bool:
    return pid not in children(os.getpid())


def test_an_orphan_that_came_after_the_worker_is_killed_and_waited_for() -> None:
    swept, own = sweep()
    family = swept.enclose("dead", LimitSettings())
    with child(family) as process:
        own.add(process.pid)
        process.kill()
        process.wait()
        with child() as orphan:
            assert family.left() == 1
            orphan.wait()
            assert gone(orphan.pid)
            assert family.left() == 0


def test_an_orphan_that_is_older_than_the_worker_is_killed_but_not_waited_for() -> None:
    swept, _ = sweep()
    family = swept.enclose("dead", LimitSettings())
    with child() as orphan:
        started = os.times().elapsed
        while os.times().elapsed <= started + 0.01:  # start times count in hundredths of a second
            pass
        with child(family) as process:
            process.kill()
            process.wait()
            assert family.left() == 0
            assert orphan.wait() == -signal.SIGKILL or gone(orphan.pid)


def test_an_orphan_that_was_there_while_the_worker_lived_is_not_that_workers() -> None:
    swept, own = sweep()
    dead, living = swept.enclose("dead", LimitSettings()), swept.enclose("living", LimitSettings())
    with child(dead) as first, child(living) as second:
        own.update({first.pid, second.pid})
        first.kill()
        first.wait()
        with child() as orphan:
            assert dead.left() == 1
            second.kill()
            second.wait()
            assert living.left() == 0
            orphan.wait()


def test_a_worker_whose_process_is_not_known_waits_for_every_orphan() -> None:
    swept, _ = sweep()
    with child() as orphan:
        assert swept.enclose("unknown", LimitSettings()).left() == 1
        orphan.wait()
