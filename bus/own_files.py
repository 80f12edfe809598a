"""Where the files of users lie, and a file on its way there: it is a file under its name only once it is whole."""

import asyncio
import contextlib
import fcntl
import hashlib
import os
import re
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

from bus.address import state_folder

PIECE_BYTES = 1024 * 1024
"""What is read and written of a file at a time."""

_INCOMING = "incoming"
_UPLOAD_NAME = re.compile(r"[0-9a-f]{32}")


def own_files_folder(state_dir: str) -> Path:
    """Where the folders of all users lie."""
    return state_folder(state_dir) / "files"


def folder_name(user: str) -> str:
    """Of a user's own folder there: names of users may be any text."""
    return hashlib.sha256(user.encode()).hexdigest()[:32]


def incoming_file(root: Path, upload: str) -> Path | None:
    """The file of an upload by its name; None for what no upload is called."""
    return root / _INCOMING / upload if _UPLOAD_NAME.fullmatch(upload) else None


class Upload:
    """A file that is being received in `root`: locked while somebody writes it. Raises OSError."""

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
        """Append to it."""
        left = memoryview(piece)
        while left:
            left = left[os.write(self._file, left) :]
        self.size_bytes += len(piece)

    def finish(self) -> None:
        """What was written survives a power cut."""
        os.fsync(self._file)

    def close(self) -> None:
        """Nothing of it stays, unless it has been taken."""
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()
        os.close(self._file)


async def pieces_of(file: Path) -> AsyncIterator[bytes]:
    """What is in a file, without holding it in memory. Raises OSError."""
    with await asyncio.to_thread(file.open, "rb") as stream:
        while piece := await asyncio.to_thread(stream.read, PIECE_BYTES):
            yield piece


def sweep_uploads(root: Path) -> None:
    """Remove what uploads have left whose program has died: nobody holds their lock."""
    folder = root / _INCOMING
    for path in folder.iterdir() if folder.is_dir() else ():
        with contextlib.suppress(OSError), path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
