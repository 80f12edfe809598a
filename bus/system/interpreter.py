"""This Python: the command that starts another one like it, and how a program is loaded into it."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_LETTERS = {
    "isolated": "I",
    "ignore_environment": "E",
    "no_user_site": "s",
    "safe_path": "P",
    "no_site": "S",
    "optimize": "O",
    "dont_write_bytecode": "B",
    "bytes_warning": "b",
    "debug": "d",
    "verbose": "v",
    "quiet": "q",
}
"""The switches of `sys.flags`; where one was given several times its value says how often."""


def interpreter_command() -> list[str]:
    """The interpreter and the flags that it was started with; what comes from the environment is inherited with it."""
    switches = [(letter, int(getattr(sys.flags, name))) for name, letter in _LETTERS.items()]
    command = [sys.executable, *(f"-{letter * times}" for letter, times in switches if times > 0)]
    for name, on in (("dev", sys.flags.dev_mode), ("utf8", sys.flags.utf8_mode)):
        command += ["-X", name] if on else []
    return command + [f"-W{option}" for option in sys.warnoptions]


@contextmanager
def loading() -> Iterator[None]:
    """Nothing is collected inside, and what is there at the end is not looked at again: code, classes and settings
    stay as long as the program. A tenth of the time that loading takes."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
