"""When the catalog of a user with files of their own is read, and which reading of it counts."""

from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bus.contract.agents import CATALOG_AGENT, HISTORY_AGENT
from bus.contract.catalog import Catalog, CatalogTable
from bus.contract.events import Failed, Result, Usage
from bus.contract.vocabulary import Rung
from bus.own_files.uploads import Upload
from bus.wire.commands import Submit
from bus.wire.replies import CatalogRead, Refused
from bus.wire.worker import Success
from supervisor.jobs.job_entry import JobEntry
from supervisor.lifecycle.kill_ladder import StopRequest
from supervisor.own_files import catalogs
from supervisor.own_files.catalogs import OwnCatalogs, may_see_files
from supervisor.own_files.folders import OwnFolders
from tests.harness.jobs.entries import new_entry

OF_ALL = CatalogRead(Catalog((), fingerprint="all"))


@dataclass
class Shared:
    """The data of all, as far as they are known."""

    encoded: bytes = b"first"

    def answer(self, now: float) -> CatalogRead | Refused:
        return OF_ALL


@dataclass
class Intake:
    """Whether questions are accepted."""

    closed: bool = False


@dataclass
class Given:
    """Users' files on disk, and the jobs that were begun to read them."""

    root: Path
    shared: Shared = field(default_factory=Shared)
    intake: Intake = field(default_factory=Intake)
    begun: list[JobEntry] = field(default_factory=list)
    stopped: list[tuple[JobEntry, StopRequest]] = field(default_factory=list)
    folders: OwnFolders = field(init=False)
    catalogs: OwnCatalogs = field(init=False)

    def __post_init__(self) -> None:
        self.folders = OwnFolders(self.root)
        self.catalogs = OwnCatalogs(
            self.submit, lambda *stop: self.stopped.append(stop), self.folders, self.shared, self.intake
        )

    def submit(self, submit: Submit, files_of: str) -> JobEntry:
        entry = new_entry(f"j{len(self.begun)}", agent=submit.agent)
        entry.files_of = files_of
        self.begun.append(entry)
        return entry

    def file(self, name: str, user: str = "ann", *, readable: bool = True) -> None:
        with closing(Upload(self.root)) as upload:
            upload.write(b"n\n1\n")
            self.folders.take(user, upload.name, name)
        if readable:
            self.folders.found_readable(user, name)

    def has_read(self, entry: JobEntry, fingerprint: str = "own", user: str = "ann", *files: str) -> None:
        paths = tuple(str(self.folders.folder(user) / name) for name in files)
        catalog = Catalog((CatalogTable("mine", (), 1, paths, own=True),), fingerprint=fingerprint)
        self.catalogs.take(entry, Success(Result({}, Usage(), {}), catalog=catalog))
        entry.finalized()

    def known(self, user: str = "ann") -> str:
        """What a question about the data is answered with."""
        said = self.catalogs.answer(user, 0.0)
        return said.catalog.fingerprint if isinstance(said, CatalogRead) else "being read"


@pytest.fixture
def given(tmp_path: Path) -> Given:
    return Given(tmp_path)


def test_a_user_without_files_is_told_of_the_data_of_all_and_nothing_is_read(given: Given) -> None:
    assert (given.known(), given.begun) == ("all", [])


def test_files_are_read_once_and_again_when_the_data_of_all_are_others(given: Given) -> None:
    given.file("a.csv")
    assert [given.known(), given.known()] == ["being read", "being read"]
    assert not given.catalogs.is_reading("ann", a_new_file=True)
    (reading,) = given.begun
    assert reading.files_of == "ann"
    given.has_read(reading)
    assert (given.known(), len(given.begun)) == ("own", 1)
    given.shared.encoded = b"second"
    assert given.known() == "own", "what was known is told until it is read again"
    assert len(given.begun) == 2


def test_nothing_is_read_while_no_question_is_accepted(given: Given) -> None:
    given.file("a.csv")
    given.intake.closed = True
    assert (given.known(), given.begun) == ("all", [])


