"""Answers what clients ask without changing anything: lists, records, figures."""

from bus.contract.vocabulary import ENDED
from bus.wire.commands import ListJobs, Show
from bus.wire.job_record import JobSummary
from bus.wire.replies import AnyReply, Jobs, JobShown, Refused, Stats
from supervisor.control.parts import Parts
from supervisor.jobs.lookup import Lookup, may_see, own
from supervisor.maintenance.metrics import Metrics


class QueryHandler:
    """Reads the job table, the log, and the figures."""

    def __init__(self, parts: Parts, lookup: Lookup, metrics: Metrics) -> None:
        self._jobs = parts.jobs
        self._queries = parts.store.queries
        self._lookup = lookup
        self._metrics = metrics
        self._pool = parts.pool
        self._counters = parts.counters

    def list(self, command: ListJobs) -> Jobs:
        """The jobs that have not ended, newest first, then the ended ones that are wanted."""
        live = [entry.summary() for entry in self._jobs][::-1]
        known = {summary.job_id for summary in live}
        live, after = _rest(live, command)
        user = own(command.caller) or command.user or None
        found = self._queries.ended(command.limit, user, command.state, after) if _wants_ended(command) else []
        jobs = live + [record.summary for record in found if record.summary.job_id not in known]
        return Jobs([summary for summary in jobs if _listed(summary, command)][: command.limit])

    def show(self, command: Show) -> AnyReply:
        """The record of the one job that is meant."""
        found = self._lookup.find(command.caller, command.job_id, command.session_id)
        return found if isinstance(found, Refused) else JobShown(found)

    def stats(self) -> Stats:
        """Counts and gauges of this moment."""
        counters = self._counters
        states = counters.count_by_state() + self._jobs.count_by_state()
        ended, first = counters.ended_counts(), counters.first_chunk
        gauges, nodes = self._metrics.read(), self._pool.nodes
        return Stats(states, gauges, ended, stops=counters.stops, first_chunk=first, nodes=nodes)


def _wants_ended(command: ListJobs) -> bool:
    return command.ended or (command.state is not None and command.state in ENDED)


def _rest(live: list[JobSummary], command: ListJobs) -> tuple[list[JobSummary], str]:
    """The jobs that live and come after the one that the command names, and the ended one that it names, if so."""
    for place, summary in enumerate(live):
        if summary.job_id == command.after and may_see(command.caller, summary):
            return live[place + 1 :], ""
    return ([], command.after) if command.after else (live, "")


def _listed(summary: JobSummary, command: ListJobs) -> bool:
    if not may_see(command.caller, summary) or (command.user and summary.user != command.user):
        return False
    return command.state is None or summary.state == command.state
