"""The folders of users' own files on disk. A file that has not been found readable yet has a mark beside it."""

import contextlib
import logging
import os
from pathlib import Path

from bus.own_files.names import folder_name
from bus.own_files.uploads import incoming_file, sweep_uploads
from bus.wire.replies import OwnFile

log = logging.getLogger(__name__)

_UNREAD = ".unread"


class OwnFolders:
    """The folders of all users, in `root`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def sweep(self) -> None:
        """Remove files that an earlier supervisor had not read yet, and uploads that no process writes any more."""
        sweep_uploads(self._root)
        for mark in self._root.glob(f"*/.*{_UNREAD}"):
            log.warning("removing a file that was not read before the end: %s", mark, extra={"action": "own_files"})
            self._remove(mark.parent / mark.name[1:].removesuffix(_UNREAD))

    def folder(self, user: str) -> Path:
        """The path of this user's folder, which need not exist."""
        return self._root / folder_name(user)

    def has_any(self, user: str) -> bool:
        """Whether this user has files, also if none has been read yet."""
        return bool(self._entries(user))

    def files(self, user: str) -> list[OwnFile]:
        """The files of this user that were found readable, by name."""
        found = {entry.name: entry for entry in self._entries(user)}
        stats = {name: found[name].stat() for name in sorted(found) if not self._mark(Path(found[name].path)).exists()}
        return [OwnFile(name, stat.st_size, stat.st_mtime) for name, stat in stats.items()]

    def names(self, user: str) -> list[str]:
        """The names of all this user's files, also of those that are not read yet."""
        return [entry.name for entry in self._entries(user)]

    def used_bytes(self, user: str) -> int:
        """The size of all this user's files together, also of those that are not read yet."""
        return sum(entry.stat().st_size for entry in self._entries(user))

    def upload_bytes(self, upload: str) -> int | None:
        """The upload's size; None where there is no upload of that name."""
        file = incoming_file(self._root, upload)
        return file.stat().st_size if file is not None and file.is_file() else None

    def take(self, user: str, upload: str, name: str) -> None:
        """Make an upload this user's file, not read yet. Raises OSError."""
        file = incoming_file(self._root, upload)
        assert file is not None
        folder = self.folder(user)
        folder.mkdir(mode=0o700, exist_ok=True)
        self._mark(folder / name).touch(mode=0o600)
        os.utime(file)
        file.rename(folder / name)

    def found_readable(self, user: str, name: str) -> None:
        """The file could be read: it is listed from now on, and stays."""
        self._mark(self.folder(user) / name).unlink(missing_ok=True)

    def drop_unread(self, user: str, name: str) -> bool:
        """Remove this file unless it was found readable; whether it was removed."""
        file = self.folder(user) / name
        unread = self._mark(file).exists()
        if unread:
            self._remove(file)
        return unread

    def remove(self, user: str, name: str) -> bool:
        """Delete a file of this user; False where there is none of that name."""
        if name not in self.names(user):
            return False
        self._remove(self.folder(user) / name)
        return True

    def _entries(self, user: str) -> "list[os.DirEntry[str]]":
        with contextlib.suppress(FileNotFoundError), os.scandir(self.folder(user)) as found:
            return [entry for entry in found if not entry.name.startswith(".")]
        return []

    def _mark(self, file: Path) -> Path:
        return file.with_name(f".{file.name}{_UNREAD}")

    def _remove(self, file: Path) -> None:
        """The mark is removed last, so that a removal that is cut off is done again."""
        file.unlink(missing_ok=True)
        self._mark(file).unlink(missing_ok=True)
