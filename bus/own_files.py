"""Files that users give to be asked about: what they may be called, where they lie, and one on its way there, which is
a file under its name only once it is whole."""

import asyncio
import contextlib
import fcntl
import hashlib
import os
import re
import secrets
import unicodedata
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path

from bus.address import state_folder
from bus.contract.data_files import TABLE_SUFFIXES

MAX_NAME_CHARS = 80

PIECE_BYTES = 1024 * 1024
"""What is read and written of a file at a time."""

_UNSAFE = re.compile(r"[^\w \-.()]+")
_INCOMING = "incoming"
_UPLOAD_NAME = re.compile(r"[0-9a-f]{32}")


def safe_name(given: str) -> str:
    """What a file of this name is kept as: without folders, control characters and whatever means something to the
    engine or hides a file; empty where it does not end like a table."""
    text = unicodedata.normalize("NFC", re.split(r"[/\\]", given)[-1])
    suffix = suffix_of(text)
    stem = _UNSAFE.sub("_", text[: len(text) - len(suffix)]).strip(" ._")
    return f"{stem[:MAX_NAME_CHARS].strip() or 'data'}{suffix}" if suffix else ""


def free_name(name: str, taken: Iterable[str]) -> str:
    """This safe name, or with a number behind it where a file that would make a table of the same name is there."""
    suffix = suffix_of(name)
    stem, stems = name[: len(name) - len(suffix)], {_table_stem(one) for one in taken}
    number, free = 1, name
    while _table_stem(free) in stems:
        number += 1
        free = f"{stem} ({number}){suffix}"
    return free


def suffix_of(name: str) -> str:
    """The longest ending that names a kind of table, in small letters; empty for none."""
    found = [suffix for suffix in TABLE_SUFFIXES if name.lower().endswith(suffix)]
    return max(found, key=len, default="")


def _table_stem(name: str) -> str:
    stem = name[: len(name) - len(suffix_of(name))]
    return re.sub(r"\W+", "_", stem).strip("_").casefold()


def own_files_folder(state_dir: str) -> Path:
    """Where the folders of all users lie."""
    return state_folder(state_dir) / "files"


def folder_name(user: str) -> str:
    """The name of a user's own folder there. It is derived, because a user's name may be any text."""
    return hashlib.sha256(user.encode()).hexdigest()[:32]


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
        """Append to it."""
        left = memoryview(piece)
        while left:
            left = left[os.write(self._file, left) :]
        self.size_bytes += len(piece)

    def finish(self) -> None:
        """Have what was written survive a power cut."""
        os.fsync(self._file)

    def close(self) -> None:
        """Nothing of it stays, unless it has been taken."""
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
