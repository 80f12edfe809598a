"""Single keys from the terminal, which gets its own ways back on every exit."""

import asyncio
import contextlib
import os
import re
import sys
import termios
from collections.abc import Callable, Iterator

UP, DOWN, PAGE_UP, PAGE_DOWN, HOME, END, ESCAPE, ENTER = (
    "up",
    "down",
    "page_up",
    "page_down",
    "home",
    "end",
    "esc",
    "enter",
)

_SEQUENCES = {
    "\x1b[A": UP,
    "\x1bOA": UP,
    "\x10": UP,  # Ctrl-P
    "\x1b[B": DOWN,
    "\x1bOB": DOWN,
    "\x0e": DOWN,  # Ctrl-N
    "\x1b[5~": PAGE_UP,
    "\x1b[6~": PAGE_DOWN,
    "\x1b[H": HOME,
    "\x1bOH": HOME,
    "\x1b[1~": HOME,
    "\x1b[F": END,
    "\x1bOF": END,
    "\x1b[4~": END,
    "\x1b": ESCAPE,
    "\r": ENTER,
    "\n": ENTER,
}
_ONE_KEY = re.compile(r"\x1b\[[0-9;]*[A-Za-z~]|\x1bO[A-Z]|\x1b|[^\x1b]", re.DOTALL)
_LOCAL_FLAGS, _CHARACTERS = 3, 6


def keys_in(text: str) -> list[str]:
    """The keys that a terminal has sent: letters as they are, others by name, unknown sequences left out."""
    found = _ONE_KEY.findall(text)
    return [_SEQUENCES.get(key, key) for key in found if key in _SEQUENCES or len(key) == 1]


@contextlib.contextmanager
def listening(on_key: Callable[[str], None], on_end: Callable[[], None]) -> Iterator[None]:
    """Call `on_key` for each key as it is pressed, unechoed; `on_end` when the terminal has gone.

    Ctrl-C stays a signal; Ctrl-Z does nothing, because the screen that it would leave behind is not the shell's.
    """
    descriptor = sys.stdin.fileno()
    loop = asyncio.get_running_loop()

    def read() -> None:
        try:
            data = os.read(descriptor, 1024)
        except OSError:
            data = b""
        if not data:
            loop.remove_reader(descriptor)
            on_end()
        for key in keys_in(data.decode(errors="replace")):
            on_key(key)

    before = termios.tcgetattr(descriptor)
    mode = termios.tcgetattr(descriptor)
    mode[_LOCAL_FLAGS] &= ~(termios.ICANON | termios.ECHO)
    mode[_CHARACTERS][termios.VSUSP] = b"\0"
    termios.tcsetattr(descriptor, termios.TCSADRAIN, mode)
    loop.add_reader(descriptor, read)
    try:
        yield
    finally:
        loop.remove_reader(descriptor)
        with contextlib.suppress(termios.error):  # it has gone
            termios.tcsetattr(descriptor, termios.TCSAFLUSH, before)  # what was typed for us is not for the shell
