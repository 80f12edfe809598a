"""The catalog of each user with files of their own: the tables that all users share, and the user's own after them."""

import logging
import secrets
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple, Protocol

from bus.contract.agents import HISTORY_AGENT, INTERNAL_AGENTS, OWN_FILES_AGENT
from bus.contract.catalog import Catalog
from bus.contract.vocabulary import SUPERVISOR, Reason, Role, Rung
from bus.transport.codec import Decoder, encode
from bus.wire.commands import Caller, Submit
from bus.wire.replies import CATALOG_READING, AnyReply, CatalogRead, OwnFile, Refused
from bus.wire.worker import Outcome, Success
from supervisor.jobs.job_entry import JobEntry
from supervisor.lifecycle.kill_ladder import StopRequest
from supervisor.own_files.folders import OwnFolders

log = logging.getLogger(__name__)

MAX_KNOWN = 256
"""How many users' catalogs are held at once. One that was given up is read again when it is needed."""

_decode: Decoder[Catalog] = Decoder(Catalog)


class Shared(Protocol):
    """What is known of the data that all users share."""

    @property
    def encoded(self) -> bytes: ...
    def answer(self, now: float) -> CatalogRead | Refused: ...


class Intake(Protocol):
    """Whether questions are accepted: of any user, or of none."""

    @property
    def closed(self) -> bool: ...


class _Known(NamedTuple):
    encoded: bytes
    fingerprint: str
    shared: bytes
    """The encoded catalog of the data of all at the time of the reading."""


class _Reading(NamedTuple):
    user: str
    name: str
    shared: bytes
    generation: int
    entry: JobEntry


