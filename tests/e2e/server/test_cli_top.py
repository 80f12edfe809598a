"""`deadstop top` in a terminal of its own: shows the jobs, stops one, gives the terminal back."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.cli_runner import PATIENCE_S, Server, deadstop, environment, job
from tests.e2e.forked import Forked

OTHER_SCREEN, OWN_SCREEN = b"\x1b[?1049h", b"\x1b[?1049l"
_STEERING = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]")


class Terminal:
    """A pseudo-terminal in which a command runs."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self._ours, self._theirs = pty.openpty()
        fcntl.ioctl(self._theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 120, 0, 0))
        self.before = termios.tcgetattr(self._theirs)
        self.written = b""
        surroundings = {**environment(TERM="xterm-256color"), "COLUMNS": "120", "LINES": "24"}
        self.process = Forked(arguments, folder, surroundings, (self._theirs, self._theirs, self._theirs))

    def press(self, keys: str) -> None:
        self.written = b""
        os.write(self._ours, keys.encode())

    def see(self, *words: str) -> str:
        """Wait until all of these have been written since the last key."""
        deadline = time.monotonic() + PATIENCE_S
        while not all(word in self.text for word in words):
            assert self._read(deadline), f"{words} did not appear: {self.text[-2000:]}"
        return self.text

    @property
    def text(self) -> str:
        return _STEERING.sub(b"", self.written).decode(errors="replace")

    def end(self) -> int:
        """Wait for the end; the terminal must be as it was."""
        deadline = time.monotonic() + PATIENCE_S
        while self.process.poll() is None:
            self._read(deadline, within_s=0.05)
            assert time.monotonic() < deadline, self.text[-2000:]
        while self._read(deadline, within_s=0.05):
            pass
        assert termios.tcgetattr(self._theirs) == self.before
        return self.process.wait()

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._ours)
        os.close(self._theirs)

    def _read(self, deadline: float, within_s: float | None = None) -> bool:
        wait_s = max(0.0, deadline - time.monotonic()) if within_s is None else within_s
        if not select.select([self._ours], [], [], wait_s)[0]:
            return False
        self.written += os.read(self._ours, 65536)
        return True


@contextmanager
def terminal(folder: Path, *arguments: str) -> Iterator[Terminal]:
    running = Terminal(folder, *arguments)
    try:
        yield running
    finally:
        running.close()


def test_it_shows_the_jobs_and_stops_the_selected_one(server: Server, target: list[str]) -> None:
    with job(server, "sleeps") as (first, _), job(server, "ignores_signals") as (second, asked):
        with terminal(server.folder, "top", *target) as top:
            top.see(first[:6], second[:6], "2 running of 8", "k stop")
            assert OTHER_SCREEN in top.written
            top.press("\x1b[B")
            top.press("K")
            top.see(f"kill at once {first[:6]}")
            top.press("n")
            top.see("not stopped")
            top.press("\x1b[Ak")
            top.see(f"stop {second[:6]}")
            top.press("y")
            top.see(f"{second[:6]} stopped by kill in ")
            top.see("1 running of 8")
            top.press("q")
            assert top.end() == 0
            assert OWN_SCREEN in top.written
        assert asked.end()[0] == 130
        assert server.objects("show", first)[0]["state"] == "running"


def test_a_user_sees_no_figures_of_others(server: Server) -> None:
    made = server.run("token", "create", "alice").stdout.strip()
    with terminal(server.folder, "top", "--url", server.url.partition("?")[0], "--token", made) as top:
        assert "running of" not in top.see("no jobs", "q quit")
        top.press("q")
        assert top.end() == 0
    assert server.run("token", "revoke", "alice").returncode == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_terminal_is_given_back_when_it_is_ended(server: Server, number: signal.Signals) -> None:
    with terminal(server.folder, "top", "--state-dir", str(server.state_dir)) as top:
        top.see("q quit")
        top.process.send_signal(number)
        assert top.end() == 0
        assert OWN_SCREEN in top.written


def test_without_a_terminal(server: Server, target: list[str]) -> None:
    done = deadstop(server.folder, "top", *target)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "deadstop: `top` needs a terminal; programs use `deadstop ps --json`\n"
