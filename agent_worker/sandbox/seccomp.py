"""seccomp: system calls that this process, and what it starts, may never make again.

Landlock holds files and TCP ports; what goes round it (other kinds of sockets, memory that outlives its process,
tracing, namespaces) is refused here, with EPERM.

Constants are those of <linux/seccomp.h>, <linux/filter.h> and the tables
of system calls of x86-64 and aarch64. A filter is a small program that the kernel runs before each call.
"""

import ctypes
import errno
import os
import platform
import socket
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from agent_worker.sandbox.preconditions import Unsupported, require_one_thread
from bus.system.prctl import LIBC, gain_no_privileges

_SET_MODE_FILTER = 1
_SPECULATION_AS_BEFORE = 1 << 2
"""Older kernels would slow all code down because there is a filter."""
_ALLOW = 0x7FFF0000
_REFUSE = 0x00050000 | errno.EPERM
_UNKNOWN_CALL = 0x00050000 | errno.ENOSYS

_LOAD, _AND, _RETURN = 0x20, 0x54, 0x06
_IF_EQUAL, _IF_AT_LEAST, _IF_ANY_BIT = 0x15, 0x35, 0x45
_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENTS_AT = 0, 4, 16

_TYPE_MASK = 0xF
"""The bits of a socket's type; the rest are flags."""
_FAST_OPEN = 0x20000000
"""A message's flag: connect while sending, which Landlock does not see."""
_NEW_NAMESPACES = 0x7E020080
_DUMPABLE, _GIVE_UP_ORPHANS = 4, 36
"""PR_SET_DUMPABLE: a worker does not hide what it has open from the supervisor. PR_SET_CHILD_SUBREAPER: it stays the
one whose descendants come back to it."""
_X32_CALLS = 0x40000000
_HOLDS_OTHERS = [1024, 1026]
"""F_SETLEASE, F_NOTIFY: a process that may read a file could make all others wait 45 s to open it, or be told of it."""
_ATTRIBUTES = [0x40086602, 0x40046602, 0x401C5820, 0x40806685]
"""FS_IOC_SETFLAGS, FS_IOC32_SETFLAGS, FS_IOC_FSSETXATTR, FS_IOC_ENABLE_VERITY: they change files that the worker may
only read, if it owns them."""

_FOREIGN_MEMORY = """ptrace process_vm_readv process_vm_writev process_madvise kcmp pidfd_getfd userfaultfd move_pages
migrate_pages"""
_KEYS = "add_key request_key keyctl"
_NAMESPACES = """unshare setns mount umount2 pivot_root chroot open_tree move_mount fsopen fsconfig fsmount fspick
mount_setattr open_tree_attr name_to_handle_at open_by_handle_at fanotify_init quotactl quotactl_fd"""
_KERNEL = """bpf perf_event_open io_uring_setup io_uring_enter io_uring_register memfd_secret init_module finit_module
delete_module kexec_load kexec_file_load reboot swapon swapoff syslog acct settimeofday clock_settime clock_adjtime
adjtimex sethostname setdomainname iopl ioperm modify_ldt lookup_dcookie vhangup personality"""
_METADATA = """chmod fchmod fchmodat fchmodat2 chown lchown fchown fchownat utime utimes futimesat utimensat setxattr
lsetxattr fsetxattr setxattrat removexattr lremovexattr fremovexattr removexattrat file_setattr inotify_init
inotify_init1"""
"""Modes, owners, times and attributes, which Landlock does not see: those of the state folder lie open to them too.
And being told what happens in folders of others."""
_UNSEEN = "memfd_create sched_setattr"
"""Calls for memory that counts towards no process, and so no limit; and for a schedule whose class lies in memory,
where no filter can read it."""
_LEFT_BEHIND = (
    """shmget shmat shmctl shmdt semget semop semctl semtimedop msgget msgsnd msgrcv msgctl mq_open mq_unlink"""
)
"""System V and POSIX objects that outlive the process which made them."""
_SERVING = "listen accept accept4"

REFUSED = tuple(
    " ".join((_FOREIGN_MEMORY, _KEYS, _NAMESPACES, _KERNEL, _METADATA, _UNSEEN, _LEFT_BEHIND, _SERVING)).split()
)
"""Calls that are refused whatever their arguments are."""

