"""What is done once while a program is loaded."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collections() -> Iterator[None]:
    """Nothing is collected inside, and what is there at the end is not looked at again: code, classes and settings
    stay as long as the program. A tenth of the time that loading takes."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
