"""A process that is forked into a control group is in it from the start, and is a whole process."""

import ctypes
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from bus.system.cgroupfs import ControlGroup, group_of
from bus.system.prctl import thread_id_address
from supervisor.processes import clone


@pytest.fixture
def group(cgroups: Path) -> ControlGroup:
    group = ControlGroup(cgroups / "group")
    group.make()
    return group


def said_by_child(group: ControlGroup, say: Callable[[], str]) -> str:
    """What a child says that was forked into the group by a process with one thread, as the fork server is."""
    reading, writing = os.pipe()
    between = os.fork()
    if between == 0:
        _in_between(group, say, writing)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    assert os.waitpid(between, 0)[1] == 0
    return said


def _in_between(group: ControlGroup, say: Callable[[], str], writing: int) -> None:
    try:
        folder = os.open(group.path, os.O_PATH | os.O_DIRECTORY)
        pid = clone.fork_into(folder)
        if pid == 0:
            os.write(writing, say().encode())
            os._exit(0)
        os._exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    finally:
        os._exit(99)


def _whole() -> str:
    """What a broken fork gets wrong: hooks of the interpreter, threads and locks of the C library, its thread id."""
    done: list[int] = []
    thread = threading.Thread(target=lambda: done.append(threading.get_native_id()))
    thread.start()
    thread.join(10)
    return f"{len(done)} {threading.get_native_id() == os.getpid()} {os.getpid() not in done} {group_of()}"


@pytest.mark.parametrize("inside", [True, False], ids=["started inside", "moved in"])
def test_it_is_in_its_group_and_can_do_what_a_process_can(
    group: ControlGroup, inside: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clone, "_clones_inside", inside)
    *whole, where = said_by_child(group, _whole).split()
    assert whole == ["1", "True", "True"]
    assert where.endswith("/group")


def test_the_c_library_knows_the_childs_thread_id(group: ControlGroup) -> None:
    """With its parent's, mutexes that the kernel helps with would be held by another process."""

    def kept() -> str:
        address = thread_id_address()
        assert address is not None
        return str(ctypes.c_int.from_address(address).value == os.getpid())

    assert said_by_child(group, kept) == "True"


def test_without_a_group_it_is_a_fork() -> None:
    pid = clone.fork_into(None)
    if pid == 0:
        os._exit(7)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7


def test_a_group_that_is_gone_is_an_error(tmp_path: Path) -> None:
    folder = os.open(tmp_path, os.O_PATH | os.O_DIRECTORY)
    try:
        with pytest.raises(OSError, match="clone3"):
            clone._clone_into(folder)
    finally:
        os.close(folder)
