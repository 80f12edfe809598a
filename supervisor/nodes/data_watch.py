"""Whether a node has the same data as its server, by what both see of the folder."""

import asyncio
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

LOOK_EVERY_S = 15.0
MOST_OF_THE_TIME = 0.05
"""Where a look takes long, so much of the time is spent with looking at most."""
PIECE_BYTES = 4096
"""Of each file the beginning and the end are read: in the one a table says what it is, in the other Parquet keeps its
statistics."""

_State = tuple[str, int, int, int, int]


class DataPrint(msgspec.Struct, frozen=True):
    """Of the files beneath a folder: how many, how large together, and a digest of names, sizes and pieces."""

    files: int = 0
    size_bytes: int = 0
    digest: str = ""


def why_other_data(folder: str, there: DataPrint, here: DataPrint) -> str:
    """For people, why a node may not be used; "" where the data are the same."""
    if there == here:
        return ""
    if (there.files, there.size_bytes) == (here.files, here.size_bytes):
        return f"its data differ from the server's: files of {folder} have other names or contents there"
    held = [f"{each.files:,} files with {each.size_bytes:,} bytes" for each in (there, here)]
    return f"its data differ from the server's: {folder} holds {held[0]} there, {held[1]} here"


class DataWatch:
    """Looks at a folder now and then, in a thread: a file system that has gone away takes as long as it likes. The
    bundled data, "", are those of the program. `seen` is None until the first look is over; `changed` is called
    whenever it is another."""

    def __init__(self, folder: str, changed: Callable[[], None]) -> None:
        self.seen = None if folder else DataPrint()
        self._folder = folder
        self._changed = changed
        self._states: list[_State] | None = None
        self._task = asyncio.get_running_loop().create_task(self._look()) if folder else None

    def __repr__(self) -> str:
        return f"<DataWatch {self._folder!r} {self.seen}>"

    def close(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _look(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            states = await asyncio.to_thread(lambda: sorted(_states(Path(self._folder))))
            if states != self._states:
                seen = await asyncio.to_thread(_print_of, Path(self._folder), states)
                self._states = states
                if seen != self.seen:
                    self.seen = seen
                    self._changed()
            await asyncio.sleep(max(LOOK_EVERY_S, (loop.time() - began) / MOST_OF_THE_TIME))


def _states(folder: Path) -> Iterator[_State]:
    """Name, size, and what changes when it is written again, of each file beneath. What is hidden is no data."""
    for root, folders, names in os.walk(folder, followlinks=False):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for path in (Path(root, name) for name in names if not name.startswith(".")):
            with suppress(OSError):
                status = path.stat()
                name = str(path.relative_to(folder))
                yield name, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def _print_of(folder: Path, states: list[_State]) -> DataPrint:
    digest = hashlib.sha256()
    for name, size, *_ in states:
        digest.update(f"{name}\0{size}\0".encode(errors="surrogateescape"))
        digest.update(_pieces(folder / name, size))
    return DataPrint(len(states), sum(size for _, size, *_ in states), digest.hexdigest())


def _pieces(path: Path, size: int) -> bytes:
    try:
        with path.open("rb") as file:
            beginning = file.read(PIECE_BYTES)
            file.seek(max(0, size - PIECE_BYTES))
            return beginning + file.read(PIECE_BYTES)
    except OSError as error:
        return str(error.errno).encode()