_SINCE_424 = {
    "open_tree": 428, "move_mount": 429, "fsopen": 430, "fsconfig": 431, "fsmount": 432, "fspick": 433,
    "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427, "clone3": 435, "pidfd_getfd": 438,
    "process_madvise": 440, "mount_setattr": 442, "quotactl_fd": 443, "memfd_secret": 447, "fchmodat2": 452,
    "setxattrat": 463, "removexattrat": 466, "open_tree_attr": 467, "file_setattr": 469,
}  # fmt: skip
"""From here on the numbers are the same everywhere."""
_X86_64 = {
    "socket": 41, "socketpair": 53, "sendto": 44, "sendmsg": 46, "sendmmsg": 307, "listen": 50, "accept": 43,
    "accept4": 288, "ptrace": 101, "process_vm_readv": 310, "process_vm_writev": 311, "kcmp": 312, "add_key": 248,
    "request_key": 249, "keyctl": 250, "unshare": 272, "setns": 308, "mount": 165, "umount2": 166, "pivot_root": 155,
    "chroot": 161, "bpf": 321, "perf_event_open": 298, "shmget": 29, "shmat": 30, "shmctl": 31, "shmdt": 67,
    "semget": 64, "semop": 65, "semctl": 66, "semtimedop": 220, "msgget": 68, "msgsnd": 69, "msgrcv": 70, "msgctl": 71,
    "mq_open": 240, "mq_unlink": 241, "userfaultfd": 323, "init_module": 175, "finit_module": 313,
    "delete_module": 176, "kexec_load": 246, "kexec_file_load": 320, "reboot": 169, "swapon": 167, "swapoff": 168,
    "syslog": 103, "acct": 163, "settimeofday": 164, "clock_settime": 227, "clock_adjtime": 305, "adjtimex": 159,
    "sethostname": 170, "setdomainname": 171, "quotactl": 179, "open_by_handle_at": 304, "name_to_handle_at": 303,
    "iopl": 172, "ioperm": 173, "modify_ldt": 154, "fanotify_init": 300, "move_pages": 279, "migrate_pages": 256,
    "prlimit64": 302, "sched_setparam": 142, "sched_setscheduler": 144, "sched_setattr": 314,
    "sched_setaffinity": 203, "setpriority": 141, "ioprio_set": 251,
    "clone": 56, "prctl": 157, "personality": 135, "lookup_dcookie": 212, "vhangup": 153, "fcntl": 72, "ioctl": 16,
    "memfd_create": 319, "inotify_init": 253, "inotify_init1": 294, "chmod": 90, "fchmod": 91, "fchmodat": 268,
    "chown": 92, "fchown": 93, "lchown": 94, "fchownat": 260, "utime": 132, "utimes": 235, "futimesat": 261,
    "utimensat": 280, "setxattr": 188, "lsetxattr": 189, "fsetxattr": 190, "removexattr": 197, "lremovexattr": 198,
    "fremovexattr": 199,
} | _SINCE_424  # fmt: skip
_AARCH64 = {
    "socket": 198, "socketpair": 199, "sendto": 206, "sendmsg": 211, "sendmmsg": 269, "listen": 201, "accept": 202,
    "accept4": 242, "ptrace": 117, "process_vm_readv": 270, "process_vm_writev": 271, "kcmp": 272, "add_key": 217,
    "request_key": 218, "keyctl": 219, "unshare": 97, "setns": 268, "mount": 40, "umount2": 39, "pivot_root": 41,
    "chroot": 51, "bpf": 280, "perf_event_open": 241, "shmget": 194, "shmat": 196, "shmctl": 195, "shmdt": 197,
    "semget": 190, "semop": 193, "semctl": 191, "semtimedop": 192, "msgget": 186, "msgsnd": 189, "msgrcv": 188,
    "msgctl": 187, "mq_open": 180, "mq_unlink": 181, "userfaultfd": 282, "init_module": 105, "finit_module": 273,
    "delete_module": 106, "kexec_load": 104, "kexec_file_load": 294, "reboot": 142, "swapon": 224, "swapoff": 225,
    "syslog": 116, "acct": 89, "settimeofday": 170, "clock_settime": 112, "clock_adjtime": 266, "adjtimex": 171,
    "sethostname": 161, "setdomainname": 162, "quotactl": 60, "open_by_handle_at": 265, "name_to_handle_at": 264,
    "fanotify_init": 262, "move_pages": 239, "migrate_pages": 238,
    "prlimit64": 261, "sched_setparam": 118, "sched_setscheduler": 119, "sched_setattr": 274,
    "sched_setaffinity": 122, "setpriority": 140, "ioprio_set": 30,
    "clone": 220, "prctl": 167, "personality": 92,
    "lookup_dcookie": 18, "vhangup": 58, "fcntl": 25, "ioctl": 29, "memfd_create": 279, "inotify_init1": 26,
    "fchmod": 52, "fchmodat": 53, "fchown": 55, "fchownat": 54, "utimensat": 88, "setxattr": 5, "lsetxattr": 6,
    "fsetxattr": 7, "removexattr": 14, "lremovexattr": 15, "fremovexattr": 16,
} | _SINCE_424  # fmt: skip


