"""The two outputs: standard output is data, standard error narration. Colours only on a terminal."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.table import Column, Table
from rich.text import Text

from bus.values.visible import visible, visible_json

PIPE_WIDTH = 160
"""How wide tables are where no terminal says so."""

NAME_CHARS = 14


class SafeConsole(Console):
    """Shows whatever is printed on it with what would steer the terminal made visible, wherever it comes from."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=visible(segment.text))


def output() -> Console:
    """Where data goes."""
    return SafeConsole(width=_width(sys.stdout.isatty()), highlight=False, markup=False, emoji=False)


def narration() -> Console:
    """Where narration goes."""
    return SafeConsole(
        stderr=True, width=_width(sys.stderr.isatty()), highlight=False, markup=False, emoji=False, soft_wrap=True
    )


def _width(terminal: bool) -> int | None:
    return None if terminal or "COLUMNS" in os.environ else PIPE_WIDTH


def print_facts(out: Console, facts: Iterable[tuple[str, str]]) -> None:
    """A line for each (name, value); further lines of a value stand beneath its first, as does on a terminal what has
    no room on its line."""
    for name, value in facts:
        if out.is_terminal:
            row = Table.grid(Column(width=NAME_CHARS), Column(overflow="fold"))
            row.add_row(Text(name, "dim"), Text(value))
            out.print(row)
        else:
            line = f"{name:<{NAME_CHARS}}" + value.replace("\n", "\n" + " " * NAME_CHARS)
            out.print(line, soft_wrap=True)


def say_log_only(state_dir: Path) -> None:
    """Narrate that what follows comes from the log of a state folder without a running server."""
    narration().print(f"no supervisor runs for {state_dir}; this is what its log holds", style="dim")


@contextmanager
def sending(name: str, size_bytes: int) -> Iterator[Callable[[int], None]]:
    """Narrates the progress of a file that is sent, while inside: call what this yields with the number of bytes sent.
    How long the server then reads the file is not known in advance."""
    out = narration()
    if not out.is_terminal:
        out.print(f"reading {name} ...")
        yield lambda _: None
        return
    from rich.progress import Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=out, transient=True) as progress:
        task = progress.add_task(_doing(name, 0, size_bytes))
        yield lambda count: progress.update(task, description=_doing(name, count, size_bytes))


def _doing(name: str, sent: int, size_bytes: int) -> str:
    return f"sending {name}, {sent / size_bytes:.0%}" if sent < size_bytes else f"reading {name}, Ctrl-C stops it"


def print_json(value: Any) -> None:
    """One object on one line, flushed: a reader may be waiting for it."""
    sys.stdout.buffer.write(visible_json(msgspec.json.encode(value)) + b"\n")
    sys.stdout.buffer.flush()
