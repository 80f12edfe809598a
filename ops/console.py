"""The two outputs: standard output is data, standard error narration. Colours only on a terminal."""

import os
import sys
from typing import Any

import msgspec
from rich.console import Console

PIPE_WIDTH = 160
"""How wide tables are where no terminal says so."""


def output() -> Console:
    """Where data goes."""
    return Console(width=_width(sys.stdout.isatty()), highlight=False, markup=False, emoji=False)


def narration() -> Console:
    """Where narration goes."""
    return Console(
        stderr=True, width=_width(sys.stderr.isatty()), highlight=False, markup=False, emoji=False, soft_wrap=True
    )


def _width(terminal: bool) -> int | None:
    return None if terminal or "COLUMNS" in os.environ else PIPE_WIDTH


def print_json(value: Any) -> None:
    """One object on one line, at once: who reads it may be waiting for it."""
    sys.stdout.buffer.write(msgspec.json.encode(value) + b"\n")
    sys.stdout.buffer.flush()
