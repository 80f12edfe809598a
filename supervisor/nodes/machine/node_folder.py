"""Where a node's files lie, on its own machine."""

import fcntl
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from supervisor.places.cleanup import remove_folder

_PREFIX = "deadstop-node-"


class NodeFolder:
    """A new folder for a node's files, in the folder for temporary files, locked for as long as this process lives.
    Making one removes those of nodes whose process was killed."""

    def __init__(self) -> None:
        _remove_left()
        self.path = Path(tempfile.mkdtemp(prefix=_PREFIX))
        self._lock = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def __repr__(self) -> str:
        return f"<NodeFolder {self.path}>"

    def remove(self) -> None:
        """Remove the folder and what is in it."""
        remove_folder(self.path)
        os.close(self._lock)


def _remove_left() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):
            _remove_unless_locked(folder)


def _remove_unless_locked(folder: Path) -> None:
    """Raises OSError where it is locked, another's, or gone."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        if os.fstat(descriptor).st_uid != os.geteuid():
            return
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        remove_folder(folder)
    finally:
        os.close(descriptor)
