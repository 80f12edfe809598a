"""A timeline as bars, a line each."""

from collections.abc import Sequence

from rich.text import Text

from ops.client.timeline import Span
from ops.format import one_line, span

NAME_CHARS, TIME_CHARS, MIN_BAR_CHARS, MAX_BAR_CHARS = 14, 9, 10, 60
MIN_DETAIL_CHARS = 24
_STYLES = {"queue": "dim", "start": "cyan", "stop": "red", "cancel": "yellow", "terminate": "red", "kill": "bold red"}
BAR, MARK = "█", "▏"
"""What is shorter than half a character is a mark."""


def timeline_lines(spans: Sequence[Span], width: int) -> list[Text]:
    """One line a span, within `width` characters: name, where it stands in the whole, how long it took, what it was."""
    room = width - NAME_CHARS - TIME_CHARS - 4
    bar_chars = max(MIN_BAR_CHARS, min(MAX_BAR_CHARS, room - MIN_DETAIL_CHARS))
    whole_ms = max((item.end_ms for item in spans), default=0.0) or 1.0
    return [_line(item, bar_chars / whole_ms, bar_chars, max(0, room - bar_chars)) for item in spans]


def _line(item: Span, chars_per_ms: float, bar_chars: int, detail_chars: int) -> Text:
    first = min(bar_chars - 1, int(item.start_ms * chars_per_ms))
    last = round(item.end_ms * chars_per_ms)
    bar = " " * first + (BAR * (last - first) or MARK)
    line = Text(f"{'  ' * item.depth + item.name:<{NAME_CHARS}}"[:NAME_CHARS], "bold" if not item.depth else "default")
    line.append(f"{bar:<{bar_chars}}", _STYLES.get(item.name, "green" if not item.depth else "blue"))
    line.append(f"{span((item.end_ms - item.start_ms) / 1000):>{TIME_CHARS}}", "default")
    if item.detail:
        line.append(f"  {one_line(item.detail, detail_chars)}", "dim")
    return line
