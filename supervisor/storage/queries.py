"""What is read from the log: records, sessions, costs, turns of conversations."""

import sqlite3
from collections.abc import Iterator
from itertools import islice

from bus.contract.vocabulary import ENDED, SUPERVISOR, State
from bus.log import records_by_prefix
from bus.transport.codec import CodecError, Decoder
from bus.wire.commands import Submit
from bus.wire.job_record import JobRecord, JobSummary
from bus.wire.worker import ConversationTurn, KeptTurn, Outcome

_decode_record: Decoder[JobRecord] = Decoder(JobRecord)
_decode_submit: Decoder[Submit] = Decoder(Submit)
_decode_outcome: Decoder[Outcome] = Decoder(Outcome)
_decode_turn: Decoder[ConversationTurn] = Decoder(ConversationTurn)

_decode_kept: Decoder[KeptTurn] = Decoder(KeptTurn)

_ENDED_STATES = ", ".join(f"'{state}'" for state in sorted(ENDED))


class Queries:
    """Reads what has been committed; what the store still collects is not seen."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def unfinished(self) -> list[tuple[int, JobRecord, Outcome | None, int]]:
        """Jobs that an earlier supervisor left: (number, record, outcome if logged, last event's number)."""
        rows = self._db.execute(
            "SELECT n, record, outcome, (SELECT coalesce(max(last), 0) FROM events WHERE events.n = jobs.n) FROM jobs "
            f"WHERE state NOT IN ({_ENDED_STATES})"
        ).fetchall()
        return [
            (number, _decode_record(record), _readable_outcome(outcome), last) for number, record, outcome, last in rows
        ]

    def workers(self) -> list[tuple[int, int, str]]:
        """(pid, start time, scratch folder) of the workers that an earlier supervisor left."""
        return [tuple(row) for row in self._db.execute("SELECT pid, started, scratch FROM workers")]

    def session(self, user: str, session_id: str) -> tuple[JobSummary, Submit] | None:
        """The job of a user's session and how it was asked for."""
        row = self._db.execute(
            "SELECT record, spec FROM jobs WHERE user = ? AND session_id = ?", (user, session_id)
        ).fetchone()
        return (_decode_record(row[0]).summary, _decode_submit(row[1])) if row else None

    def record(self, prefix: str, user: str | None = None) -> list[JobRecord]:
        """Records of the jobs (of this user) whose id begins with `prefix`, at most ten."""
        return records_by_prefix(self._db, prefix, user)

    def ended(
        self, limit: int, user: str | None = None, state: State | None = None, before: str = ""
    ) -> list[JobRecord]:
        """Records of the newest ended jobs (of this user, in this state, asked before that job), newest first."""
        rows = self._db.execute(
            f"SELECT record FROM jobs WHERE state IN ({_ENDED_STATES}) "
            "AND (:user IS NULL OR user = :user) AND (:state IS NULL OR state = :state) "
            # Another's job must not even serve as a mark: whether the page is empty would tell that it exists.
            "AND (:before = '' OR n < (SELECT n FROM jobs WHERE job_id = :before AND (:user IS NULL OR user = :user))) "
            "ORDER BY n DESC LIMIT :limit",
            {"user": user, "state": state, "before": before, "limit": limit},
        )
        return [_decode_record(row[0]) for row in rows]

    def longest_unrolled(self) -> float | None:
        """When (Unix seconds) the first of those jobs of people ended that are not in the history yet."""
        row = self._db.execute(
            "SELECT ended_at FROM jobs WHERE rolled_up_at IS NULL AND ended_at IS NOT NULL AND user != ? "
            "ORDER BY ended_at LIMIT 1",
            (SUPERVISOR,),
        ).fetchone()
        return float(row[0]) if row else None

    def costs_usd(self, since: float, before: float) -> list[tuple[str, float, float]]:
        """Of the jobs that have ended in this time (Unix seconds): (user, when, cost)."""
        rows = self._db.execute(
            "SELECT user, ended_at, record FROM jobs WHERE ended_at >= ? AND ended_at < ?", (since, before)
        )
        return [(user, at, _decode_record(record).usage.get("cost_usd", 0.0)) for user, at, record in rows]

    def users(self) -> set[str]:
        """Every user with a question in the log; the supervisor's own jobs do not count."""
        return {user for (user,) in self._db.execute("SELECT DISTINCT user FROM jobs WHERE user != ?", (SUPERVISOR,))}

    def turns(self, submit: Submit, limit: int) -> list[ConversationTurn]:
        """The latest turns of the branch that this question goes on with, oldest first."""
        latest = islice((_decode_turn(turn) for _, turn in self._branch(submit) if turn), limit)
        return list(latest)[::-1]

    def kept(self, submit: Submit) -> KeptTurn:
        """The turn with which this question's agent last answered in this branch; an empty one where there is none."""
        for earlier, turn in self._branch(submit):
            if turn and earlier.agent == submit.agent:
                return _decode_kept(turn)
        return KeptTurn("")

    def _branch(self, submit: Submit) -> Iterator[tuple[Submit, bytes | None]]:
        """The questions that lead to this one, latest first, each with its turn. What a question follows is older than
        itself, so one walk down the conversation meets them all; a question that names none follows the one before."""
        rows = self._db.execute(
            "SELECT session_id, spec, turn FROM jobs WHERE user = ? AND conversation_id = ? AND session_id != ? "
            "ORDER BY n DESC",
            (submit.caller.user, submit.conversation_id, submit.session_id),
        )
        wanted = submit.follows
        for session_id, spec, turn in rows:
            if wanted in (None, session_id):
                earlier = _decode_submit(spec)
                yield earlier, turn
                wanted = earlier.follows
            if wanted == "":
                return


def _readable_outcome(blob: bytes | None) -> Outcome | None:
    """None also for one that cannot be read: it must not keep the supervisor from starting."""
    try:
        return _decode_outcome(blob) if blob else None
    except CodecError:
        return None
