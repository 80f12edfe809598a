"""Notices when the supervisor's sockets are removed from outside, by a clean-up of their folder for example, and binds
them again."""

import logging
import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path

from bus.address import make_runtime_folder
from bus.transport.sockets import BusError

log = logging.getLogger(__name__)


class FolderWatch:
    """The sockets of the runtime folder. `bind_again` has, for each of their endpoints, the call that binds it once
    more; connections that stand go on meanwhile. `look` about once a second."""

    def __init__(self, runtime: Path, bind_again: Mapping[str, Callable[[], None]]) -> None:
        self._runtime = runtime
        self._bind_again = {Path(endpoint.removeprefix("ipc://")): call for endpoint, call in bind_again.items()}
        self._trouble = ""

    def __repr__(self) -> str:
        return f"<FolderWatch {self._runtime} trouble={self._trouble!r}>"

    def look(self) -> None:
        """Make anew what is not there any more, or is no socket of this account: one that is is there on purpose."""
        gone = [path for path in self._bind_again if not _is_own_socket(path)]
        if not gone:
            return
        try:
            make_runtime_folder(self._runtime)
            for path in gone:
                self._bind_again[path]()
        except (BusError, OSError) as error:
            self._complain(str(error))
            return
        self._trouble = ""
        log.error(
            "%s of %s had vanished and are there again; keep whatever tidies that folder away from it, or set [bus] "
            "runtime_dir to another one",
            ", ".join(path.name for path in gone),
            self._runtime,
            extra={"action": "runtime_folder"},
        )

    def _complain(self, trouble: str) -> None:
        if trouble != self._trouble:
            text = "the sockets have vanished, and no worker can start until they can be made anew: %s"
            log.critical(text, trouble, extra={"action": "runtime_folder"})
        self._trouble = trouble


def _is_own_socket(path: Path) -> bool:
    try:
        found = path.lstat()
    except OSError:
        return False
    return stat.S_ISSOCK(found.st_mode) and found.st_uid == os.geteuid()
