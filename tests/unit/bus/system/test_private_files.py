"""What other accounts could read, change or replace in a state folder, and what is done about it."""

import os
from pathlib import Path

import pytest

from bus.system.private_files import NotPrivate, exposed, keep_private, owned_by_others, private_folder, replaceable


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_folder_is_made_for_its_owner_and_one_that_is_there_is_closed(tmp_path: Path) -> None:
    made, there = tmp_path / "above" / "made", tmp_path / "there"
    assert mode(private_folder(made)) == 0o700
    there.mkdir()
    there.chmod(0o755)
    assert mode(private_folder(there)) == 0o700


def test_a_file_and_a_link_are_no_private_folder(tmp_path: Path) -> None:
    file, link = tmp_path / "file", tmp_path / "link"
    file.touch()
    link.symlink_to(tmp_path)
    with pytest.raises(NotPrivate, match="is no folder"):
        private_folder(file)
    with pytest.raises(NotPrivate, match="could lead anywhere"):
        private_folder(link)


def test_what_is_open_is_closed_and_what_is_missing_needs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "key"
    keep_private(path)
    path.touch()
    path.chmod(0o644)
    keep_private(path)
    assert mode(path) == 0o600
    assert not exposed(path)


@pytest.mark.parametrize(
    ("open_to", "what"), [(0o640, "read"), (0o604, "read"), (0o620, "changed"), (0o602, "changed")]
)
def test_what_others_may_do_is_said_with_the_command_that_ends_it(tmp_path: Path, open_to: int, what: str) -> None:
    path = tmp_path / "a key"
    path.touch()
    path.chmod(open_to)
    assert f"can be {what} by other accounts (mode {open_to:04o})" in exposed(path)
    assert exposed(path).endswith(f"chmod go= '{path}'")


def test_a_dangling_link_is_not_taken_for_missing(tmp_path: Path) -> None:
    link = tmp_path / "key"
    link.symlink_to(tmp_path / "nowhere")
    with pytest.raises(NotPrivate, match="is a link"):
        keep_private(link)


def test_another_owner_is_named(tmp_path: Path) -> None:
    assert owned_by_others(tmp_path, {os.geteuid()}) == ""
    assert "sudo chown -R" in owned_by_others(tmp_path, {os.geteuid() + 1})


def test_a_folder_that_all_may_change_lets_others_replace_what_is_in_it_unless_it_is_sticky(tmp_path: Path) -> None:
    folder = tmp_path / "above" / "state"
    folder.mkdir(parents=True)
    assert replaceable(folder) == ""
    folder.parent.chmod(0o777)
    assert f"chmod o-w {folder.parent}" in replaceable(folder)
    with pytest.raises(NotPrivate):
        private_folder(folder)
    folder.parent.chmod(0o1777)
    assert replaceable(folder) == ""
