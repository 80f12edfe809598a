"""Control groups, version 2: what the kernel holds together, kills with one write, and says to be empty.

See Documentation/admin-guide/cgroup-v2.rst of the kernel.
"""

import contextlib
import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from bus.system.proc import read_proc

MAIN = "main"
"""A subgroup of this name holds the programs of a service, so that its group itself is free of processes: where
systemd puts them (`DelegateSubgroup=main`), and where they move by themselves."""

PROBE_WITHIN_S = 5.0
_LOOK_S = 0.0005
_WAITS = "import signal; signal.pause()"


class ControlGroupsUnusable(Exception):
    """Why control groups cannot be used here, for people."""


class ControlGroup:
    """One group, by its folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __repr__(self) -> str:
        return f"<ControlGroup {self.path}>"

    def make(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):  # `exist_ok` would look at it again, when it may be gone
            self.path.mkdir()

    def kill(self) -> None:
        """SIGKILL to all in it and beneath it at once; what it forks meanwhile dies too. Linux 5.14."""
        write_file(self.path / "cgroup.kill", "1")

    @property
    def populated(self) -> bool:
        """Whether a process lives in it or beneath it; zombies do not."""
        return self.events("cgroup.events").get("populated") != 0

    def pids(self) -> list[int]:
        """The processes in it, without those of groups beneath it; living ones only."""
        return [int(pid) for pid in read_proc(f"{self.path}/cgroup.procs").split()]

    def count_tasks(self) -> int:
        """How many processes and threads are in it, without those of groups beneath it."""
        return read_proc(f"{self.path}/cgroup.threads").count("\n")

    def events(self, name: str) -> dict[str, int]:
        """A file of names and numbers, such as `memory.events`."""
        return {key: int(value) for key, value in map(str.split, read_proc(f"{self.path}/{name}").splitlines())}

    def enable(self, controllers: Iterable[str]) -> frozenset[str]:
        """Have these controllers limit the groups beneath it. Returns those that do; the others are not delegated to
        us, or held by the hierarchies of version 1, or processes live in this group itself."""
        wanted = set(controllers)
        for name in sorted(wanted & self.controllers):
            with contextlib.suppress(OSError):
                write_file(self.path / "cgroup.subtree_control", f"+{name}")
        return frozenset(wanted & self._names("cgroup.subtree_control"))

    @property
    def controllers(self) -> frozenset[str]:
        """The controllers that the groups beneath it may be given."""
        return frozenset(self._names("cgroup.controllers"))

    def limit(self, writes: Iterable[tuple[str, str]]) -> None:
        """Write to files of it; one that this kernel does not have is passed over. Raises OSError."""
        for name, text in writes:
            with contextlib.suppress(FileNotFoundError):
                write_file(self.path / name, text)

    def figure(self, name: str) -> int | None:
        """A file of one number; None where there is no such file, or no limit in it."""
        try:
            text = read_proc(f"{self.path}/{name}").strip()
        except FileNotFoundError:
            return None
        return int(text) if text.isdecimal() else None

    def _names(self, name: str) -> set[str]:
        return set(read_proc(f"{self.path}/{name}").split())

    def remove(self) -> None:
        """Remove it and all groups beneath it, in which no process lives. Raises OSError, EBUSY where one does."""
        for folder, _, _ in os.walk(self.path, topdown=False):
            with contextlib.suppress(FileNotFoundError):
                Path(folder).rmdir()

    def hold(self) -> int:
        """Make the group and lock its folder. The lock lasts as long as the returned descriptor is open, so until this
        process ends at the latest, and tells other supervisors that the group is in use. Waits for a process that
        holds the lock to empty the group. Raises OSError."""
        while True:
            with contextlib.suppress(FileNotFoundError):
                self.make()
                descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX)
                    if os.path.samestat(self.path.stat(), os.fstat(descriptor)):
                        return descriptor
                except BaseException:
                    os.close(descriptor)
                    raise
                os.close(descriptor)

    def emptied_if_left(self, within_s: float) -> bool | None:
        """Empty the group if no process holds its lock, as `emptied` does. None where one holds it, or where the group
        belongs to another account."""
        try:
            descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return self.emptied(within_s)
        except OSError:
            return None
        finally:
            os.close(descriptor)

    def beneath(self) -> list["ControlGroup"]:
        """The groups within it."""
        with os.scandir(self.path) as entries:
            return [ControlGroup(Path(entry.path)) for entry in entries if entry.is_dir(follow_symlinks=False)]

    def emptied(self, within_s: float) -> bool:
        """Kill all in it, wait until nothing lives, and remove it. False if something still lives after so long."""
        deadline = time.monotonic() + within_s
        try:
            self.kill()
            while self.populated:
                if time.monotonic() > deadline:
                    return False
                time.sleep(_LOOK_S)
            self.remove()
        except FileNotFoundError:
            pass
        return True


def write_file(path: Path, text: str) -> None:
    """Write to a file of a control group in one call. Raises OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


