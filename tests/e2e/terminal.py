"""A command whose outputs are terminals of so many columns."""

import fcntl
import os
import pty
import struct
import subprocess
import termios
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.e2e.forked import Forked


class Terminal:
    """One pseudo-terminal, and what was written to it."""

    def __init__(self, columns: int) -> None:
        self._ours, self.theirs = pty.openpty()
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        self._said = bytearray()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_: object) -> None:
        self.text()
        os.close(self._ours)

    def text(self) -> str:
        """All that was written, once nobody else can write any more."""
        if self.theirs >= 0:
            os.close(self.theirs)
            self.theirs = -1
        self._reader.join()
        return self._said.decode().replace("\r\n", "\n")

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._ours, 65536)
            except OSError:  # the kernel's way to say that the other side is closed
                return
            self._said += data


def on_terminals(
    arguments: Sequence[str], folder: Path, environment: dict[str, str], columns: int, timeout_s: float
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, its standard output one terminal and its standard error another."""
    with ExitStack() as stack:
        nothing = stack.enter_context(Path(os.devnull).open("rb"))
        out, error = (stack.enter_context(Terminal(columns)) for _ in range(2))
        command = Forked(arguments, folder, environment, (nothing.fileno(), out.theirs, error.theirs))
        stack.callback(command.kill)
        return subprocess.CompletedProcess(arguments, command.wait(timeout_s), out.text(), error.text())
