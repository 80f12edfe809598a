"""Objects of a store that a worker may open are those of its tables, in the versions that were read."""

import pytest

from agent_worker.remote.client import RemoteError, RemoteFiles, versions_of
from agent_worker.remote.engine_files import EngineFiles
from agent_worker.remote.failures import remote_failure
from agent_worker.remote.file_system import file_system
from bus.contract.catalog import CatalogTable

NOWHERE = "/nonexistent/broker"


def table(*files: str, versions: tuple[str, ...] = ()) -> CatalogTable:
    return CatalogTable("t", (), row_count=0, files=files, versions=versions)


def test_versions_are_by_path_and_files_of_this_machine_have_none() -> None:
    tables = [table("remote://b/x", "remote://b/y", versions=("1", "2")), table("/data/z.csv")]
    assert versions_of(tables) == {"b/x": "1", "b/y": "2"}


def test_what_is_none_of_the_tables_objects_is_not_asked_for() -> None:
    files = RemoteFiles(NOWHERE)
    files.expect({"b/x": "1"})
    with pytest.raises(RemoteError, match="b/other is none of the tables' objects"):
        EngineFiles(files).open("remote://b/other")
    with pytest.raises(RemoteError, match="the broker of the data cannot be asked"):
        EngineFiles(files).open("remote://b/x")


def test_objects_can_only_be_read() -> None:
    with pytest.raises(RemoteError, match="can only be read"):
        EngineFiles(RemoteFiles(NOWHERE)).open("remote://b/x", "wb")


def test_there_is_no_file_system_where_all_data_are_on_this_machine() -> None:
    assert file_system(None) is None


def test_the_brokers_words_are_found_in_the_engines() -> None:
    said = "IO Error: Python exception occurred while executing the UDF: agent_worker.remote.client.RemoteError: gone"
    assert remote_failure("Traceback\nagent_worker.remote.client.RemoteError: b/x has changed\n\nAt:\n  f(1)") == (
        "b/x has changed"
    )
    assert remote_failure(said) == remote_failure("IO Error: disk full") == ""
