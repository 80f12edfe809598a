"""A namespace of processes of one's own: when its first process dies, the kernel kills all in it, and that one can only
be reaped once it is empty."""

import ctypes
import os
import sys
from pathlib import Path
from typing import NoReturn

from bus.system.prctl import LIBC

_NEWNS, _NEWPID, _NEWUSER = 0x00020000, 0x20000000, 0x10000000
_REC, _PRIVATE = 0x4000, 0x40000


def unshare_processes() -> None:
    """The next child of this process is the first of a new namespace, with mounts of its own. Without privileges that
    takes a namespace of users as well. Raises OSError."""
    if LIBC.unshare(_NEWNS | _NEWPID) == 0:
        return
    user, group = os.geteuid(), os.getegid()
    _check("unshare", LIBC.unshare(_NEWUSER | _NEWNS | _NEWPID))
    own = Path("/proc/self")
    (own / "setgroups").write_text("deny")
    (own / "uid_map").write_text(f"{user} {user} 1")
    (own / "gid_map").write_text(f"{group} {group} 1")


def mount_own() -> None:
    """In the namespace's first process: /proc shows what is in it and nothing else, and memory that its processes share
    by name goes with them. Raises OSError."""
    _check("mount /", LIBC.mount(b"none", b"/", None, _REC | _PRIVATE, None))
    _check("mount /proc", LIBC.mount(b"proc", b"/proc", b"proc", 0, None))
    _check("mount /dev/shm", LIBC.mount(b"tmpfs", b"/dev/shm", b"tmpfs", 0, None))


def main() -> None:
    """Whether this machine gives one: `python -m supervisor.nodes.machine.namespaces`, exit status 0 and nothing said;
    where it does not, 1 and why."""
    try:
        unshare_processes()
        first = os.fork()
        if first == 0:
            _mount_or_end()
        _, status = os.waitpid(first, 0)
    except OSError as error:
        sys.exit(str(error))
    if status:
        sys.exit("a /proc of its own cannot be mounted")


def _mount_or_end() -> NoReturn:
    try:
        mount_own()
        os._exit(0)
    finally:
        os._exit(1)


def _check(call: str, result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{call}: {os.strerror(number)}")


if __name__ == "__main__":
    main()
