"""The saved questions of the log, and the board of each user."""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

from bus.contract.kept.saved import BoardRun, SavedContent, SavedQuestion
from bus.transport.codec import Decoder, encode
from bus.wire.commands import Submit

_decode_content: Decoder[SavedContent] = Decoder(SavedContent)

_COLUMNS = "saved_id, created_at, content, place, session_id, conversation_id, asked_at"


class SavedLog:
    """Reads at once; `write` collects until the store commits. Every saved question is of one user."""

    def __init__(self, db: sqlite3.Connection, write: Callable[..., None]) -> None:
        self._db = db
        self._write = write

    def add(self, user: str, saved: SavedQuestion) -> None:
        self._write(
            "INSERT INTO saved (saved_id, user, created_at, content) VALUES (?, ?, ?, ?)",
            *(saved.saved_id, user, saved.created_at, encode(saved.content)),
        )

    def change(self, user: str, saved: SavedQuestion) -> None:
        self._write(
            "UPDATE saved SET content = ? WHERE user = ? AND saved_id = ?", encode(saved.content), user, saved.saved_id
        )
        if saved.latest is None:
            self._write(
                "UPDATE saved SET session_id = NULL, conversation_id = NULL, asked_at = NULL "
                "WHERE user = ? AND saved_id = ?",
                *(user, saved.saved_id),
            )

    def remove(self, user: str, saved_id: str) -> None:
        self._write("DELETE FROM saved WHERE user = ? AND saved_id = ?", user, saved_id)

    def arrange(self, user: str, saved_ids: Sequence[str]) -> None:
        """These stand on the board, in this order, and no others."""
        self._write("UPDATE saved SET place = NULL WHERE user = ?", user)
        for place, saved_id in enumerate(saved_ids):
            self._write("UPDATE saved SET place = ? WHERE user = ? AND saved_id = ?", place, user, saved_id)

    def asked(self, submit: Submit, at: float) -> None:
        """A run on the board, which is the latest from here on."""
        self._write(
            "UPDATE saved SET session_id = ?, conversation_id = ?, asked_at = ? WHERE user = ? AND saved_id = ?",
            *(submit.session_id, submit.conversation_id, at, submit.caller.user, submit.saved),
        )

    # ---- reading

    def of_user(self, user: str) -> list[SavedQuestion]:
        """A user's saved questions, the earliest first."""
        rows = self._db.execute(f"SELECT {_COLUMNS} FROM saved WHERE user = ? ORDER BY created_at, saved_id", (user,))
        return [_saved(row) for row in rows]

    def one(self, user: str, saved_id: str) -> SavedQuestion | None:
        row = self._db.execute(
            f"SELECT {_COLUMNS} FROM saved WHERE user = ? AND saved_id = ?", (user, saved_id)
        ).fetchone()
        return _saved(row) if row is not None else None


def _saved(row: tuple[Any, ...]) -> SavedQuestion:
    saved_id, created_at, content, place, session_id, conversation_id, asked_at = row
    latest = BoardRun(session_id, conversation_id, asked_at) if session_id else None
    return SavedQuestion(saved_id, created_at, _decode_content(content), place, latest)
