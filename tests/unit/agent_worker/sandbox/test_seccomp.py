"""The filter of system calls, each time in a fresh process: there is no way back out of it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from agent_worker.sandbox import seccomp

ROOT = Path(__file__).parents[4]
RUN_S = 120

needs_seccomp = pytest.mark.skipif(not seccomp.supported(), reason="this kernel or machine has no filters that we know")

CALLS = """
import ctypes, errno, json, platform
from agent_worker.sandbox import seccomp

libc = ctypes.CDLL(None, use_errno=True)
numbers = seccomp.MACHINES[platform.machine()].numbers
seccomp.restrict(datagrams=False)


def outcome(number):
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(-1)] * 6)
    return errno.errorcode.get(ctypes.get_errno(), "done") if result < 0 else "done"


print(json.dumps({name: outcome(numbers[name]) for name in seccomp.REFUSED if name in numbers}))
"""

PROBE = """
import ctypes, errno, fcntl, json, os, platform, resource, socket, subprocess, sys, termios, threading
from agent_worker.sandbox import seccomp

libc = ctypes.CDLL(None, use_errno=True)
IPPROTO_MPTCP, MSG_FASTOPEN, SUBREAPER = 262, 0x20000000, 36
NEWNET, NEWUSER, NEWIPC = 0x40000000, 0x10000000, 0x08000000
opened = os.open(sys.executable, os.O_RDONLY)
server = socket.create_server(("127.0.0.1", 0))
address = server.getsockname()
seccomp.restrict(datagrams=json.loads(sys.argv[1]))


def called(*arguments):
    ctypes.set_errno(0)
    if libc.syscall(*[ctypes.c_long(one) for one in arguments]) < 0:
        raise OSError(ctypes.get_errno(), "refused")


def outcome(action):
    try:
        action()
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error))
    return "done"


def open_socket(*what):
    socket.socket(*what).close()


def fast_open():
    with socket.socket() as one:
        one.sendto(b"x", MSG_FASTOPEN, address)


def fast_open_by_message():
    with socket.socket() as one:
        one.sendmsg([b"x"], [], MSG_FASTOPEN, address)


def serve_without_bind():
    with socket.socket() as one:
        one.listen()


def serve_on_a_path():
    with socket.socket(socket.AF_UNIX) as one:
        one.bind("\\0deadstop-seccomp-test")
        one.listen()


def connect():
    with socket.create_connection(address) as one:
        one.sendall(b"x")


def in_a_thread():
    done = []
    raw = lambda: open_socket(socket.AF_INET, socket.SOCK_RAW, 1)
    thread = threading.Thread(target=lambda: done.append(outcome(raw)))
    thread.start()
    thread.join()
    if done != ["EPERM"]:
        raise OSError(errno.EIO, f"a thread: {done}")


def in_a_child():
    code = "import socket; socket.socket(socket.AF_NETLINK)"
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    if "PermissionError" not in child.stderr:
        raise OSError(errno.EIO, child.stderr)


def started(flags):
    pid = libc.syscall(ctypes.c_long(number["clone"]), ctypes.c_long(flags | 17), *[ctypes.c_long(0)] * 4)
    if pid == 0:
        os._exit(0)
    if pid < 0:
        raise OSError(ctypes.get_errno(), "refused")
    os.waitpid(pid, 0)


