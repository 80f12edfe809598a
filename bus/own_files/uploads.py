"""An upload on its way from the program that receives it (the gateway, or a command of this machine) to the supervisor,
which gives it its name once it is whole. It is locked while it is written, so that one of a dead program is found."""

import asyncio
import contextlib
import fcntl
import os
import re
import secrets
from collections.abc import AsyncIterator, Callable
from pathlib import Path

PIECE_BYTES = 1024 * 1024
"""What is read and written of a file at a time."""

_INCOMING = "incoming"
_UPLOAD_NAME = re.compile(r"[0-9a-f]{32}")


def incoming_file(root: Path, upload: str) -> Path | None:
    """The file of an upload by its name; None for what no upload is called."""
    return root / _INCOMING / upload if _UPLOAD_NAME.fullmatch(upload) else None


class Upload:
    """A file that is being received in `root`: locked while it is written. Raises OSError."""

    def __init__(self, root: Path) -> None:
        folder = root / _INCOMING
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.name = secrets.token_hex(16)
        self._path = folder / self.name
        self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        self.size_bytes = 0

    def __repr__(self) -> str:
        return f"<Upload {self.name} {self.size_bytes} bytes>"

    def write(self, piece: bytes) -> None:
        """Append a piece. Raises OSError."""
        left = memoryview(piece)
        while left:
            left = left[os.write(self._file, left) :]
        self.size_bytes += len(piece)

    def finish(self) -> None:
        """Flush the file to disk, so that it survives a power cut. Raises OSError."""
        os.fsync(self._file)

    def close(self) -> None:
        """Remove what has come, unless the supervisor has taken it."""
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()
        os.close(self._file)


async def pieces_of(file: Path, taken: Callable[[int], None]) -> AsyncIterator[bytes]:
    """What is in a file, without holding it in memory; `taken` is told how many bytes of it have been taken. Raises
    OSError."""
    with await asyncio.to_thread(file.open, "rb") as stream:
        while piece := await asyncio.to_thread(stream.read, PIECE_BYTES):
            yield piece
            taken(stream.tell())


def sweep_uploads(root: Path) -> None:
    """Remove unfinished uploads of programs that have died, which are those that no process holds the lock of."""
    folder = root / _INCOMING
    for path in folder.iterdir() if folder.is_dir() else ():
        with contextlib.suppress(OSError), path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
