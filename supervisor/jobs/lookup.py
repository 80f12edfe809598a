"""Which job somebody means, and which jobs they may know of."""

from bus.contract.vocabulary import Role
from bus.wire.commands import Caller, JobRecord, JobSummary, Refused, Submit
from supervisor.jobs.job_entry import JobEntry
from supervisor.storage.store import Store

NOT_FOUND = Refused("not_found", "there is no such job", "`deadstop ps --all` lists the jobs")


class Lookup:
    """Finds jobs that have ended and those that have not, which are the `entries`."""

    def __init__(self, store: Store, entries: dict[str, JobEntry]) -> None:
        self._store = store
        self.entries = entries

    def session(self, user: str, session_id: str) -> tuple[JobSummary, Submit] | None:
        """The job of a user's session and how it was asked for; the newest may not be on disk yet."""
        for entry in self.entries.values():
            if (entry.user, entry.submit.session_id) == (user, session_id):
                return entry.summary(), entry.submit
        return self._store.queries.session(user, session_id)

    def busy(self, user: str, conversation_id: str) -> JobEntry | None:
        """The job of this conversation that has not ended; there is one at most."""
        for entry in self.entries.values():
            same = (entry.user, entry.submit.conversation_id) == (user, conversation_id)
            if same and not entry.job.ended:
                return entry
        return None

    def find(self, caller: Caller, prefix: str, session_id: str) -> JobRecord | Refused:
        """The one job that is meant. Another user's job answers exactly as one that does not exist."""
        if session_id:
            session = self.session(caller.user, session_id)
            if session is None:
                return NOT_FOUND
            prefix = session[0].job_id
        if not prefix:
            return NOT_FOUND
        live = self.entries
        records = [entry.record() for entry in live.values() if entry.job_id.startswith(prefix)]
        known = self._store.queries.record(prefix, own(caller))
        records += [record for record in known if record.summary.job_id not in live]
        records = [record for record in records if may_see(caller, record.summary)]
        exact = [record for record in records if record.summary.job_id == prefix]
        matches = exact or records
        if len(matches) == 1:
            return matches[0]
        if not matches:
            return NOT_FOUND
        names = ", ".join(record.summary.job_id for record in matches)
        return Refused("ambiguous", f"`{prefix}` is the beginning of {len(matches)} jobs: {names}", "name more of it")


def may_see(caller: Caller, summary: JobSummary) -> bool:
    return caller.role is Role.OPERATOR or summary.user == caller.user


def own(caller: Caller) -> str | None:
    """Whose jobs alone this caller may see; None: everybody's. Others' must not even use up a limit."""
    return None if caller.role is Role.OPERATOR else caller.user
