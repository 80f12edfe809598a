"""What the page's thread computed, from a trace of the browser: time on a processor, however busy the machine is."""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import msgspec
from playwright.async_api import Page

TASK = "ThreadControllerImpl::RunTask"
PAGE_THREAD = "CrRendererMain"


class _Entry(msgspec.Struct):
    """`ts`, `tdur`: microseconds, by the clock and on a processor."""

    name: str = ""
    pid: int = 0
    tid: int = 0
    ts: float = 0
    tdur: float = 0
    args: dict[str, object] = msgspec.field(default_factory=dict)


class _Trace(msgspec.Struct):
    entries: list[_Entry] = msgspec.field(name="traceEvents")


@dataclass(repr=False)
class Work:
    """`tasks`: when each task of the page's thread began, and how long it computed, in milliseconds."""

    tasks: Sequence[tuple[float, float]] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"<Work of {len(self.tasks)} tasks, longest {self.longest_ms:.1f} ms, growth {self.growth:.2f}>"

    @property
    def longest_ms(self) -> float:
        """The task that computed longest: a frame is one task."""
        return max(ms for _, ms in self.tasks)

    @property
    def growth(self) -> float:
        """Work in the last third of the time, as a multiple of the work in the second."""
        began, ended = self.tasks[0][0], self.tasks[-1][0]
        thirds = [0.0, 0.0, 0.0]
        for at, ms in self.tasks:
            thirds[min(2, int(3 * (at - began) / (ended - began)))] += ms
        return thirds[2] / thirds[1]


@asynccontextmanager
async def watched(page: Page) -> AsyncIterator[Work]:
    """What is in it has been filled in at the end."""
    browser = page.context.browser
    assert browser, "a page of a persistent context has no browser of its own"
    work = Work()
    await browser.start_tracing(page=page, categories=["toplevel"])
    try:
        yield work
    finally:
        work.tasks = _busiest(msgspec.json.decode(await browser.stop_tracing(), type=_Trace).entries)


def _busiest(entries: Sequence[_Entry]) -> list[tuple[float, float]]:
    """The tasks of the page that computed most: the browser has others."""
    pages = {(one.pid, one.tid) for one in entries if one.args.get("name") == PAGE_THREAD}
    tasks: defaultdict[tuple[int, int], list[tuple[float, float]]] = defaultdict(list)
    for one in entries:
        if one.name == TASK and (one.pid, one.tid) in pages:
            tasks[one.pid, one.tid].append((one.ts / 1000, one.tdur / 1000))
    return sorted(max(tasks.values(), key=lambda found: sum(ms for _, ms in found)))