@dataclass(frozen=True, slots=True)
class Architecture:
    """An architecture as filters know it: its AUDIT_ARCH value, the numbers of its calls, those of `seccomp` itself."""

    audit: int
    numbers: Mapping[str, int]
    seccomp: int


MACHINES = {"x86_64": Architecture(0xC000003E, _X86_64, 317), "aarch64": Architecture(0xC00000B7, _AARCH64, 277)}

_Instruction = tuple[int, int, int, int]
"""Code, jumps if true and if false (in instructions), operand."""


class _Filter(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def supported() -> bool:
    """Whether `restrict` can put up a filter here: the machine is known and the kernel takes filters."""
    machine = MACHINES.get(platform.machine())
    if machine is None:
        return False
    result = LIBC.syscall(machine.seccomp, ctypes.c_uint(_SET_MODE_FILTER), ctypes.c_uint(0), None)
    return result < 0 and ctypes.get_errno() == errno.EFAULT  # it would have read the program


def restrict(*, datagrams: bool) -> None:
    """From now on this process opens sockets of Unix and TCP alone (UDP too with `datagrams`, which name servers need),
    listens to none, makes no namespace, traces no process and leaves nothing of System V behind. There is no way back.

    Raises Unsupported, or RuntimeError where the process already has several threads, which would go unfiltered.
    """
    require_one_thread()
    machine = MACHINES.get(platform.machine())
    if machine is None:
        raise Unsupported(
            f"system calls are not filtered on {platform.machine()}: only {', '.join(MACHINES)} are known"
        )
    instructions = program(machine, datagrams=datagrams)
    code = b"".join(struct.pack("=HBBI", *one) for one in instructions)
    gain_no_privileges()
    prepared = ctypes.byref(_Filter(len(instructions), code))
    mode, flags = ctypes.c_uint(_SET_MODE_FILTER), ctypes.c_uint(_SPECULATION_AS_BEFORE)
    if LIBC.syscall(machine.seccomp, mode, flags, prepared) < 0:
        number = ctypes.get_errno()
        raise Unsupported(f"this kernel takes no filter of system calls: {os.strerror(number)}")


def program(machine: Architecture, *, datagrams: bool) -> list[_Instruction]:
    """The filter, instruction by instruction: each part ends with a verdict or is jumped over."""
    types = (socket.SOCK_STREAM, socket.SOCK_DGRAM) if datagrams else (socket.SOCK_STREAM,)
    number = machine.numbers
    parts = [
        _foreign_calls(machine),
        *(_of(number[name], [_verdict(_REFUSE)]) for name in REFUSED if name in number),
        _of(number["socket"], _socket(types)),
        _of(number["socketpair"], [_argument(0), *_unless([socket.AF_UNIX], _REFUSE), _verdict(_ALLOW)]),
        *(_of(number[name], _without_bits(at, _FAST_OPEN)) for name, at in _FLAGS_OF_MESSAGES.items()),
        *(_of(number[name], _only(wanted)) for name, wanted in _ONLY_ITSELF.items()),
        _of(number["clone"], _without_bits(0, _NEW_NAMESPACES)),
        _of(number["clone3"], [_verdict(_UNKNOWN_CALL)]),  # its flags lie in memory; the C library falls back to clone
        *(_of(number[name], _none_of(at, values)) for name, (at, values) in _NEVER.items()),
        [_verdict(_ALLOW)],
    ]
    return [instruction for part in parts for instruction in part]


_FLAGS_OF_MESSAGES = {"sendto": 3, "sendmsg": 2, "sendmmsg": 3}
"""Where the flags stand among the arguments."""


_NEVER = {"prctl": (0, [_DUMPABLE, _GIVE_UP_ORPHANS]), "fcntl": (1, _HOLDS_OTHERS), "ioctl": (1, _ATTRIBUTES)}
"""What an argument must not be, by its place."""


_ONLY_ITSELF = {
    "prlimit64": {0: 0}, "sched_setparam": {0: 0}, "sched_setscheduler": {1: 0},
    "sched_setaffinity": {0: 0}, "setpriority": {0: 0, 1: 0}, "ioprio_set": {0: 1, 1: 0},
}  # fmt: skip
"""What each argument has to be: the calling thread (0) and no other, group or account; or the class that a thread is
scheduled in (0 is the usual one, which ZeroMQ asks for). A limit that somebody else sets kills as a signal does, and
who may set priorities and processors can starve others."""


def _only(wanted: Mapping[int, int]) -> list[_Instruction]:
    looks = [step for at, value in wanted.items() for step in (_argument(at), *_unless([value], _REFUSE))]
    return [*looks, _verdict(_ALLOW)]


def _foreign_calls(machine: Architecture) -> list[_Instruction]:
    """Calls by another architecture's table (32 bits, x32) are refused; then the number is loaded."""
    return [
        (_LOAD, 0, 0, _ARCHITECTURE_AT), (_IF_EQUAL, 1, 0, machine.audit), _verdict(_REFUSE),
        (_LOAD, 0, 0, _NUMBER_AT), (_IF_AT_LEAST, 0, 1, _X32_CALLS), _verdict(_REFUSE),
    ]  # fmt: skip


def _of(number: int, then: list[_Instruction]) -> list[_Instruction]:
    """These instructions, which end with a verdict, for the call of this number."""
    return [(_IF_EQUAL, 0, len(then), number), *then]


def _socket(types: Iterable[int]) -> list[_Instruction]:
    """Unix sockets of any kind; of the internet's the given types, each with its usual protocol."""
    udp = [_argument(2), *_unless([0, socket.IPPROTO_UDP], _REFUSE), _verdict(_ALLOW)]
    return [
        _argument(0), (_IF_EQUAL, 0, 1, socket.AF_UNIX), _verdict(_ALLOW),
        *_unless([socket.AF_INET, socket.AF_INET6], _REFUSE),
        _argument(1), (_AND, 0, 0, _TYPE_MASK), *_unless(types, _REFUSE),
        (_IF_EQUAL, 0, len(udp), socket.SOCK_DGRAM), *udp,
        _argument(2), *_unless([0, socket.IPPROTO_TCP], _REFUSE), _verdict(_ALLOW),
    ]  # fmt: skip


def _unless(values: Iterable[int], verdict: int) -> list[_Instruction]:
    """The verdict, unless the accumulator is one of the values."""
    listed = list(values)
    jumps = [(_IF_EQUAL, len(listed) - place, 0, value) for place, value in enumerate(listed)]
    return [*jumps, _verdict(verdict)]


def _none_of(argument: int, values: list[int]) -> list[_Instruction]:
    jumps = [(_IF_EQUAL, len(values) - place, 0, value) for place, value in enumerate(values)]
    return [_argument(argument), *jumps, _verdict(_ALLOW), _verdict(_REFUSE)]


def _without_bits(argument: int, bits: int) -> list[_Instruction]:
    return [_argument(argument), (_IF_ANY_BIT, 0, 1, bits), _verdict(_REFUSE), _verdict(_ALLOW)]


def _argument(place: int) -> _Instruction:
    """Load the lower half of an argument: all that we look at are ints, and both machines are little-endian."""
    return (_LOAD, 0, 0, _ARGUMENTS_AT + 8 * place)


def _verdict(action: int) -> _Instruction:
    return (_RETURN, 0, 0, action)
