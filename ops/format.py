"""Times, sizes and ids as people read them. Pure."""

from collections.abc import Iterable
from itertools import pairwise

from bus.values.visible import visible

MIN_ID_CHARS = 6


def clean(text: str) -> str:
    """Text from data or a model without characters that steer the terminal it is shown in."""
    return visible(text.replace("\r\n", "\n"))


def one_line(text: str, width: int) -> str:
    """Text as one clean line of at most `width` characters."""
    line = clean(" ".join(text.split()))
    return line if len(line) <= width else line[: max(0, width - 1)] + "…"


def short_ids(job_ids: Iterable[str]) -> dict[str, str]:
    """Each id's beginning: as short as keeps them apart, and the same length for all."""
    full = sorted(set(job_ids))
    shared = max((_shared_beginning(a, b) for a, b in pairwise(full)), default=0)
    length = max(MIN_ID_CHARS, shared + 1)
    return {job_id: job_id[:length] for job_id in full}


def _shared_beginning(one: str, other: str) -> int:
    pairs = zip(one, other, strict=False)
    return next((index for index, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def span(seconds: float) -> str:
    """A duration: 340 ms, 4.2 s, 3m 05s, 2h 10m, 3d 4h."""
    if seconds < 0.9995:
        return f"{max(0.0, seconds) * 1000:.0f} ms"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60}m {whole % 60:02d}s"
    if whole < 86400:
        return f"{whole // 3600}h {whole % 3600 // 60:02d}m"
    return f"{whole // 86400}d {whole % 86400 // 3600}h"


def ago(then: float, now: float) -> str:
    """How long ago in one short word: now, 12s, 5m, 3h, 2d. Both in Unix seconds."""
    seconds = int(now - then)
    if seconds < 1:
        return "now"
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def size(count: float) -> str:
    """Bytes: 0 B, 512 B, 1.4 MiB, 80 GiB."""
    unit, *larger = "B", "KiB", "MiB", "GiB"
    for next_unit in larger:
        if count < 999.5:
            break
        count, unit = count / 1024, next_unit
    return f"{count:.1f} {unit}" if count < 9.95 and unit != "B" else f"{count:.0f} {unit}"


def money(dollars: float) -> str:
    """US dollars, with enough digits to be more than nothing."""
    return f"${dollars:.2f}" if dollars >= 0.995 else f"${dollars:.4f}"
