"""Sign-ins that have been ended: kept on disk, so that what was a cookie's value is worth nothing afterwards, at any
gateway of this state folder, restarted or not."""

import fcntl
import os
import time
from pathlib import Path

from bus.system.private_files import keep_private

SIGNED_OUT_NAME = "signed_out"
LOCK_NAME = "signed_out.lock"
SIGNED_IN_S = 30 * 86400
"""How long a cookie lets in. What was signed out longer ago need not be remembered, where the clock is right."""

KEPT_TOO_OLD = 10_000
"""Sign-outs that are remembered though they are older than that: a clock that was ahead for a while must not bring them
back to life."""


class RevokedSessions:
    """A line for each: `NAME UNIX_SECONDS_OF_THE_SIGN_IN`. Notices by itself when another gateway has added one.
    Raises `NotPrivate`, `OSError`."""

    def __init__(self, state_dir: Path) -> None:
        self._path = state_dir / SIGNED_OUT_NAME
        keep_private(self._path)
        self._seen: tuple[int, int] | None = None
        self._names: dict[str, int] = {}

    def __repr__(self) -> str:
        return f"<RevokedSessions {len(self._names)}>"

    def __contains__(self, name: str) -> bool:
        self._look()
        return name in self._names

    def add(self, name: str, since: int) -> None:
        """This sign-in is over, from here on and for good. Raises `OSError`."""
        with self._path.with_name(LOCK_NAME).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._look()
            self._write({**self._names, name: since})
        self._look()

    def _look(self) -> None:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return
        if (mark := (found.st_mtime_ns, found.st_ino)) != self._seen:
            lines = (line.split() for line in self._path.read_text().splitlines())
            self._names = {name: int(since) for name, since in lines}
            self._seen = mark

    def _write(self, names: dict[str, int]) -> None:
        """Write the file whole or not at all, and onto the disk: a sign-out outlasts a power cut."""
        temporary = self._path.with_suffix(".new")
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.writelines(f"{name} {since}\n" for name, since in _to_keep(names, time.time()))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._path)


def _to_keep(names: dict[str, int], now: float) -> list[tuple[str, int]]:
    newest = sorted(names.items(), key=lambda one: one[1], reverse=True)
    may_live = sum(since > now - SIGNED_IN_S for _, since in newest)
    return newest[: may_live + KEPT_TOO_OLD]