def group_of(pid: int | str = "self") -> str:
    """The path of a process's group as the kernel names it, from the root of the hierarchy (or of our namespace).
    Raises `ProcessLookupError` or `FileNotFoundError` for one that has ended."""
    for line in read_proc(f"/proc/{pid}/cgroup").splitlines():
        if line.startswith("0::"):
            return line.removeprefix("0::")
    raise ControlGroupsUnusable("the kernel has no control groups of version 2")


def delegated_tree(named: str = "") -> Path:
    """The folder of the group in which groups may be made: the named one, else the one that this process is in; the one
    above, where this process is in its subgroup `main`. Raises `ControlGroupsUnusable`."""
    if named:
        return Path(named).expanduser()
    own = group_of()
    for folder, root in _mounts():
        if ".." not in own and f"{own}/".startswith(root.rstrip("/") + "/"):
            tree = folder / own.removeprefix(root).lstrip("/")
            return tree.parent if tree.name == MAIN else tree
    raise ControlGroupsUnusable(f"no file system of control groups is mounted that shows {own}")


def _mounts() -> list[tuple[Path, str]]:
    """Where the hierarchy is mounted, and which group each mount shows at its top."""
    found = []
    for line in read_proc("/proc/self/mountinfo").splitlines():
        fields, _, rest = line.partition(" - ")
        if rest.startswith("cgroup2 "):
            _, _, _, root, folder, *_ = fields.split()
            found.append((Path(_unescaped(folder)), _unescaped(root)))
    return found


def _unescaped(text: str) -> str:
    for code, char in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(code, char)
    return text


def probe(tree: Path) -> None:
    """Make a group in this tree, move a process in, kill it there, and see that nothing is left: all that is needed of
    control groups. Raises `ControlGroupsUnusable`."""
    if not (tree / "cgroup.subtree_control").exists():
        raise ControlGroupsUnusable(f"{tree} is no control group of version 2")
    group = ControlGroup(tree / f"deadstop-probe-{os.getpid()}")
    step = "a group cannot be made in"
    try:
        group.path.mkdir()
        step = "a process cannot be moved into a group of"
        process = subprocess.Popen([sys.executable, "-I", "-S", "-c", _WAITS], stdin=subprocess.DEVNULL)
        try:
            write_file(group.path / "cgroup.procs", str(process.pid))
            step = "a group cannot be killed in"
            group.kill()
            process.wait(PROBE_WITHIN_S)
        finally:
            process.kill()
            process.wait()
            with contextlib.suppress(OSError):
                group.emptied(PROBE_WITHIN_S)
    except OSError as error:
        raise ControlGroupsUnusable(f"{step} {tree} ({error.strerror})") from error
    except subprocess.TimeoutExpired:
        raise ControlGroupsUnusable(
            f"a process does not die with its group in {tree} within {PROBE_WITHIN_S:g} s"
        ) from None
    if group.path.exists():
        raise ControlGroupsUnusable(f"an empty group cannot be removed from {tree}")
