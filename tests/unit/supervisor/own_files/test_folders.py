"""Files of users on disk: there once they were found readable, and in no other case."""

from contextlib import closing
from pathlib import Path

from bus.own_files.uploads import Upload, sweep_uploads
from supervisor.own_files.folders import OwnFolders


def given(root: Path, folders: OwnFolders, name: str, user: str = "ann") -> None:
    with closing(Upload(root)) as upload:
        upload.write(b"n\n1\n")
        folders.take(user, upload.name, name)


def everything(root: Path) -> set[str]:
    return {path.name for path in root.rglob("*") if path.is_file()}


def test_a_file_is_listed_once_it_was_found_readable(tmp_path: Path) -> None:
    folders = OwnFolders(tmp_path)
    given(tmp_path, folders, "a.csv")
    assert (folders.has_any("ann"), folders.files("ann"), folders.used_bytes("ann")) == (True, [], 4)
    folders.found_readable("ann", "a.csv")
    assert not folders.drop_unread("ann", "a.csv")
    assert [(file.name, file.size_bytes) for file in folders.files("ann")] == [("a.csv", 4)]
    assert not folders.has_any("bob")
    assert not folders.remove("bob", "a.csv")
    assert not folders.remove("ann", "../../a.csv")
    assert folders.remove("ann", "a.csv")
    assert everything(tmp_path) == set()


def test_what_was_not_read_before_the_end_goes_at_the_next_start(tmp_path: Path) -> None:
    folders = OwnFolders(tmp_path)
    given(tmp_path, folders, "kept.csv")
    folders.found_readable("ann", "kept.csv")
    given(tmp_path, folders, "unread.csv")
    OwnFolders(tmp_path).sweep()
    assert everything(tmp_path) == {"kept.csv"}


def test_an_upload_that_is_being_written_is_left_to_its_writer(tmp_path: Path) -> None:
    folders = OwnFolders(tmp_path)
    (tmp_path / "incoming").mkdir()
    (tmp_path / "incoming" / ("0" * 32)).write_bytes(b"left by one that died")
    with closing(Upload(tmp_path)) as upload:
        sweep_uploads(tmp_path)
        assert everything(tmp_path) == {upload.name}
        assert folders.upload_bytes(upload.name) == 0
    assert everything(tmp_path) == set()
    for name in ("", "../x", "0" * 31, upload.name):
        assert folders.upload_bytes(name) is None
