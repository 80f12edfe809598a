"""Finds the job that a caller names, among those that the caller may see."""

from bus.contract.vocabulary import Role
from bus.wire.commands import Caller, Submit
from bus.wire.job_prefix import NOT_FOUND, meant_by
from bus.wire.job_record import JobRecord, JobSummary
from bus.wire.replies import Refused
from supervisor.jobs.job_table import JobTable
from supervisor.storage.queries import Queries


class Lookup:
    """Finds jobs in the table and in the log."""

    def __init__(self, queries: Queries, jobs: JobTable) -> None:
        self._queries = queries
        self._jobs = jobs

    def session(self, user: str, session_id: str) -> tuple[JobSummary, Submit] | None:
        """The job of a user's session and how it was asked for; the newest may not be on disk yet."""
        entry = self._jobs.of_session(user, session_id)
        return (entry.summary(), entry.submit) if entry is not None else self._queries.session(user, session_id)

    def find(self, caller: Caller, prefix: str, session_id: str) -> JobRecord | Refused:
        """The one job that is meant. Another user's job answers exactly as one that does not exist."""
        if session_id:
            session = self.session(caller.user, session_id)
            if session is None:
                return NOT_FOUND
            prefix = session[0].job_id
        if not prefix:
            return NOT_FOUND
        records = [entry.record() for entry in self._jobs.beginning_with(prefix)]
        logged = self._queries.record(prefix, own(caller))
        records += [record for record in logged if self._jobs.get(record.summary.job_id) is None]
        return meant_by(prefix, [record for record in records if may_see(caller, record.summary)])


def may_see(caller: Caller, summary: JobSummary) -> bool:
    return caller.role is Role.OPERATOR or summary.user == caller.user


def own(caller: Caller) -> str | None:
    """The user that a query must be restricted to for this caller; None for all users. Restricting the query itself
    keeps other users' jobs from using up its limit."""
    return None if caller.role is Role.OPERATOR else caller.user
