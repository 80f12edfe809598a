"""The supervisor's sockets, where something tidies their folder away."""

import logging
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bus.transport.sockets import BusError
from supervisor.maintenance.folder_watch import FolderWatch

NAMES = ("commands.sock", "control.sock")


class Bound:
    """A runtime folder with sockets in it, which are bound again when they are asked to be."""

    def __init__(self, runtime: Path) -> None:
        self.runtime = runtime
        self.again: list[str] = []
        self.trouble: Exception | None = None
        self._open: list[socket.socket] = []
        runtime.mkdir(0o700)
        for name in NAMES:
            self._bind(name)
        self.watch = FolderWatch(runtime, {f"ipc://{runtime / name}": self._binding(name) for name in NAMES})

    def _binding(self, name: str) -> Callable[[], None]:
        def bind() -> None:
            if self.trouble is not None:
                raise self.trouble
            (self.runtime / name).unlink(missing_ok=True)
            self._bind(name)
            self.again.append(name)

        return bind

    def _bind(self, name: str) -> None:
        bound = socket.socket(socket.AF_UNIX)
        bound.bind(str(self.runtime / name))
        self._open.append(bound)

    def close(self) -> None:
        for bound in self._open:
            bound.close()


@pytest.fixture
def bound(tmp_path: Path) -> Iterator[Bound]:
    bound = Bound(tmp_path / "run")
    yield bound
    bound.close()


def test_sockets_that_are_there_are_left_alone(bound: Bound, caplog: pytest.LogCaptureFixture) -> None:
    bound.watch.look()
    assert (bound.again, caplog.records) == ([], [])


def test_one_that_was_removed_is_bound_again_and_told(bound: Bound, caplog: pytest.LogCaptureFixture) -> None:
    (bound.runtime / NAMES[0]).unlink()
    bound.watch.look()
    bound.watch.look()
    assert bound.again == [NAMES[0]]
    (told,) = caplog.records
    assert "commands.sock of" in told.message
    assert "[bus] runtime_dir" in told.message


def test_a_folder_that_was_removed_is_made_again_for_us_alone(bound: Bound) -> None:
    for name in NAMES:
        (bound.runtime / name).unlink()
    bound.runtime.rmdir()
    bound.watch.look()
    assert sorted(bound.again) == sorted(NAMES)
    assert bound.runtime.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("other", ["file", "link"])
def test_what_is_no_socket_of_ours_stands_for_none(bound: Bound, tmp_path: Path, other: str) -> None:
    place = bound.runtime / NAMES[1]
    place.unlink()
    if other == "file":
        place.write_text("not a socket")
    else:
        place.symlink_to(bound.runtime / NAMES[0])
    bound.watch.look()
    assert bound.again == [NAMES[1]]


def test_trouble_is_told_once_until_it_is_over_or_another(bound: Bound, caplog: pytest.LogCaptureFixture) -> None:
    (bound.runtime / NAMES[0]).unlink()
    bound.trouble = BusError("no room")
    for _ in range(3):
        bound.watch.look()
    bound.trouble = OSError("read-only")
    bound.watch.look()
    bound.trouble = None
    bound.watch.look()
    (bound.runtime / NAMES[0]).unlink()
    bound.trouble = OSError("read-only")
    bound.watch.look()
    levels = [record.levelno for record in caplog.records]
    assert levels == [logging.CRITICAL, logging.CRITICAL, logging.ERROR, logging.CRITICAL]
    assert "no room" in caplog.records[0].message
    assert bound.again == [NAMES[0]]
