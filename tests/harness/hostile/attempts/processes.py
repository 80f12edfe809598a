"""Other processes of the same account: signalled, read, held back; and what this one was started with."""

import ctypes
import os
import resource
import signal
from pathlib import Path

from tests.harness.hostile.attempts._system import LIBC, call
from tests.harness.hostile.ground import SECRET, Ground

_READ_BYTES = 64
_NOBODYS_ID = 0xFFFFFFF0
_BY_PROCESS, _BY_USER = 0, 2
_IDLE_CLASS = 3 << 13
_SEIZE = 0x4206


class _Piece(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


def signal_it(ground: Ground) -> str:
    os.kill(ground.victim, signal.SIGCONT)
    return "signalled"


def signal_it_by_its_handle(ground: Ground) -> str:
    signal.pidfd_send_signal(os.pidfd_open(ground.victim), signal.SIGCONT)
    return "signalled"


def signal_it_by_its_thread(ground: Ground) -> str:
    if LIBC.tgkill(ground.victim, ground.victim, signal.SIGCONT) < 0:
        raise OSError(ctypes.get_errno(), "tgkill")
    return "signalled"


def signal_the_parent(ground: Ground) -> str:
    os.kill(os.getppid(), signal.SIGCONT)
    return "signalled"


def trace_it(ground: Ground) -> str:
    call("ptrace", _SEIZE, ground.victim, 0, 0)
    return "traced"


def read_its_memory(ground: Ground) -> object:
    found = ctypes.create_string_buffer(_READ_BYTES)
    _move("process_vm_readv", ground, found)
    return found.raw


def write_its_memory(ground: Ground) -> str:
    _move("process_vm_writev", ground, ctypes.create_string_buffer(f"{SECRET} in memory".encode()))
    return "wrote"


def _move(name: str, ground: Ground, buffer: "ctypes.Array[ctypes.c_char]") -> None:
    own = _Piece(ctypes.addressof(buffer), len(buffer))
    theirs = _Piece(ground.held, min(len(buffer), len(SECRET) + 10))
    call(name, ground.victim, ctypes.addressof(own), 1, ctypes.addressof(theirs), 1, 0)


def read_its_memory_by_proc(ground: Ground) -> object:
    return os.pread(os.open(f"/proc/{ground.victim}/mem", os.O_RDONLY), _READ_BYTES, ground.held)


def write_its_memory_by_proc(ground: Ground) -> str:
    os.pwrite(os.open(f"/proc/{ground.victim}/mem", os.O_RDWR), SECRET.encode(), ground.held)
    return "wrote"


def read_its_environment(ground: Ground) -> object:
    return Path(f"/proc/{ground.victim}/environ").read_bytes()


def read_its_command_line(ground: Ground) -> object:
    return Path(f"/proc/{ground.victim}/cmdline").read_bytes()


def read_the_parents_environment(ground: Ground) -> str:
    return f"read {len(Path(f'/proc/{os.getppid()}/environ').read_bytes())} bytes"


def read_the_environment_of_the_start(ground: Ground) -> object:
    return Path("/proc/self/environ").read_bytes()


def read_what_is_left_of_it_in_memory(ground: Ground) -> object:
    """Where the stack begins lies all that the process was started with, whatever became of `os.environ`."""
    begins = ctypes.c_void_p.in_dll(LIBC, "__libc_stack_end").value
    assert begins is not None
    reads, writes = os.pipe()
    found = b""
    while len(found) < 1 << 20:
        copied = LIBC.write(writes, ctypes.c_void_p(begins + len(found)), 4096 - begins % 4096 if not found else 4096)
        if copied <= 0:  # beyond the stack
            break
        found += os.read(reads, copied)
    return found


def take_a_descriptor_of_it(ground: Ground) -> str:
    os.close(call("pidfd_getfd", os.pidfd_open(ground.victim), 0, 0))
    return "took"


def compare_with_it(ground: Ground) -> str:
    call("kcmp", os.getpid(), ground.victim, 1, 0, 0)
    return "compared"


def limit_it(ground: Ground) -> str:
    resource.prlimit(ground.victim, resource.RLIMIT_CPU, (3600, 3600))
    return "limited"


def read_its_limits(ground: Ground) -> str:
    return f"read {resource.prlimit(ground.victim, resource.RLIMIT_CPU)}"


def put_it_last(ground: Ground) -> str:
    os.sched_setscheduler(ground.victim, os.SCHED_IDLE, os.sched_param(0))
    return "idled"


def pin_it_to_one_processor(ground: Ground) -> str:
    os.sched_setaffinity(ground.victim, {min(os.sched_getaffinity(0))})
    return "pinned"


def be_nicer_for_it(ground: Ground) -> str:
    os.setpriority(os.PRIO_PROCESS, ground.victim, 5)
    return "slowed"


def be_nicer_for_a_group(ground: Ground) -> str:
    os.setpriority(os.PRIO_PGRP, os.getpgid(ground.victim), os.getpriority(os.PRIO_PGRP, os.getpgid(ground.victim)))
    return "slowed"


def be_nicer_for_an_account(ground: Ground) -> str:
    return _unless_forbidden("setpriority", _BY_USER, _NOBODYS_ID, 5)


def slow_its_disk(ground: Ground) -> str:
    call("ioprio_set", 1, ground.victim, _IDLE_CLASS)
    return "slowed"


def slow_the_disk_of_an_account(ground: Ground) -> str:
    return _unless_forbidden("ioprio_set", 3, _NOBODYS_ID, _IDLE_CLASS)


def _unless_forbidden(name: str, *arguments: int) -> str:
    try:
        call(name, *arguments)
    except ProcessLookupError:  # it would have done it to an account that has processes
        return "slowed"
    return "slowed"


def give_up_its_memory_first(ground: Ground) -> str:
    Path(f"/proc/{ground.victim}/oom_score_adj").write_text("1000")
    return "offered"


def move_its_pages(ground: Ground) -> str:
    call("move_pages", ground.victim, 0, 0, 0, 0, 0)
    return "asked"


def advise_on_its_memory(ground: Ground) -> str:
    own = _Piece(ground.held & ~4095, 4096)
    call("process_madvise", os.pidfd_open(ground.victim), ctypes.addressof(own), 1, 20, 0)
    return "advised"


def give_up_orphans(ground: Ground) -> str:
    call("prctl", 36, 0, 0, 0, 0)
    return "gave up"