class OwnCatalogs:
    """Has each read by jobs of its own: `submit(submit, files_of)` begins one, `stop` ends it."""

    def __init__(
        self,
        submit: Callable[[Submit, str], JobEntry],
        stop: Callable[[JobEntry, StopRequest], None],
        folders: OwnFolders,
        shared: Shared,
        intake: Intake,
    ) -> None:
        self._submit = submit
        self._stop = stop
        self._folders = folders
        self._shared = shared
        self._intake = intake
        self._known: dict[str, _Known] = {}
        self._readings: dict[str, _Reading] = {}
        self._generations: Counter[str] = Counter()
        """How often what was known of a user's files has become wrong."""
        self._failed: dict[str, bytes] = {}
        """By user whose catalog could not be read: the encoded catalog of the data of all at that time. Once that is
        another, the user's is read again."""

    def folder_for(self, entry: JobEntry) -> str:
        """The folder of own files that this job's worker may open; "" for none."""
        user = entry.files_of
        return str(self._folders.folder(user)) if user and self._folders.has_any(user) else ""

    def encoded_for(self, entry: JobEntry) -> bytes:
        """The encoded catalog that this job is given: with its user's own tables if its worker may open them."""
        opens_them = entry.worker is not None and entry.worker.own_folder
        known = self._known.get(entry.files_of) if opens_them else None
        return known.encoded if known is not None else self._shared.encoded

    def read(self, user: str, name: str = "") -> JobEntry:
        """Have this user's catalog read; with `name`, find out whether that file can be."""
        caller, shared = Caller(SUPERVISOR, Role.OPERATOR), self._shared.encoded
        question = name or "read files of one's own"
        entry = self._submit(Submit(caller, secrets.token_hex(8), question, agent=OWN_FILES_AGENT), user)
        self._readings[entry.job_id] = _Reading(user, name, shared, self._generations[user], entry)
        entry.when_finalized(lambda: self._ended(entry))
        return entry

    def stop_reading(self, user: str, name: str) -> None:
        """Stop finding out whether this file can be read; what the job still finds is passed over."""
        for job_id, reading in [*self._readings.items()]:
            if (reading.user, reading.name) == (user, name):
                del self._readings[job_id]
                request = StopRequest(user, Reason.USER, Rung.KILL, f"{name} is not wanted any more")
                self._stop(reading.entry, request)

    def is_reading(self, user: str, *, a_new_file: bool = False) -> bool:
        """Whether this user's catalog is being read, or one to find out about a new file."""
        return any(one.user == user and (one.name or not a_new_file) for one in self._readings.values())

    def answer(self, user: str, now: float) -> AnyReply:
        """The answer to `ReadCatalog`, at `now` in monotonic seconds."""
        if not self._folders.files(user):
            return self._shared.answer(now)
        self._read_what_is_outdated(user)
        known = self._known.get(user)
        if known is not None:
            return CatalogRead(_decode(known.encoded))
        if not self.is_reading(user):
            return self._shared.answer(now)
        return Refused(CATALOG_READING, "your files are being read", "ask again in a moment")

    def files(self, user: str) -> list[OwnFile]:
        """This user's, with their tables as far as they are known; where they are not, they are read."""
        if self._folders.files(user):
            self._read_what_is_outdated(user)
        return [
            OwnFile(one.name, one.size_bytes, one.added_at, self._tables_of(user, one.name))
            for one in self._folders.files(user)
        ]

    def forget(self, user: str, name: str) -> None:
        """This file of the user's is gone: what tells of it, and what is being read now, counts no more."""
        if self._tables_of(user, name):
            del self._known[user]
        self._failed.pop(user, None)
        self._generations[user] += 1

    def _tables_of(self, user: str, name: str) -> tuple[str, ...]:
        """What this file is called in SQL, as far as it is known."""
        known, file = self._known.get(user), str(self._folders.folder(user) / name)
        tables = _decode(known.encoded).tables if known is not None else ()
        return tuple(table.name for table in tables if table.own and file in table.files)

    def data_changed(self, entry: JobEntry, fingerprint: str) -> None:
        """A worker that may open this user's files has found other data than its catalog tells of."""
        known = self._known.get(entry.files_of)
        news = known is None or known.fingerprint != fingerprint
        if news and not self._intake.closed and not self.is_reading(entry.files_of):
            self.read(entry.files_of)

    def take(self, entry: JobEntry, outcome: Outcome) -> None:
        """Take what a job that reads a user's catalog has read."""
        reading = self._readings.get(entry.job_id)
        if reading is None or not isinstance(outcome, Success) or outcome.catalog is None:
            return
        if reading.name:
            self._folders.found_readable(reading.user, reading.name)
        if reading.generation != self._generations[reading.user]:
            return
        self._failed.pop(reading.user, None)
        self._known.pop(reading.user, None)
        self._known[reading.user] = _Known(encode(outcome.catalog), outcome.catalog.fingerprint, reading.shared)
        while len(self._known) > MAX_KNOWN:
            del self._known[next(iter(self._known))]

    def _read_what_is_outdated(self, user: str) -> None:
        """Nothing is known of this user's files since the start, or the data of all are others by now."""
        known, shared = self._known.get(user), self._shared.encoded
        outdated = known is None or known.shared != shared
        if outdated and self._failed.get(user) != shared and not self._intake.closed and not self.is_reading(user):
            self.read(user)

    def _ended(self, entry: JobEntry) -> None:
        """The job that read has ended, successfully or not: a file that was not found readable is removed."""
        reading = self._readings.pop(entry.job_id, None)
        if reading is None:
            return
        if reading.name and self._folders.drop_unread(reading.user, reading.name):
            extra = {"action": "own_files", "job_id": entry.job_id}
            log.info("a file of %s was not kept: it cannot be read", reading.user, extra=extra)
        elif not reading.name and entry.failed is not None:
            self._failed[reading.user] = reading.shared


def may_see_files(agent: str) -> bool:
    """Whether jobs of this agent may open files of their user's own."""
    return agent not in INTERNAL_AGENTS and agent != HISTORY_AGENT