def test_what_could_not_be_read_is_not_tried_again_before_the_data_of_all_are_others(given: Given) -> None:
    given.file("a.csv")
    given.known()
    (reading,) = given.begun
    reading.failed = Failed("it is no table", "bad", "", retryable=False)
    reading.finalized()
    assert (given.known(), len(given.begun)) == ("all", 1)
    given.shared.encoded = b"second"
    assert (given.known(), len(given.begun)) == ("being read", 2)


def test_what_could_not_be_read_is_tried_again_once_a_file_is_gone(given: Given) -> None:
    for name in ("a.csv", "b.csv"):
        given.file(name)
    given.known()
    given.begun[0].failed = Failed("it is no table", "bad", "", retryable=False)
    given.begun[0].finalized()
    given.folders.remove("ann", "b.csv")
    given.catalogs.forget("ann", "b.csv")
    assert given.known() == "being read"


def test_a_new_file_stays_where_it_could_be_read_and_goes_where_it_could_not(given: Given) -> None:
    for name in ("good.csv", "bad.csv"):
        given.file(name, readable=False)
    good, bad = (given.catalogs.read("ann", name) for name in ("good.csv", "bad.csv"))
    assert given.catalogs.is_reading("ann", a_new_file=True)
    assert not given.catalogs.is_reading("bob")
    given.has_read(good)
    bad.finalized()
    assert given.folders.names("ann") == ["good.csv"]
    assert not given.catalogs.is_reading("ann")


def test_a_reading_that_began_before_a_file_was_removed_counts_no_more(given: Given) -> None:
    given.file("a.csv")
    given.known()
    given.catalogs.forget("ann", "a.csv")
    given.has_read(given.begun[0])
    assert given.known() == "being read"
    given.has_read(given.begun[1], "fresh")
    assert given.known() == "fresh"


def test_a_file_that_is_not_wanted_any_more_is_not_read_to_the_end(given: Given) -> None:
    given.file("a.csv", readable=False)
    reading = given.catalogs.read("ann", "a.csv")
    given.catalogs.stop_reading("bob", "a.csv")
    assert given.stopped == []
    given.catalogs.stop_reading("ann", "a.csv")
    ((entry, request),) = given.stopped
    assert (entry, request.rung) == (reading, Rung.KILL)
    given.has_read(reading)
    assert given.catalogs.files("ann") == [], "what it still finds is passed over"


def test_a_list_names_the_tables_of_each_file(given: Given) -> None:
    for name in ("a.csv", "b.csv"):
        given.file(name)
    assert [file.tables for file in given.catalogs.files("ann")] == [(), ()], "they are being read for the list"
    given.has_read(given.begun[0], "own", "ann", "a.csv")
    assert [(file.name, file.tables) for file in given.catalogs.files("ann")] == [("a.csv", ("mine",)), ("b.csv", ())]


def test_only_a_job_whose_worker_may_open_the_files_is_given_their_catalog(given: Given) -> None:
    given.file("a.csv")
    given.known()
    given.has_read(given.begun[0])
    entry = new_entry("other")
    entry.files_of = "ann"
    assert given.catalogs.encoded_for(entry) == b"first"
    assert given.catalogs.folder_for(entry) == str(given.folders.folder("ann"))
    entry.files_of = "bob"
    assert given.catalogs.folder_for(entry) == ""


def test_other_data_that_a_worker_finds_are_read_once(given: Given) -> None:
    given.file("a.csv")
    given.known()
    given.has_read(given.begun[0])
    entry = new_entry("other")
    entry.files_of = "ann"
    given.catalogs.data_changed(entry, "own")
    assert len(given.begun) == 1
    for _ in range(2):
        given.catalogs.data_changed(entry, "another")
    assert len(given.begun) == 2


def test_no_more_catalogs_are_held_than_may_be(given: Given, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogs, "MAX_KNOWN", 1)
    for user in ("ann", "bob"):
        given.file("a.csv", user)
        given.known(user)
        given.has_read(given.begun[-1], user, user)
    assert (given.known("bob"), given.known("ann")) == ("bob", "being read")


@pytest.mark.parametrize(
    ("agent", "may"), [("parquet", True), ("mine", True), (HISTORY_AGENT, False), (CATALOG_AGENT, False)]
)
def test_agents_that_answer_about_the_data_may_open_the_files(agent: str, may: bool) -> None:
    assert may_see_files(agent) is may
