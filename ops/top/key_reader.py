"""Single keys from the terminal, which gets its own ways back on every exit."""

import asyncio
import contextlib
import os
import sys
import termios
from collections.abc import Callable, Iterator

from ops.top.key_names import keys_in

_LOCAL_FLAGS, _CHARACTERS = 3, 6


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
