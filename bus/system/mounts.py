"""What is mounted within a folder, and taking it away without touching what it shows."""

import ctypes
import os
import re
from pathlib import Path

_MOUNT_POINT = 4
"""Its place in a line of /proc/self/mountinfo."""
_DETACH = 2
"""`MNT_DETACH` of <sys/mount.h>: out of the tree at once, ended when nobody uses it any more."""
_ESCAPED = re.compile(rb"\\([0-7]{3})")

_libc = ctypes.CDLL(None, use_errno=True)


def detach_mounts(folder: Path) -> bool:
    """Detach what is mounted at this folder or beneath it, the deepest first. False where something may not be: what is
    removed there then is removed in its source."""
    place = folder.parent.resolve() / folder.name  # a link in its place leads to what is none of ours
    return all(_libc.umount2(point, _DETACH) == 0 for point in reversed(_mounted(os.fsencode(place))))


def _mounted(folder: bytes) -> list[bytes]:
    """The mount points, in the order in which they were made."""
    lines = Path("/proc/self/mountinfo").read_bytes().splitlines()
    points = [_ESCAPED.sub(_unescaped, line.split(b" ")[_MOUNT_POINT]) for line in lines]
    return [point for point in points if point == folder or point.startswith(folder + b"/")]


def _unescaped(found: re.Match[bytes]) -> bytes:
    return bytes([int(found[1], 8)])
