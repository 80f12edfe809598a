"""Moves what was logged from the write-ahead log into the database, beside the loop: that takes as long as the disk
likes, and no stop and no heartbeat may wait for it."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from supervisor.storage.store import Store

log = logging.getLogger(__name__)

MOVE_BYTES = 4 << 20
"""So much that was written is worth moving."""

RESTART_BYTES = 16 << 20
"""From this length on the write-ahead log is begun anew. It can only be when all of it was moved, which under load it
never is: then commits are held until it is, for milliseconds, since most was moved before."""

READERS_WAIT_S = 0.1


class Checkpointer:
    """While `holding`, nothing may be committed; `resume` is called once it may be again."""

    def __init__(self, store: Store, resume: Callable[[], None]) -> None:
        self._store = store
        self._resume = resume
        self._thread = ThreadPoolExecutor(1, "checkpoints")
        self._moving: asyncio.Task[None] | None = None
        self._db: sqlite3.Connection | None = None
        self._restarting = False

    @property
    def holding(self) -> bool:
        """Also while what is moved falls far behind what is written."""
        return self._restarting or (self._moving is not None and self._store.written_bytes >= RESTART_BYTES)

    def look(self) -> None:
        """To be called after each commit: begin a checkpoint if enough has been written since the last."""
        if self._moving is None and self._store.written_bytes >= MOVE_BYTES:
            self._store.written_bytes = 0
            self._moving = asyncio.get_running_loop().create_task(self._move())

    def close(self) -> None:
        """Wait for what is under way, milliseconds; commits are free again."""
        if self._moving is not None:
            self._moving.cancel()
        self._thread.shutdown()
        self._moving, self._restarting = None, False
        if self._db is not None:
            self._db.close()

    async def _move(self) -> None:
        try:
            if await self._checkpoint("PASSIVE") > RESTART_BYTES:
                self._restarting = True
                await self._checkpoint("RESTART")
        except (sqlite3.Error, RuntimeError) as error:  # RuntimeError: no thread to be had
            log.warning("the log could not be tidied: %s; it is tried again", error, extra={"action": "checkpoint"})
        finally:
            self._moving, self._restarting = None, False
            self._resume()

    async def _checkpoint(self, how: str) -> int:
        """Move what is in the write-ahead log into the database. Returns how long that log is now, in bytes."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._in_thread, how)

    def _in_thread(self, how: str) -> int:
        if self._db is None:
            self._db = sqlite3.connect(
                self._store.path, isolation_level=None, timeout=READERS_WAIT_S, check_same_thread=False
            )
            (self._page_bytes,) = self._db.execute("PRAGMA page_size").fetchone()
        _, pages, _ = self._db.execute(f"PRAGMA wal_checkpoint({how})").fetchone()
        return int(pages) * int(self._page_bytes)
