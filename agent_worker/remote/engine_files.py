"""The objects of the store under names that the engine opens like files."""

from datetime import UTC, datetime
from typing import Any

from fsspec.spec import AbstractFileSystem

from agent_worker.remote.client import PREFIX, PROTOCOL, RemoteError, RemoteFile, RemoteFiles


class EngineFiles(AbstractFileSystem):  # type: ignore[misc]
    """Gives the engine read-only files by name, in the way of fsspec.

    `open` and `info` raise RemoteError for a name that is none of the tables' objects. `exists` does not ask: the
    engine opens only names on its own list of allowed ones.
    """

    protocol = PROTOCOL
    cachable = False

    def __init__(self, files: RemoteFiles) -> None:
        super().__init__()
        self._files = files

    def open(self, path: str, mode: str = "rb", **_: Any) -> RemoteFile:
        if mode != "rb":
            raise RemoteError(f"{path} can only be read")
        return self._files.open(path.removeprefix(PREFIX))

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        return {"name": path, "size": self.open(path).size, "type": "file"}

    def modified(self, path: str) -> datetime:
        return datetime.fromtimestamp(0, UTC)  # nothing is kept between two openings

    def exists(self, path: str, **_: Any) -> bool:
        return True

    def isfile(self, path: str) -> bool:
        return True

    def glob(self, path: str, **_: Any) -> list[str]:
        return [path]
