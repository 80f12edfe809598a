"""The kernel itself: what outlives the process, namespaces, keys, other tables of calls, machinery seldom safe."""

import ctypes
import mmap
import os
import platform
import signal
from functools import partial

from agent_worker.sandbox.seccomp import REFUSED
from tests.harness.hostile.attempts._system import LIBC, NUMBERS, call, reaches_the_kernel
from tests.harness.hostile.ground import QUEUE_NAME, SYSTEM_V_KEY, Ground

_CREATE, _PRIVATE = 0o1000, 0o600
_NEW_USER, _NEW_NETWORK, _NEW_IPC, _NEW_PROCESSES, _NEW_MOUNTS = 0x10000000, 0x40000000, 0x08000000, 0x20000000, 0x20000
_CHILD_ENDS = 17
_X32 = 0x40000000
_RING, _INVALIDATE = -3, 21
_MANY_TIMERS = 2000


def leave_shared_memory(ground: Ground) -> None:
    _made(LIBC.shmget(SYSTEM_V_KEY, 4096, _CREATE | _PRIVATE))


def leave_a_semaphore(ground: Ground) -> None:
    _made(LIBC.semget(SYSTEM_V_KEY, 1, _CREATE | _PRIVATE))


def leave_a_queue(ground: Ground) -> None:
    _made(LIBC.msgget(SYSTEM_V_KEY, _CREATE | _PRIVATE))


def leave_a_posix_queue(ground: Ground) -> None:
    _made(LIBC.mq_open(QUEUE_NAME, os.O_CREAT | os.O_RDWR, 0o600, None))


def _made(number: int) -> None:
    if number < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def leave_a_key(ground: Ground) -> str:
    kind, name = (ctypes.create_string_buffer(text) for text in (b"user", b"deadstop-hostile"))
    key = call("add_key", ctypes.addressof(kind), ctypes.addressof(name), ctypes.addressof(name), 8, _RING)
    call("keyctl", _INVALIDATE, key)
    return "left"


def enter_a_user_namespace(ground: Ground) -> str:
    return _entered(_NEW_USER)


def enter_a_network_namespace(ground: Ground) -> str:
    return _entered(_NEW_NETWORK)


def enter_a_mount_namespace(ground: Ground) -> str:
    return _entered(_NEW_MOUNTS)


def enter_a_process_namespace(ground: Ground) -> str:
    return _entered(_NEW_PROCESSES)


def _entered(flags: int) -> str:
    call("unshare", flags)
    return "entered"


def start_a_child_in_a_user_namespace(ground: Ground) -> str:
    return _started(_NEW_USER)


def start_a_child_in_a_network_namespace(ground: Ground) -> str:
    return _started(_NEW_NETWORK)


def start_a_child_in_an_ipc_namespace(ground: Ground) -> str:
    return _started(_NEW_IPC)


def _started(flags: int) -> str:
    pid = call("clone", flags | _CHILD_ENDS, 0, 0, 0, 0)
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return "started"


def start_a_child_by_a_call_that_hides_its_flags(ground: Ground) -> str:
    arguments = (ctypes.c_uint64 * 11)(_NEW_USER, 0, 0, 0, _CHILD_ENDS)
    pid = call("clone3", ctypes.addressof(arguments), ctypes.sizeof(arguments))
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return "started"


def join_the_namespace_of_another(ground: Ground) -> str:
    call("setns", os.pidfd_open(ground.victim), _NEW_NETWORK)
    return "joined"


def open_a_file_by_its_number(ground: Ground) -> str:
    handle, mount = (ctypes.c_int * 34)(128), ctypes.c_int()
    path = ctypes.create_string_buffer(os.fsencode(ground.outside / "secret.csv"))
    where = ctypes.addressof(handle), ctypes.addressof(mount)
    call("name_to_handle_at", -100, ctypes.addressof(path), *where, 0)
    return "named"


def call_by_the_table_of_32_bits(ground: Ground) -> str:
    """By the interrupt of x86, which each 64-bit process may call too."""
    if platform.machine() != "x86_64":
        raise PermissionError(1, "no such table here")
    code = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(b"\xb8\x14\0\0\0\xcd\x80\xc3")  # mov eax, 20 (getpid); int 0x80; ret
    result = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()
    if result < 0:
        raise PermissionError(-result, "int 0x80")
    return "called"


def watch_a_folder_of_others(ground: Ground) -> str:
    watching = LIBC.inotify_init1(0)
    _made(watching)
    _made(LIBC.inotify_add_watch(watching, os.fsencode(ground.outside), 0xFFF))
    return "is told"


def take_memory_that_nobody_counts(ground: Ground) -> str:
    os.write(os.memfd_create("hidden"), b"x" * 4096)
    return "took"


def take_the_timers_of_the_account(ground: Ground) -> str:
    """Each takes a signal of those that all processes of the account may have pending."""
    event, timer = (ctypes.c_long * 8)(0, signal.SIGUSR1), ctypes.c_void_p()
    for _ in range(_MANY_TIMERS):
        _made(LIBC.timer_create(1, event, ctypes.byref(timer)))
    return f"took {_MANY_TIMERS}"


def run_in_real_time(ground: Ground) -> str:
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    return "runs before all others"


def run_before_others(ground: Ground) -> str:
    os.setpriority(os.PRIO_PROCESS, 0, -1)
    return "runs before others"


def become_another_account(ground: Ground) -> str:
    os.setuid(65534)
    return "became nobody"


def call_by_another_table(ground: Ground) -> str:
    """The x32 numbers of x86-64: whoever filters by number alone overlooks them."""
    ctypes.set_errno(0)
    LIBC.syscall(ctypes.c_long(_X32 | NUMBERS["socket"]), ctypes.c_long(2), ctypes.c_long(1), ctypes.c_long(0))
    if ctypes.get_errno() == 1:
        raise PermissionError(1, "x32")
    return "called"


_BY_NAME_ABOVE = {
    "shmget", "semget", "msgget", "mq_open", "mq_unlink", "add_key", "unshare", "setns", "ptrace", "process_vm_readv",
    "process_vm_writev", "pidfd_getfd", "kcmp", "move_pages", "process_madvise", "listen", "name_to_handle_at",
}  # fmt: skip
_NEVER_TRIED = {"vhangup"}
"""Takes no argument that could be wrong, and would end the terminal."""

_CALLS = {
    name: partial(lambda ground, name: reaches_the_kernel(name, *[-1] * 6), name=name)
    for name in REFUSED
    if name in NUMBERS and name not in _BY_NAME_ABOVE | _NEVER_TRIED
}
"""All others that the filter refuses, asked for nothing."""
