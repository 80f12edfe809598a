"""When the log is committed: once in each pass of the loop in which something was written, for all of it together."""

import asyncio
import logging

from supervisor.storage.checkpointer import Checkpointer
from supervisor.storage.journal import Journal
from supervisor.storage.store import Store, StoreError

log = logging.getLogger(__name__)

WRITE_AGAIN_S = 0.5


class GroupCommit:
    """Commits from its making until `close`. What cannot be written waits, unacknowledged, and is tried again."""

    def __init__(self, store: Store, journal: Journal) -> None:
        self._store = store
        self._journal = journal
        self._checkpointer = Checkpointer(store, store.request_commit)
        self._trouble = ""
        self.lost = ""
        """That the log was removed while it was in use, for people; empty while it is in its place."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    def __repr__(self) -> str:
        return f"<GroupCommit trouble={self._trouble!r}>"

    @property
    def trouble(self) -> str:
        """Why the log cannot be written now, for people; empty while it can be."""
        return self.lost or self._trouble

    def look(self) -> None:
        """To be called now and then: whether the log is still in its place."""
        if not self.lost and not self._store.in_place:
            self.lost = (
                f"the log {self._store.path} was removed while it was in use; it is written anew, and the server "
                "starts again"
            )
            log.critical("%s; every job is stopped", self.lost, extra={"action": "state_folder"})

    def close(self) -> None:
        """Commit what has collected, once, and end."""
        self._task.cancel()
        self._checkpointer.close()
        self._commit()

    async def _run(self) -> None:
        while True:
            await self._store.commit_requested.wait()
            self._store.commit_requested.clear()
            if self._checkpointer.holding:
                continue  # its end requests a commit
            self._commit()
            await asyncio.sleep(WRITE_AGAIN_S if self._trouble else 0)
            if self._trouble:
                self._store.request_commit()

    def _commit(self) -> None:
        try:
            self._journal.flush()
        except StoreError as error:
            if not self._trouble:
                log.critical("%s", error, extra={"action": "store"})
            self._trouble = str(error)
            self._journal.tell_unrecorded_ends()  # each time: a follower may have been reading the log just then
        except Exception:  # what was not published is repaired from the log; the next events must not wait for it
            log.exception("a commit could not be followed through", extra={"action": "commit"})
        else:
            self._checkpointer.look()
            if self._trouble:
                log.warning("the log can be written again", extra={"action": "store"})
            self._trouble = ""
