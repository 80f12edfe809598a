"""The conversations of the log: their titles, words to search in, and which are hidden."""

import sqlite3
from collections.abc import Callable
from typing import Any

import msgspec

from bus.contract.kept.conversations import ConversationSummary, ConversationTurnSummary, title_of
from bus.transport.codec import Decoder, encode
from bus.wire.commands import Submit
from bus.wire.job_record import JobRecord
from bus.wire.worker import KeptTurn

MAX_WORDS_CHARS = 8_000
"""What is kept of a conversation's questions for searching."""

MAX_TERMS = 8

_LISTED, _HIDDEN, _UNLISTED = range(3)
"""Of the column `hidden`: in the lists; deleted by its owner; found by its address alone, as runs on a board are."""

_decode_record: Decoder[JobRecord] = Decoder(JobRecord)
_decode_submit: Decoder[Submit] = Decoder(Submit)
_decode_kept: Decoder[KeptTurn] = Decoder(KeptTurn)


def _without_kept(turn: bytes) -> bytes:
    return encode(msgspec.structs.replace(_decode_kept(turn), store={}, files={}))


class ConversationLog:
    """Reads at once; `write` collects until the store commits. Every conversation belongs to one user."""

    def __init__(self, db: sqlite3.Connection, write: Callable[..., None]) -> None:
        self._db = db
        self._write = write
        db.create_function("without_kept", 1, _without_kept)
        # SQLite's own lower() knows ASCII only.
        db.create_function("casefold", 1, str.casefold, deterministic=True)

    # ---- writing

    def asked(self, submit: Submit, at: float) -> None:
        """A question of a conversation, perhaps its first. One that had been hidden, or was of the board alone, is
        listed once something is asked in it by hand."""
        words = "\n".join([submit.question, submit.user_clarification or ""])
        self._write(
            "INSERT INTO conversations (user, conversation_id, title, words, created_at, updated_at, hidden) "
            "VALUES (?, ?, ?, substr(?, 1, ?), ?, ?, ?) ON CONFLICT DO UPDATE SET "
            "words = substr(words || char(10) || excluded.words, 1, ?), updated_at = excluded.updated_at, "
            "hidden = iif(excluded.hidden = 0, 0, hidden)",
            *(submit.caller.user, submit.conversation_id, title_of(submit.question)),
            *(words.casefold(), MAX_WORDS_CHARS, at, at, _UNLISTED if submit.saved else _LISTED, MAX_WORDS_CHARS),
        )

    def answered(self, user: str, conversation_id: str, at: float) -> None:
        self._change(user, conversation_id, "updated_at", at)

    def rename(self, user: str, conversation_id: str, title: str) -> None:
        self._change(user, conversation_id, "title", title)

    def hide(self, user: str, conversation_id: str) -> None:
        """Out of every list; its jobs stay until the log forgets them, but what agents keep for its next question goes
        at once."""
        self._change(user, conversation_id, "hidden", _HIDDEN)
        self._write(
            "UPDATE jobs SET turn = without_kept(turn) WHERE user = ? AND conversation_id = ? AND turn IS NOT NULL",
            user,
            conversation_id,
        )

    def job_discarded(self, user: str, conversation_id: str) -> None:
        """A job was discarded; with its last job a conversation goes too."""
        self._write(
            "DELETE FROM conversations WHERE user = ? AND conversation_id = ? AND NOT EXISTS (SELECT 1 FROM jobs "
            "WHERE jobs.user = conversations.user AND jobs.conversation_id = conversations.conversation_id)",
            user,
            conversation_id,
        )

    def _change(self, user: str, conversation_id: str, column: str, value: Any) -> None:
        self._write(
            f"UPDATE conversations SET {column} = ? WHERE user = ? AND conversation_id = ?",
            value,
            user,
            conversation_id,
        )

    # ---- reading

    def page(self, user: str, query: str, after: tuple[float, str] | None, limit: int) -> list[ConversationSummary]:
        """A user's conversations in which every word of `query` stands, the latest first, those that come `after`
        (updated_at, conversation_id)."""
        terms = query.casefold().split()[:MAX_TERMS]
        found = "".join(" AND (instr(casefold(title), ?) OR instr(words, ?))" for _ in terms)
        below = " AND (updated_at, conversation_id) < (?, ?)" if after else ""
        rows = self._db.execute(
            "SELECT conversation_id, title, created_at, updated_at FROM conversations "
            f"WHERE user = ? AND hidden = 0{found}{below} ORDER BY updated_at DESC, conversation_id DESC LIMIT ?",
            (user, *(term for term in terms for _ in range(2)), *(after or ()), limit),
        )
        return [ConversationSummary(*row) for row in rows]

    def one(self, user: str, conversation_id: str) -> ConversationSummary | None:
        """The conversation of this id; None where the user has none, or has hidden it."""
        row = self._db.execute(
            "SELECT conversation_id, title, created_at, updated_at FROM conversations "
            "WHERE user = ? AND conversation_id = ? AND hidden <> ?",
            (user, conversation_id, _HIDDEN),
        ).fetchone()
        return ConversationSummary(*row) if row else None

    def turns(self, user: str, conversation_id: str, limit: int) -> list[ConversationTurnSummary]:
        """The latest questions of a conversation, oldest first."""
        rows = self._db.execute(
            "SELECT spec, record FROM jobs WHERE user = ? AND conversation_id = ? ORDER BY n DESC LIMIT ?",
            (user, conversation_id, limit),
        ).fetchall()
        turns: list[ConversationTurnSummary] = []
        for spec, record in reversed(rows):
            before = turns[-1].session_id if turns else ""
            turns.append(_turn(_decode_submit(spec), _decode_record(record), before))
        return turns


def _turn(submit: Submit, record: JobRecord, before: str) -> ConversationTurnSummary:
    """`before` is the session of the question before, which one follows that names none."""
    job = record.summary
    return ConversationTurnSummary(
        job_id=job.job_id,
        session_id=job.session_id,
        question=submit.question,
        agent=job.agent,
        user_clarification=submit.user_clarification,
        state=job.state,
        reason=job.reason,
        created_at=job.created_at,
        ended_at=job.ended_at,
        follows=before if submit.follows is None else submit.follows,
        verdict=record.verdict,
        comment=record.comment,
    )
