"""What dead workers leave on disk is removed, and read without being led astray."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bus.system.machine import SHARED_MEMORY
from supervisor.places.cleanup import read_tail, remove_folder, remove_shared_memory
from supervisor.places.place import BEYOND_REACH_BYTES
from supervisor.places.usage.disk_usage import DiskUsage

NOBODY = 65534


@pytest.fixture
def unprivileged() -> Iterator[Path]:
    """A folder of somebody for whom a closed folder is closed; root is nobody for the time being."""
    folder = Path(tempfile.mkdtemp(prefix="litter-"))
    was = os.geteuid()
    if was == 0:
        os.chown(folder, NOBODY, NOBODY)
        os.seteuid(NOBODY)
    try:
        yield folder
    finally:
        os.seteuid(was)
        shutil.rmtree(folder, ignore_errors=True)


def dig(folder: Path, depth: int) -> None:
    """Subfolders within one another, deeper than any path reaches."""
    here = os.open(folder, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("down", dir_fd=here)
        below = os.open("down", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open("file", os.O_CREAT, dir_fd=here))
    os.close(here)


def test_folders_closed_to_their_owner(unprivileged: Path) -> None:
    folder = unprivileged / "scratch"
    (folder / "outer" / "inner").mkdir(parents=True)
    (folder / "outer" / "inner" / "file").write_text("x")
    for closed in (folder / "outer" / "inner", folder / "outer", folder):
        closed.chmod(0)
    assert remove_folder(folder)
    assert list(unprivileged.iterdir()) == []


def test_folders_deeper_than_a_path_is_long(tmp_path: Path) -> None:
    folder = tmp_path / "scratch"
    folder.mkdir()
    dig(folder, 3_000)
    assert remove_folder(folder)


def test_links_are_removed_and_not_followed(tmp_path: Path) -> None:
    folder, other = tmp_path / "scratch", tmp_path / "other"
    folder.mkdir()
    (other / "within").mkdir(parents=True)
    other.chmod(0o750)
    (folder / "link").symlink_to(other)
    (folder / "dangling").symlink_to(tmp_path / "missing")
    assert remove_folder(folder)
    assert (other / "within").exists()
    assert other.stat().st_mode & 0o777 == 0o750


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
def test_what_is_mounted_there_is_taken_away_and_keeps_its_files(tmp_path: Path) -> None:
    folder, other = tmp_path / "scratch with blanks", tmp_path / "other"
    (folder / "within").mkdir(parents=True)
    other.mkdir()
    (other / "file").write_text("x")
    (other / "below").mkdir()
    for place in (folder / "within", folder):
        subprocess.run(["mount", "--bind", other, place], check=True)
    assert remove_folder(folder)
    assert (other / "file").read_text() == "x"
    assert str(tmp_path) not in Path("/proc/self/mountinfo").read_text()


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
def test_a_link_in_the_place_of_a_folder_detaches_nothing(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "none", other], check=True)
    try:
        (other / "file").touch()
        (tmp_path / "scratch").symlink_to(other)
        remove_folder(tmp_path / "scratch")
        assert other.is_mount()
    finally:
        subprocess.run(["umount", other], check=True)


def test_a_folder_that_is_missing_is_removed_already(tmp_path: Path) -> None:
    assert remove_folder(tmp_path / "missing")


def test_shared_memory_of_this_job_alone() -> None:
    mine, other = SHARED_MEMORY / "deadstop-7f3a00000000-block", SHARED_MEMORY / "deadstop-7f3b00000000-block"
    try:
        mine.touch()
        other.touch()
        remove_shared_memory("7f3a00000000")
        assert (mine.exists(), other.exists()) == (False, True)
    finally:
        other.unlink()


def test_the_tail_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "stderr"
    path.write_bytes(b"x" * 100 + b"\xff last words \n")
    assert read_tail(path, 13) == "last words"
    assert read_tail(tmp_path / "missing", 10) == ""


@pytest.mark.parametrize("kind", ["pipe", "link", "folder"])
def test_what_is_no_file_has_no_tail(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "stderr"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "link":
        path.symlink_to("/etc/passwd")
    else:
        path.mkdir()
    assert read_tail(path, 100) == ""


def test_a_folder_is_measured_little_by_little(tmp_path: Path) -> None:
    for number in range(10):
        (tmp_path / f"{number}").mkdir()
        (tmp_path / f"{number}" / "file").write_bytes(b"x" * 8192)
    meter = DiskUsage(tmp_path)
    known = [meter.advance(3) for _ in range(7)]
    assert known == sorted(known)
    assert known[0] < 10 * 8192 <= known[-1]
    (tmp_path / "0" / "file").unlink()
    assert [meter.advance(100) for _ in range(2)][-1] < known[-1]


def test_a_file_without_a_name_is_measured_once_while_somebody_has_it_open(tmp_path: Path) -> None:
    meter = DiskUsage(tmp_path)
    with tempfile.TemporaryFile(dir=tmp_path) as never_had_one, (tmp_path / "lost").open("wb") as lost:
        for file in (never_had_one, lost):
            file.write(b"x" * 65536)
            file.flush()
        (tmp_path / "lost").unlink()
        again = os.dup(lost.fileno())
        assert meter.advance(1000) == 0
        assert 2 * 65536 <= meter.advance(1000, [os.getpid()]) < 3 * 65536
        os.close(again)
    assert meter.advance(1000, [os.getpid()]) == 0


def test_a_folder_beyond_the_longest_path_is_beyond_reach(tmp_path: Path) -> None:
    folder = os.open(tmp_path, os.O_RDONLY)
    for _ in range(25):
        os.mkdir("x" * 200, dir_fd=folder)
        below = os.open("x" * 200, os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = below
    os.close(folder)
    assert DiskUsage(tmp_path).advance(1000) >= BEYOND_REACH_BYTES
    assert remove_folder(tmp_path / ("x" * 200))
