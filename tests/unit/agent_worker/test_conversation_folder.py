"""The files of a conversation: what is kept comes back as it was, what cannot be kept is named."""

import os
from pathlib import Path

import pytest

from agent_worker.conversation_folder import MAX_FILES, MAX_FOLDER_BYTES, NotKept, pack, unpack

FILES = {"a": b"1", "sub/b.bin": bytes(range(256)), "sub/deep/ä": b""}


def test_what_is_kept_comes_back_as_it_was(tmp_path: Path) -> None:
    unpack(tmp_path, FILES)
    assert pack(tmp_path) == FILES
    (tmp_path / "a").unlink()
    assert pack(tmp_path) == {name: content for name, content in FILES.items() if name != "a"}
    assert pack(tmp_path / "never made") == {}


def test_links_and_what_is_no_file_are_left_out(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "folder"
    outside.mkdir()
    (outside / "secret").write_bytes(b"secret")
    unpack(tmp_path, {"folder/a": b"1"})
    (folder / "file").symlink_to(outside / "secret")
    (folder / "folder").symlink_to(outside)
    (folder / "broken").symlink_to(outside / "nothing")
    os.mkfifo(folder / "pipe")
    assert pack(folder) == {"a": b"1"}


@pytest.mark.parametrize("name", ["/etc/passwd", "../a", "a/../../b", ""])
def test_no_file_is_written_beside_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="is no path within the conversation's folder"):
        unpack(tmp_path, {name: b""})


def test_the_folder_is_bounded_with_its_names(tmp_path: Path) -> None:
    (tmp_path / "ab").write_bytes(bytes(MAX_FOLDER_BYTES - 3))
    assert len(pack(tmp_path)["ab"]) == MAX_FOLDER_BYTES - 3
    (tmp_path / "c").touch()
    assert len(pack(tmp_path)) == 2
    (tmp_path / "d").touch()
    with pytest.raises(NotKept, match="more than 1,048,576 bytes, the limit"):
        pack(tmp_path)


def test_one_file_of_any_size_is_not_read_whole(tmp_path: Path) -> None:
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(NotKept, match="more than 1,048,576 bytes"):
        pack(tmp_path)


def test_files_are_counted(tmp_path: Path) -> None:
    unpack(tmp_path, {str(number): b"" for number in range(MAX_FILES)})
    assert len(pack(tmp_path)) == MAX_FILES
    (tmp_path / "more").touch()
    with pytest.raises(NotKept, match="more than 1,000 files, the limit"):
        pack(tmp_path)


def test_a_name_that_is_no_text_is_named(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff")).touch()
    with pytest.raises(NotKept, match="a file whose name is no text"):
        pack(tmp_path)
