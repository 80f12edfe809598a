"""What is known of the data, and when it is read anew."""

import secrets
from collections.abc import Callable

from bus.catalog import Catalog
from bus.codec import encode
from bus.commands import Caller, Submit
from bus.settings import CATALOG_AGENT, HISTORY_AGENT
from bus.vocabulary import Role
from bus.worker_wire import Outcome, Success
from supervisor.admission import Admission
from supervisor.entries import Entry
from supervisor.lifecycle import SUPERVISOR


class CatalogKeeper:
    """Has the catalog read by jobs of its own: `submit` begins one. `entries` are the jobs that have not ended."""

    def __init__(self, submit: Callable[[Submit], Entry], entries: dict[str, Entry], admission: Admission) -> None:
        self._submit = submit
        self._entries = entries
        self._admission = admission
        self.known: Catalog | None = None
        self.encoded = b""
        """For the workers: each of them is told of it."""

    @property
    def reading(self) -> bool:
        """Whether the catalog is being read now."""
        return any(entry.submit.agent == CATALOG_AGENT for entry in self._entries.values())

    def read(self) -> Entry:
        """Have it read anew."""
        caller = Caller(SUPERVISOR, Role.OPERATOR)
        return self._submit(Submit(caller, secrets.token_hex(8), "read the catalog", agent=CATALOG_AGENT))

    def data_changed(self, entry: Entry, fingerprint: str) -> None:
        """This job's worker has found other data than the catalog tells of: have it read anew, once for all who find
        so."""
        if entry.submit.agent == HISTORY_AGENT or self._admission.draining or self._admission.closed:
            return
        known = self.known is not None and self.known.fingerprint == fingerprint
        if not known and not self.reading:
            self.read()

    def keep(self, entry: Entry, outcome: Outcome) -> None:
        """Take what a job of ours has read; any other job's outcome tells nothing."""
        if isinstance(outcome, Success) and outcome.catalog is not None and entry.submit.agent == CATALOG_AGENT:
            self.known = outcome.catalog
            self.encoded = encode(outcome.catalog)
