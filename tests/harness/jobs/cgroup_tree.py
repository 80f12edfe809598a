"""A tree of control groups for tests: where this user may make groups, or mounted for the tests where they are root."""

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bus.system.cgroupfs import ControlGroup, ControlGroupsUnusable, delegated_tree, probe

WITHIN_S = 30.0
NO_CONTROLLERS = "the kernel has no controllers of memory and processes"


@contextmanager
def cgroup_tree() -> Iterator[Path]:
    """A group of the tests' own; emptied and removed afterwards, and what was mounted is unmounted.
    Raises `ControlGroupsUnusable` where there can be none."""
    with _hierarchy() as tree:
        ControlGroup(tree).enable(["memory", "pids", "cpu", "io"])
        group = ControlGroup(tree / f"deadstop-tests-{os.getpid()}")
        group.make()
        try:
            yield group.path
            assert not group.populated, f"processes live on in {group}"
        finally:
            assert group.emptied(WITHIN_S), f"processes in {group} do not die"


@contextmanager
def _hierarchy() -> Iterator[Path]:
    try:
        tree = delegated_tree()
        probe(tree)
    except (ControlGroupsUnusable, OSError) as reason:
        if os.getuid() != 0:
            raise ControlGroupsUnusable(
                f"control groups cannot be tried: {reason}, and only root may mount a tree"
            ) from reason
    else:
        yield tree
        return
    with tempfile.TemporaryDirectory(prefix="cgroups-") as folder:
        mounted = subprocess.run(
            ["mount", "-t", "cgroup2", "none", folder], capture_output=True, text=True, check=False
        )
        if mounted.returncode:
            raise ControlGroupsUnusable(f"control groups cannot be tried: {mounted.stderr.strip()}")
        try:
            probe(Path(folder))
            yield Path(folder)
        finally:
            with contextlib.suppress(subprocess.CalledProcessError):
                subprocess.run(["umount", folder], check=True)
