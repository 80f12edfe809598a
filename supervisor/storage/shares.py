"""The shares of the log: which jobs a link lets others read."""

import sqlite3
from collections.abc import Callable
from typing import Any

from bus.contract.kept.shares import SharedQuestion, ShareSummary
from bus.transport.codec import Decoder, encode
from bus.wire.commands import Submit
from bus.wire.job_record import JobRecord

_decode_record: Decoder[JobRecord] = Decoder(JobRecord)
_decode_submit: Decoder[Submit] = Decoder(Submit)
_decode_jobs: Decoder[list[str]] = Decoder(list[str])

_COLUMNS = "share_id, user, title, public, created_at, jobs"


class ShareLog:
    """Reads at once; `write` collects until the store commits. A share is of one user and names their jobs alone."""

    def __init__(self, db: sqlite3.Connection, write: Callable[..., None]) -> None:
        self._db = db
        self._write = write

    def add(self, share: ShareSummary, conversation_id: str, job_ids: list[str]) -> None:
        values = (share.share_id, share.user, share.title, int(share.public), share.created_at, encode(job_ids))
        self._write(
            f"INSERT INTO shares ({_COLUMNS}, conversation_id) VALUES (?, ?, ?, ?, ?, ?, ?)", *values, conversation_id
        )

    def end(self, share_id: str) -> None:
        self._write("DELETE FROM shares WHERE share_id = ?", share_id)

    def end_of_conversation(self, user: str, conversation_id: str) -> None:
        self._write("DELETE FROM shares WHERE user = ? AND conversation_id = ?", user, conversation_id)

    def job_discarded(self, user: str, conversation_id: str) -> None:
        """A job was discarded; with the conversation's last job its shares go too."""
        self._write(
            "DELETE FROM shares WHERE user = ?1 AND conversation_id = ?2 AND NOT EXISTS "
            "(SELECT 1 FROM jobs WHERE jobs.user = ?1 AND jobs.conversation_id = ?2)",
            user,
            conversation_id,
        )

    # ---- reading

    def of_user(self, user: str) -> list[ShareSummary]:
        """A user's shares, the latest first."""
        rows = self._db.execute(f"SELECT {_COLUMNS} FROM shares WHERE user = ? ORDER BY created_at DESC", (user,))
        return [_share(row) for row in rows]

    def one(self, share_id: str) -> tuple[ShareSummary, list[SharedQuestion]] | None:
        """A share with its questions, in their order; those that the log has forgotten are not among them."""
        row = self._db.execute(f"SELECT {_COLUMNS} FROM shares WHERE share_id = ?", (share_id,)).fetchone()
        if row is None:
            return None
        share, found = _share(row), (self._question(row[1], job_id) for job_id in _decode_jobs(row[-1]))
        return share, [question for question in found if question is not None]

    def _question(self, user: str, job_id: str) -> SharedQuestion | None:
        row = self._db.execute("SELECT spec, record FROM jobs WHERE job_id = ? AND user = ?", (job_id, user)).fetchone()
        if row is None:
            return None
        submit, job = _decode_submit(row[0]), _decode_record(row[1]).summary
        return SharedQuestion(job_id, submit.question, submit.user_clarification, job.agent, job.state, job.created_at)


def _share(row: tuple[Any, ...]) -> ShareSummary:
    share_id, user, title, public, created_at, jobs = row
    return ShareSummary(share_id, user, title, bool(public), created_at, len(_decode_jobs(jobs)))
