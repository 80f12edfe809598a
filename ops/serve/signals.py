"""The signals of `serve`. Handlers only set flags."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Iterator

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)
REPLACE_SIGNAL = signal.SIGHUP


@contextlib.contextmanager
def signals(replace: Callable[[], None]) -> Iterator[tuple[asyncio.Event, asyncio.Event]]:
    """(stop, hurry): the first signal that ends us sets stop, a second Ctrl-C hurry. SIGHUP calls `replace`, unless it
    came because the terminal is gone in which we run: then nobody is there any more, and it ends us."""
    stop, hurry = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    needs_terminal = signal.getsignal(REPLACE_SIGNAL) is not signal.SIG_IGN and has_terminal()  # not under nohup

    def handle(number: signal.Signals) -> None:
        if stop.is_set() and number is signal.SIGINT:
            hurry.set()
        stop.set()

    def hung_up() -> None:
        if needs_terminal and not has_terminal():
            stop.set()
        else:
            replace()

    for number in STOP_SIGNALS:
        loop.add_signal_handler(number, handle, number)
    loop.add_signal_handler(REPLACE_SIGNAL, hung_up)
    try:
        yield stop, hurry
    finally:
        for number in (*STOP_SIGNALS, REPLACE_SIGNAL):
            loop.remove_signal_handler(number)


def has_terminal() -> bool:
    """Whether this process has a controlling terminal."""
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True
