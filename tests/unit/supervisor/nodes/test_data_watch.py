"""What is seen of a folder of data, and when it is seen to be another."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from supervisor.nodes import data_watch
from supervisor.nodes.data_watch import PIECE_BYTES, DataPrint, DataWatch


async def seen_of(folder: str) -> DataPrint:
    """Its first look."""
    looked = asyncio.Event()
    watch = DataWatch(folder, looked.set)
    if watch.seen is None:
        await looked.wait()
    watch.close()
    assert watch.seen is not None
    return watch.seen


def make(folder: Path) -> Path:
    (folder / "day=1").mkdir(parents=True)
    (folder / "day=1" / "a.parquet").write_bytes(b"PAR1" + bytes(3 * PIECE_BYTES) + b"PAR1")
    (folder / "b.csv").write_text("x\n1\n")
    return folder


async def test_a_copy_elsewhere_is_the_same_whatever_its_times(tmp_path: Path) -> None:
    one, other = make(tmp_path / "one"), make(tmp_path / "other")
    os.utime(other / "b.csv", (1, 1))
    seen = await seen_of(str(one))
    assert seen == await seen_of(str(other))
    assert (seen.files, seen.size_bytes) == (2, 3 * PIECE_BYTES + 12)


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "b.csv").write_text("x\n2\n"),
        lambda folder: (folder / "b.csv").rename(folder / "c.csv"),
        lambda folder: (folder / "day=1").rename(folder / "day=2"),
        lambda folder: (folder / "new.csv").touch(),
        lambda folder: (folder / "b.csv").unlink(),
    ],
)
async def test_whatever_makes_another_answer_makes_it_another(tmp_path: Path, change: Callable[[Path], object]) -> None:
    one, other = make(tmp_path / "one"), make(tmp_path / "other")
    change(other)
    assert await seen_of(str(one)) != await seen_of(str(other))


async def test_hidden_files_are_no_data_and_a_folder_that_is_missing_has_none(tmp_path: Path) -> None:
    one, other = make(tmp_path / "one"), make(tmp_path / "other")
    (other / ".rsync").mkdir()
    (other / ".rsync" / "part").touch()
    assert await seen_of(str(one)) == await seen_of(str(other))
    assert (await seen_of(str(tmp_path / "missing"))).files == 0


async def test_the_bundled_data_are_looked_at_nowhere() -> None:
    assert await seen_of("") == DataPrint()


async def test_a_change_is_told_once_it_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_watch, "LOOK_EVERY_S", 0.01)
    folder, changed = make(tmp_path / "data"), asyncio.Event()
    watch = DataWatch(str(folder), changed.set)
    await changed.wait()
    changed.clear()
    (folder / "b.csv").write_text("x\n2\n")
    await changed.wait()
    watch.close()