number = seccomp.MACHINES[platform.machine()].numbers
tries = {
    "tcp": lambda: open_socket(socket.AF_INET, socket.SOCK_STREAM),
    "tcp by its number": lambda: open_socket(socket.AF_INET6, socket.SOCK_STREAM | socket.SOCK_NONBLOCK, 6),
    "unix": lambda: open_socket(socket.AF_UNIX, socket.SOCK_DGRAM),
    "pair": lambda: [one.close() for one in socket.socketpair()],
    "connect and send": connect,
    "start a process": lambda: started(0),
    "refused in a thread": in_a_thread,
    "refused in a child": in_a_child,
    "read prctl": lambda: called(number["prctl"], 37, ctypes.addressof(ctypes.c_int())),
    "udp": lambda: open_socket(socket.AF_INET, socket.SOCK_DGRAM),
    "udp by its number": lambda: open_socket(socket.AF_INET6, socket.SOCK_DGRAM, 17),
    "mptcp": lambda: open_socket(socket.AF_INET, socket.SOCK_STREAM, IPPROTO_MPTCP),
    "sctp": lambda: open_socket(socket.AF_INET, socket.SOCK_STREAM, 132),
    "udp-lite": lambda: open_socket(socket.AF_INET, socket.SOCK_DGRAM, 136),
    "ping": lambda: open_socket(socket.AF_INET, socket.SOCK_DGRAM, 1),
    "raw": lambda: open_socket(socket.AF_INET, socket.SOCK_RAW, 1),
    "packet": lambda: open_socket(socket.AF_PACKET, socket.SOCK_RAW),
    "netlink": lambda: open_socket(socket.AF_NETLINK, socket.SOCK_RAW),
    "kernel crypto": lambda: open_socket(socket.AF_ALG, socket.SOCK_SEQPACKET),
    "vsock": lambda: open_socket(socket.AF_VSOCK, socket.SOCK_STREAM),
    "pair of another family": lambda: called(number["socketpair"], 30, 1, 0, ctypes.addressof((ctypes.c_int * 2)())),
    "fast open": fast_open,
    "fast open by message": fast_open_by_message,
    "serve without bind": serve_without_bind,
    "serve on a name": serve_on_a_path,
    "network namespace": lambda: started(NEWNET),
    "user namespace": lambda: started(NEWUSER),
    "ipc namespace": lambda: started(NEWIPC),
    "hide from the supervisor": lambda: called(number["prctl"], 4, 0, 0, 0, 0),
    "give up orphans": lambda: called(number["prctl"], SUBREAPER, 0, 0, 0, 0),
    "a limit for the parent": lambda: resource.prlimit(os.getppid(), resource.RLIMIT_CPU, (3600, 3600)),
    "a schedule for the parent": lambda: os.sched_setscheduler(os.getppid(), os.SCHED_IDLE, os.sched_param(0)),
    "a priority for the parent": lambda: os.setpriority(os.PRIO_PROCESS, os.getppid(), 0),
    "a priority for a group": lambda: os.setpriority(os.PRIO_PGRP, 0, 0),
    "a priority for an account": lambda: called(number["setpriority"], 2, 0xFFFFFFF0, 0),
    "processors for the parent": lambda: os.sched_setaffinity(os.getppid(), os.sched_getaffinity(os.getppid())),
    "a disk's priority for the parent": lambda: called(number["ioprio_set"], 1, os.getppid(), 0),
    "a disk's priority for an account": lambda: called(number["ioprio_set"], 3, 0xFFFFFFF0, 0),
    "a priority of its own": lambda: os.nice(1),
    "processors of its own": lambda: os.sched_setaffinity(0, os.sched_getaffinity(0)),
    "a disk's priority of its own": lambda: called(number["ioprio_set"], 1, 0, 2 << 13),
    "make others wait for a file": lambda: fcntl.fcntl(opened, fcntl.F_SETLEASE, fcntl.F_WRLCK),
    "be told of a folder": lambda: fcntl.fcntl(opened, fcntl.F_NOTIFY, fcntl.DN_ACCESS),
    "a lock of its own": lambda: fcntl.flock(opened, fcntl.LOCK_SH),
    "attributes of a file": lambda: fcntl.ioctl(opened, 0x40086602, bytes(8)),
    "read attributes of a file": lambda: fcntl.ioctl(opened, termios.FIONREAD, bytes(4)),
    "a limit of its own": lambda: resource.prlimit(0, resource.RLIMIT_CORE, (0, 0)),
    "start by clone3": lambda: called(number["clone3"], 0, 0),
}
print(json.dumps({name: outcome(action) for name, action in tries.items()}))
"""

DONE = {
    "tcp", "tcp by its number", "unix", "pair", "connect and send", "start a process", "refused in a thread",
    "refused in a child", "read prctl", "a limit of its own", "a priority of its own", "processors of its own",
    "a disk's priority of its own", "a lock of its own", "read attributes of a file",
}  # fmt: skip
DATAGRAMS = {"udp", "udp by its number"}


def run(code: str, *arguments: str) -> Any:
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=RUN_S, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@needs_seccomp
def test_every_listed_call_is_refused() -> None:
    outcome = dict(run(CALLS))
    assert len(outcome) >= 60
    assert {name for name, result in outcome.items() if result != "EPERM"} == set()


@needs_seccomp
@pytest.mark.parametrize("datagrams", [False, True])
def test_sockets_and_processes_are_those_that_a_worker_needs(datagrams: bool) -> None:
    outcome = dict(run(PROBE, json.dumps(datagrams)))
    assert outcome.pop("start by clone3") == "ENOSYS"  # so that the C library takes the call that can be looked into
    allowed = DONE | (DATAGRAMS if datagrams else set())
    assert {name: result for name, result in outcome.items() if result == "done"} == dict.fromkeys(allowed, "done")
    assert set(outcome.values()) == {"done", "EPERM"}


@pytest.mark.parametrize("name", seccomp.MACHINES)
def test_each_machine_has_a_number_for_every_call_once(name: str) -> None:
    numbers = seccomp.MACHINES[name].numbers
    only_on_x86 = {"iopl", "ioperm", "modify_ldt", "chmod", "chown", "lchown", "utime", "utimes", "futimesat"}
    only_on_x86 |= {"inotify_init"}
    assert {*seccomp.REFUSED} - {*numbers} <= only_on_x86
    assert len({*numbers.values()}) == len(numbers)
    assert len(seccomp.program(seccomp.MACHINES[name], datagrams=True)) < 4096  # the kernel takes no longer one


def test_a_process_with_threads_is_not_filtered_in_silence() -> None:
    code = (
        "import json, threading; from agent_worker.sandbox import seccomp\n"
        "stop = threading.Event(); threading.Thread(target=stop.wait).start()\n"
        "try: seccomp.restrict(datagrams=False)\n"
        "except RuntimeError as error: print(json.dumps(str(error)))\n"
        "finally: stop.set()"
    )
    assert "only the calling thread" in str(run(code))


def test_a_machine_that_is_not_known_is_named() -> None:
    code = (
        "import json, platform; from agent_worker.sandbox import seccomp\n"
        "platform.machine = lambda: 'riscv64'\n"
        "try: seccomp.restrict(datagrams=False)\n"
        "except seccomp.Unsupported as error: print(json.dumps([seccomp.supported(), str(error)]))"
    )
    supported, message = run(code)
    assert not supported
    assert "not filtered on riscv64: only x86_64, aarch64 are known" in message
