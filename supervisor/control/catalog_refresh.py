"""What is known of the data, and when it is read anew."""

import logging
import secrets
from collections.abc import Callable

from bus.contract.agents import CATALOG_AGENT, HISTORY_AGENT, LOOK_FURTHER
from bus.contract.catalog import Catalog
from bus.contract.vocabulary import SUPERVISOR, Role
from bus.transport.codec import encode
from bus.wire.commands import Caller, Submit
from bus.wire.replies import CATALOG_READING, CatalogRead, Refused
from bus.wire.worker import Failure, Outcome, Success
from supervisor.control.catalog_file import CatalogFile
from supervisor.jobs.job_entry import JobEntry
from supervisor.jobs.job_table import JobTable
from supervisor.scheduling.conditions import Conditions

log = logging.getLogger(__name__)

TRY_AGAIN_S = 30.0
"""The least time between two readings of a catalog that could not be read and is asked for."""


class CatalogRefresh:
    """Has the catalog read by jobs of its own: `submit` begins one. What an earlier supervisor has left in `file` is
    where the first one begins."""

    def __init__(
        self, submit: Callable[[Submit], JobEntry], jobs: JobTable, conditions: Conditions, file: CatalogFile
    ) -> None:
        self._submit = submit
        self._jobs = jobs
        self._conditions = conditions
        self.known: Catalog | None = None
        self._file = file
        self.encoded = file.load()
        """The catalog for the worker of each job, which compares it with the data; b"" while none is known."""
        self.trouble: Failure | None = None
        """Why the latest reading failed; None when it did not."""
        self._try_again_at = 0.0
        self._asked: set[str] = set()
        """Fingerprints of data that workers have found and the catalog does not tell of, since it was read last."""
        self._elsewhere: set[str] = set()
        """Fingerprints that were asked for and that no reading here has found: copies of the data on other machines
        have them. Workers there read their catalog for themselves."""

    @property
    def reading(self) -> bool:
        """Whether the catalog is being read now."""
        return self._jobs.has_agent(CATALOG_AGENT)

    def read(self, question: str = "read the catalog") -> JobEntry:
        """Begin a job that reads the catalog anew; returns it."""
        caller = Caller(SUPERVISOR, Role.OPERATOR)
        return self._submit(Submit(caller, secrets.token_hex(8), question, agent=CATALOG_AGENT))

    def answer(self, now: float) -> CatalogRead | Refused:
        """The answer to `ReadCatalog`, at `now` in monotonic seconds. Data that could not be read may be in order by
        now, so they are read again; until that has succeeded the answer is the trouble."""
        if self.known is not None:
            return CatalogRead(self.known)
        trouble = self.trouble
        if trouble is None and self.reading:
            return Refused(CATALOG_READING, "the catalog is being read", "ask again in a moment")
        if now >= self._try_again_at and self._may_read:
            self._try_again_at = now + TRY_AGAIN_S
            self.read()
        if trouble is None:
            return Refused(
                "not_ready", "the catalog could not be read", "`deadstop ps --all` shows the job that failed"
            )
        return Refused("not_ready", trouble.error, trouble.hint)

    @property
    def _may_read(self) -> bool:
        return not (self.reading or self._conditions.closed)

    def _gets_on(self, fresh: Catalog) -> bool:
        """Whether another reading is worth while: this one had no time for something, but for less than the one before
        it."""
        return fresh.unfinished > 0 and (self.known is None or fresh.unfinished < self.known.unfinished)

    def _go_on(self) -> None:
        if self._may_read:
            self.read(LOOK_FURTHER)

    def data_changed(self, entry: JobEntry, fingerprint: str) -> None:
        """This job's worker has found other data than the catalog tells of: have it read anew, once for all workers
        that find so."""
        known = self.known is not None and self.known.fingerprint == fingerprint
        if entry.submit.agent != HISTORY_AGENT and not known and fingerprint not in self._elsewhere and self._may_read:
            self._asked.add(fingerprint)
            self.read()

    def take(self, entry: JobEntry, outcome: Outcome) -> None:
        """Take what a job that reads the catalog has read; the outcome of any other job is ignored."""
        if entry.submit.agent != CATALOG_AGENT:
            return
        if isinstance(outcome, Success) and outcome.catalog is not None:
            if self._gets_on(outcome.catalog):
                entry.when_finalized(self._go_on)
            self.known, self.trouble = outcome.catalog, None
            self.encoded = encode(outcome.catalog)
            self._file.save(self.encoded)
            self._elsewhere |= self._asked - {outcome.catalog.fingerprint}
            self._asked.clear()
        elif isinstance(outcome, Failure):
            self.trouble = outcome
            self._asked.clear()
            extra = {"action": "catalog", "job_id": entry.job_id}
            log.warning("the data cannot be asked about: %s", outcome.error, extra=extra)
